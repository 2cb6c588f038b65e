"""The operators' page, the metrics, readiness, and cards that are not repeated."""

from __future__ import annotations

import base64
import copy
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from live import free_port, told_today
from prometheus_client.parser import text_string_to_metric_families

from service import create_app
from service.cli import main
from service.configuration.tables import Client, Operator
from service.settings import Settings
from service.web.operators import hash_of, new_token, visible

Json = Any
SIGN = "/cds-services/liver-response-order-sign"
TOKEN = new_token()
OPERATORS = (Operator("ada", hash_of(TOKEN)),)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


@pytest.fixture
def client(address: str) -> FlaskClient:
    return create_app(Settings(database=address)).test_client()


def shown(client: FlaskClient, call: Json) -> list[Json]:
    """The cards of a call."""
    response = client.post(f"/cds-services/liver-response-{call['hook']}", json=call)
    assert response.status_code == 200
    return list(response.json["cards"])  # type: ignore[index]


def override(client: FlaskClient, card: Json, reason: str = "Toxicity") -> None:
    entry = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": datetime.now(timezone.utc).isoformat(),
        "overrideReason": {"reason": {"code": reason}, "userComment": "Mrs Doe"},
    }
    assert client.post(f"{SIGN}/feedback", json={"feedback": [entry]}).status_code == 200


def test_a_card_that_was_overridden_is_not_repeated_until_something_is_new(
    client: FlaskClient,
) -> None:
    call = told_today("order-sign-sunitinib")
    (card,) = shown(client, call)
    assert len(shown(client, call)) == 1  # seen and not answered: shown again
    override(client, card)
    assert shown(client, call) == []

    colleague = copy.deepcopy(call)
    colleague["context"]["userId"] = "Practitioner/another"
    assert len(shown(client, colleague)) == 1
    opened = {**copy.deepcopy(call), "hook": "patient-view"}
    assert len(shown(client, opened)) == 1
    corrected = copy.deepcopy(call)
    for entry in corrected["prefetch"]["observations"]["entry"]:
        if entry["resource"]["id"] == "lesion-a-size-index":
            part = entry["resource"]["component"][0]["valueQuantity"]
            part["value"] += 0.1
    assert [c["source"]["topic"] for c in shown(client, corrected)] == [card["source"]["topic"]]


def test_a_louder_card_is_shown_though_a_quieter_one_was_overridden(client: FlaskClient) -> None:
    call = told_today("order-select-sunitinib")
    (card,) = shown(client, call)
    assert card["indicator"] == "warning"
    unread = copy.deepcopy(call)
    for entry in unread["context"]["draftOrders"]["entry"]:
        del entry["resource"]["medicationCodeableConcept"]
        entry["resource"]["medicationReference"] = {"reference": "Medication/lost"}
    (quieter,) = shown(client, unread)
    assert quieter["indicator"] == "info"
    override(client, quieter)
    assert shown(client, unread) == []
    assert len(shown(client, call)) == 1


def test_a_store_that_is_away_silences_nothing() -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    client = create_app(Settings(database=nowhere)).test_client()
    call = told_today("order-sign-sunitinib")
    assert len(shown(client, call)) == len(shown(client, call)) == 1
    answer = client.post(f"{SIGN}/feedback", json={"feedback": []})
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (503, "transient")  # type: ignore[index]
    assert client.get("/ready").json["status"] == "degraded"  # type: ignore[index]
    assert client.get("/operations").status_code == client.get("/metrics").status_code == 503


def test_readiness_names_store_and_rule_book(client: FlaskClient) -> None:
    ready: Json = client.get("/ready").json
    assert (ready["status"], ready["store"]) == ("ready", "reachable")
    assert ready["rulebook"]["hash"]


@pytest.fixture
def used(client: FlaskClient) -> FlaskClient:
    """A service after a day's work."""
    call = told_today("order-sign-sunitinib")
    (first, second) = (shown(client, call)[0], shown(client, call)[0])
    override(client, first)
    override(client, second, HOSTILE)
    shown(client, call)
    shown(client, told_today("patient-view-silent"))
    broken = told_today("order-sign-possible")
    del broken["prefetch"]["imaging"]
    assert client.post(SIGN, json=broken).status_code == 412
    return client


def test_the_page_shows_calls_grades_overrides_errors_latency_and_prefetch(
    used: FlaskClient,
) -> None:
    response = used.get("/operations?days=1")
    html = response.get_data(as_text=True)
    assert response.status_code == 200
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    for words in (
        *("5 calls", "1 answered with an error", "2 cards shown", "2 overridden", "0 unanswered"),
        *("1 not repeated after an override", "TREATMENT_EFFECT_SUPPORTED 3", "Toxicity 1"),
        *("anybody 412 MissingDataError 1", "liver-response-order-sign 4", "anybody imaging"),
    ):
        assert words in text, words
    assert html.count("<rect") >= 3
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_what_a_client_sent_stays_text_on_the_page(used: FlaskClient) -> None:
    html = used.get("/operations").get_data(as_text=True)
    assert "&lt;script&gt;" in html
    assert HOSTILE not in html
    assert "Mrs Doe" not in html


def test_nothing_of_a_patient_is_on_the_page_in_the_metrics_or_in_the_store(
    used: FlaskClient, address: str
) -> None:
    context = told_today("order-sign-sunitinib")["context"]
    kept = Path(address.removeprefix("sqlite:///"))
    told = [used.get(path).get_data() for path in ("/operations", "/metrics")]
    told += [file.read_bytes() for file in kept.parent.iterdir()]
    for secret in (context["patientId"], context["userId"], "Mrs Doe", "imatinib"):
        assert all(secret.encode() not in text for text in told), secret


def test_the_metrics_are_read_by_prometheus_and_count_every_worker(
    used: FlaskClient, address: str
) -> None:
    another = create_app(Settings(database=address)).test_client()
    for asked in (used, another):
        text = asked.get("/metrics").get_data(as_text=True)
        families = {f.name: f for f in text_string_to_metric_families(text)}
        calls = families["liver_response_calls"].samples
        assert sum(s.value for s in calls) == 5
        assert {s.labels["status"] for s in calls} == {"200", "412"}
        (withheld,) = families["liver_response_cards_withheld"].samples
        assert withheld.value == 1
        buckets = families["liver_response_call_seconds"].samples
        assert max(s.value for s in buckets if s.labels.get("le") == "+Inf") == 4


def basic(name: str, token: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()}


@pytest.fixture
def guarded(address: str) -> FlaskClient:
    return create_app(Settings(database=address, operators=OPERATORS)).test_client()


@pytest.mark.parametrize("path", ["/operations", "/metrics"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("ada", TOKEN), 200),
        ({"Authorization": f"Bearer {TOKEN}"}, 200),
        ({}, 401),
        (basic("ada", "wrong"), 401),
        (basic("bob", TOKEN), 401),
        (basic("ada", hash_of(TOKEN)), 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": f"Token {TOKEN}"}, 401),
        ({"Authorization": "Basic !!!"}, 401),
    ],
)
def test_figures_are_for_operators(
    guarded: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    response = guarded.get(path, headers=headers)
    assert response.status_code == status
    if status == 401:
        assert response.headers["WWW-Authenticate"].startswith("Basic")
        assert response.data == b""


def test_advice_asks_nobody_for_an_operators_token(guarded: FlaskClient) -> None:
    assert len(shown(guarded, told_today("order-sign-sunitinib"))) == 1
    assert guarded.get("/health").status_code == guarded.get("/ready").status_code == 200


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        (Settings(), True),
        (Settings(host="10.0.0.5"), False),
        (Settings(operators=OPERATORS), True),
        (Settings(host="10.0.0.5", operators=OPERATORS), False),  # tokens without TLS
        (Settings(host="10.0.0.5", operators=OPERATORS, public_url="http://cds.example"), False),
        (Settings(host="10.0.0.5", operators=OPERATORS, public_url="https://cds.example"), True),
    ],
)
def test_figures_are_shown_in_development_and_to_operators_where_tokens_are_safe(
    settings: Settings, seen: bool
) -> None:
    assert visible(settings) is seen


def test_with_clients_and_without_operators_there_are_no_figures(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"keys": []}', "utf-8")
    client = Client("ehr", "https://ehr.example", jwks_file=str(tmp_path / "keys.json"))
    assert not visible(Settings(clients=(client,)))


def run(address: str, *arguments: str) -> str:
    result = CliRunner().invoke(main, arguments, env={"LIVER_RESPONSE_DATABASE": address})
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_the_commands_tell_what_the_page_tells(used: FlaskClient, address: str) -> None:
    assert used.get("/operations").status_code == 200
    assert run(address, "db", "status") == "at 0001, newest 0001\n"
    figures = orjson.loads(run(address, "feedback", "figures", "--format", "json"))
    expected = {
        "fired": 2,
        "accepted": 0,
        "overridden": {"Toxicity": 1, HOSTILE: 1},
        "unanswered": 0,
    }
    assert figures["cards"] == figures["rules"]["P1"] == figures["sites"]["anybody"] == expected
    assert "Toxicity 1" in run(address, "feedback", "figures")
    lines = run(address, "feedback", "export", "--format", "ndjson").splitlines()
    assert {orjson.loads(line)["reason_code"] for line in lines} == {"Toxicity", HOSTILE}
    tomorrow = ("--since", "2999-01-01")
    assert run(address, "feedback", "export", "--format", "csv", *tomorrow).count("\n") == 1
    assert run(address, "db", "purge") == "deleted 0 cards and 0 feedback entries\n"


def test_a_database_is_made_by_the_command_as_by_the_service(address: str) -> None:
    status = CliRunner().invoke(main, ["db", "status"], env={"LIVER_RESPONSE_DATABASE": address})
    assert (status.exit_code, status.output) == (1, "at none, newest 0001\n")
    assert run(address, "db", "upgrade") == "at 0001\n"


def test_without_a_database_the_commands_say_what_to_set() -> None:
    result = CliRunner().invoke(main, ["db", "status"], env={"LIVER_RESPONSE_DATABASE": None})
    assert result.exit_code == 1
    assert "LIVER_RESPONSE_DATABASE" in result.output


def test_an_operators_token_is_made_with_what_the_file_says_of_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["operator", "token", "ada"])
    token, *table = result.stdout.splitlines()
    file = tmp_path / "liver-response.toml"
    file.write_text("\n".join(table), "utf-8")
    from service.settings import settings_from  # noqa: PLC0415

    (operator,) = settings_from({"LIVER_RESPONSE_CONFIG": str(file)}).operators
    assert operator == Operator("ada", hash_of(token))


def test_the_application_leaves_nothing_where_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown(create_app(Settings()).test_client(), told_today("order-sign-sunitinib"))
    assert list(tmp_path.iterdir()) == []
