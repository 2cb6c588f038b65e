"""Feedback: what is taken, what is refused and how, and that nothing of it is told to others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm
from live import Service, serving, told_today

from service.store.comments import Comments
from service.store.export import exported
from service.store.store import Store
from tests.conformance.strict_json import strictly

Json = Any
SIGN = "/cds-services/liver-response-order-sign"
FEEDBACK = f"{SIGN}/feedback"
COMMENT = "Mrs Doe on ward 7 said so"
EVER = datetime(2000, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    """A service of this module's own: with a store that tests may look into."""
    with serving(folder / "log", {"LIVER_RESPONSE_DATABASE": database(folder)}) as running:
        yield running


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.sqlite'}"


@pytest.fixture
def kept(folder: Path) -> Iterator[Callable[[str], list[Json]]]:
    """What the store has of a card."""
    store = Store(database(folder))
    yield lambda card: [row for row in exported(store, EVER, Comments()) if row["card"] == card]
    store.close()


def moment() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def accepted(card: str | None = None, **members: Json) -> Json:
    entry = {
        "card": card or str(uuid4()),
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": str(uuid4())}],
        "outcomeTimestamp": moment(),
    }
    return {**entry, **members}


def overridden(card: str | None = None, **members: Json) -> Json:
    entry = {
        "card": card or str(uuid4()),
        "outcome": "overridden",
        "overrideReason": {
            "reason": {"code": "Toxicity", "system": "urn:liver-response-cds:override"},
            "userComment": COMMENT,
        },
        "outcomeTimestamp": moment(),
    }
    return {**entry, **members}


def without(entry: Json, name: str) -> Json:
    return {key: value for key, value in entry.items() if key != name}


def taken(service: Service, *entries: Json) -> None:
    response = service.post(FEEDBACK, json={"feedback": list(entries)})
    assert (response.status_code, response.content) == (200, b""), response.text


def refused(service: Service, body: Json, where: str, status: int = 400) -> None:
    response = service.post(FEEDBACK, json=body)
    assert response.status_code == status, response.text
    (issue,) = strictly(response)["issue"]
    assert issue["expression"] == [where]
    assert COMMENT not in response.text


@pytest.mark.requirement("FB-1")
def test_each_service_takes_feedback_and_an_unknown_one_is_not_found(service: Service) -> None:
    listed = service.get("/cds-services").json()["services"]
    assert len(listed) == 3
    for one in listed:
        path = f"/cds-services/{one['id']}/feedback"
        assert service.post(path, json={"feedback": [accepted()]}).status_code == 200
    unknown = service.post("/cds-services/unknown/feedback", json={"feedback": []})
    assert unknown.status_code == 404


@pytest.mark.requirement("FB-1")
def test_what_is_no_feedback_request_is_refused_as_calls_are(service: Service) -> None:
    assert service.get(FEEDBACK).status_code == 405
    assert service.post(FEEDBACK, data="feedback=1").status_code == 415
    json = {"Content-Type": "application/json"}
    assert service.post(FEEDBACK, data="{", headers=json).status_code == 400
    assert service.post(FEEDBACK, data=b" " * (17 * 1024 * 1024), headers=json).status_code == 413


@pytest.mark.requirement("FB-2")
@pytest.mark.parametrize("body", [{}, [], {"feedback": None}, {"feedback": {}}], ids=repr)
def test_a_body_without_a_list_of_feedback_is_refused(service: Service, body: Json) -> None:
    refused(service, body, "feedback")


@pytest.mark.requirement("FB-2")
def test_an_empty_list_is_taken(service: Service) -> None:
    taken(service)


@pytest.mark.requirement("FB-3", "FB-13")
def test_a_known_card_an_unknown_one_and_one_without_a_uuid_are_taken(
    service: Service, kept: Callable[[str], list[Json]]
) -> None:
    (card,) = service.cards(told_today("order-sign-sunitinib"))
    unknown = str(uuid4())
    chosen = [{"id": card["suggestions"][0]["uuid"]}]
    taken(service, accepted(card["uuid"], acceptedSuggestions=chosen))
    taken(service, overridden(unknown), overridden("123456"))
    (ours,) = kept(card["uuid"])
    assert (ours["known"], ours["grade"]) == (True, "TREATMENT_EFFECT_SUPPORTED")
    assert set(ours["accepted"]) <= set(ours["suggestions"])
    assert "P1" in ours["rules"]
    assert [row["known"] for row in (*kept(unknown), *kept("123456"))] == [False, False]


@pytest.mark.requirement("FB-3")
@pytest.mark.parametrize("card", [None, "", " ", 7, {}, "x" * 300], ids=lambda c: repr(c)[:12])
def test_a_card_that_is_no_text_is_refused(service: Service, card: Json) -> None:
    refused(service, {"feedback": [{**accepted(), "card": card}]}, "feedback[0].card")


@pytest.mark.requirement("FB-4")
@pytest.mark.parametrize("outcome", ["ignored", "dismissed", "", None, 1, "Accepted"], ids=repr)
def test_another_outcome_is_refused_by_its_place_and_nothing_of_the_batch_is_stored(
    service: Service, kept: Callable[[str], list[Json]], outcome: Json
) -> None:
    good = str(uuid4())
    batch = [accepted(good), overridden(), accepted(), overridden(outcome=outcome)]
    refused(service, {"feedback": batch}, "feedback[3].outcome")
    assert kept(good) == []


@pytest.mark.requirement("FB-5")
@pytest.mark.parametrize("named", [None, [], {}, "all"], ids=repr)
def test_accepted_without_suggestions_is_refused(service: Service, named: Json) -> None:
    where = "feedback[0].acceptedSuggestions"
    refused(service, {"feedback": [accepted(acceptedSuggestions=named)]}, where)
    refused(service, {"feedback": [without(accepted(), "acceptedSuggestions")]}, where)


@pytest.mark.requirement("FB-5")
def test_accepted_suggestions_are_objects_with_an_id(service: Service) -> None:
    where = "feedback[0].acceptedSuggestions[1]"
    good = {"id": str(uuid4())}
    refused(service, {"feedback": [accepted(acceptedSuggestions=[good, "x"])]}, where)
    refused(service, {"feedback": [accepted(acceptedSuggestions=[good, {}])]}, f"{where}.id")


CODED = {"code": "Toxicity", "system": "urn:liver-response-cds:override"}
REASONS: dict[str, Json] = {
    "a coding": {"reason": CODED},
    "a coding with display": {"reason": {**CODED, "display": "Toxicity"}},
    "a comment": {"userComment": COMMENT},
    "both": {"reason": CODED, "userComment": COMMENT},
    "neither": {},
    "null": None,
    "a code of the client's own": {"reason": {"code": "ours", "system": "urn:ehr"}},
    "a coding without system": {"reason": {"code": "ours"}},
}


@pytest.mark.requirement("FB-6")
@pytest.mark.parametrize("reason", REASONS)
def test_an_override_is_taken_with_any_reason_or_none(
    service: Service, kept: Callable[[str], list[Json]], reason: str
) -> None:
    card = str(uuid4())
    taken(service, overridden(card, overrideReason=REASONS[reason]))
    (row,) = kept(card)
    given = (REASONS[reason] or {}).get("reason", {})
    assert (row["reason_system"], row["reason_code"]) == (
        given.get("system", ""),
        given.get("code", ""),
    )


@pytest.mark.requirement("FB-6")
def test_an_override_without_any_member_for_a_reason_is_taken(service: Service) -> None:
    taken(service, without(overridden(), "overrideReason"))


@pytest.mark.requirement("FB-7")
@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2026-05-20T10:15:00Z", "10:15:00"),
        ("2026-05-20T10:15:00.402Z", "10:15:00.402000"),
        ("2026-05-20T10:15:00.4029998887Z", "10:15:00.402999"),
        ("2026-05-20T10:15:00+00:00", "10:15:00"),
        ("2026-05-20T12:15:00+02:00", "10:15:00"),
    ],
)
def test_an_instant_is_taken_with_its_fraction_and_zone(
    service: Service, kept: Callable[[str], list[Json]], told: str, meant: str
) -> None:
    card = str(uuid4())
    taken(service, accepted(card, outcomeTimestamp=told))
    (row,) = kept(card)
    assert row["outcome_at"].time().isoformat() == meant


@pytest.mark.requirement("FB-7")
@pytest.mark.parametrize(
    "told",
    [
        *(None, "", "yesterday", 1779272100, "2026-05-20", "2026-05-20T10:15:00"),
        *("2026-13-20T10:15:00Z", "2026-05-20 10:15:00Z", "0001-01-01T00:00:00+14:00"),
    ],
    ids=repr,
)
def test_what_is_no_instant_is_refused(service: Service, told: Json) -> None:
    body = {"feedback": [accepted(outcomeTimestamp=told)]}
    refused(service, body, "feedback[0].outcomeTimestamp")


@pytest.mark.requirement("FB-8")
def test_a_batch_is_taken_and_a_repeat_changes_nothing(
    service: Service, kept: Callable[[str], list[Json]]
) -> None:
    card = str(uuid4())
    batch = [overridden(card), *(accepted() for _ in range(59))]
    taken(service, *batch)
    taken(service, *batch)
    assert len(kept(card)) == 1
    taken(service, accepted(card))
    assert {row["outcome"] for row in kept(card)} == {"accepted", "overridden"}


@pytest.mark.requirement("FB-8")
def test_more_than_is_taken_at_once_is_refused_whole(service: Service) -> None:
    refused(service, {"feedback": [accepted()] * 1001}, "feedback", 413)


EPIC = "com.epic.cdshooks.feedback.overrideReason.reason"


@pytest.mark.requirement("FB-11")
@pytest.mark.parametrize("listed", [False, True])
def test_the_plural_of_epic_is_read(
    service: Service, kept: Callable[[str], list[Json]], listed: bool
) -> None:
    coded, shown = str(uuid4()), str(uuid4())
    extension = {f"{EPIC}Category": "45", f"{EPIC}Display": "Does not meet criteria"}
    reasons = ({"reason": CODED}, {"extension": extension, "userComment": COMMENT})
    for card, reason in zip((coded, shown), reasons, strict=True):
        entry = without(overridden(card), "overrideReason")
        taken(service, {**entry, "overrideReasons": [reason] if listed else reason})
    assert kept(coded)[0]["reason_code"] == "Toxicity"
    assert kept(shown)[0]["reason_code"] == "Does not meet criteria"
    assert kept(shown)[0]["comment_length"] == len(COMMENT)


@pytest.mark.requirement("FB-12")
def test_a_comment_is_nowhere_in_answers_logs_and_store(service: Service, folder: Path) -> None:
    long = COMMENT + "." * 100_000
    taken(service, overridden(overrideReason={"userComment": long}))
    bad = overridden(overrideReason={"userComment": [COMMENT]})
    refused(service, {"feedback": [bad]}, "feedback[0].overrideReason.userComment")
    refused(
        service, {"feedback": [overridden(), overridden(outcome=COMMENT)]}, "feedback[1].outcome"
    )
    found = {file.name for file in folder.iterdir() if COMMENT.encode() in file.read_bytes()}
    assert found == set()


@pytest.mark.requirement("FB-13")
def test_feedback_is_acknowledged_with_200_and_no_body(service: Service) -> None:
    response = service.post(FEEDBACK, json={"feedback": [overridden()]})
    assert (response.status_code, response.headers["Content-Length"]) == (200, "0")
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.requirement("FB-13")
def test_a_browser_of_this_machine_may_send_feedback(service: Service) -> None:
    origin = {"Origin": "http://localhost:8080"}
    response = service.post(
        FEEDBACK,
        data=orjson.dumps({"feedback": []}),
        headers={**origin, "Content-Type": "application/json"},
    )
    assert response.headers["Access-Control-Allow-Origin"] == origin["Origin"]


@dataclass(frozen=True)
class Client:
    """A client with a key of its own, known to a service that asks for tokens."""

    service: Service
    key: RSAPrivateKey

    def token(self, audience: Json, **claims: Json) -> dict[str, str]:
        now = int(time.time())
        told = {"iss": "https://ehr.example", "aud": audience, "iat": now, "exp": now + 60}
        told |= {"jti": str(uuid4()), **claims}
        signed = jwt.encode(told, self.key, "RS384", {"kid": "k1", "typ": "JWT"})
        return {"Authorization": f"Bearer {signed}"}

    def post(self, headers: dict[str, str], entry: Json) -> int:
        body = {"feedback": [entry]}
        return self.service.post(FEEDBACK, json=body, headers=headers).status_code


# Without a state folder a token from before the start, told in whole seconds, is refused.
_UNTIL_TOKENS_ARE_NEW = 1.1


def known_client(folder: Path, lasting: bool) -> tuple[RSAPrivateKey, Path]:
    """A key, and a configuration file that knows it."""
    key = rsa.generate_private_key(65537, 2048)
    jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "k1", "alg": "RS384"}
    (folder / "jwks.json").write_bytes(orjson.dumps({"keys": [jwk]}))
    client = '[[clients]]\nname = "ehr"\nissuer = "https://ehr.example"\njwks_file = "jwks.json"\n'
    place = f'[database]\nurl = "{database(folder)}"\n' if lasting else ""
    (folder / "configuration.toml").write_text(place + client, "utf-8")
    return key, folder / "configuration.toml"


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    key, file = known_client(folder, lasting=True)
    with serving(folder / "log", {"LIVER_RESPONSE_CONFIG": str(file)}) as running:
        sleep(_UNTIL_TOKENS_ARE_NEW)
        yield Client(running, key)


@pytest.mark.requirement("FB-10")
@pytest.mark.parametrize("of", [FEEDBACK, SIGN])
def test_a_token_for_the_feedback_address_or_the_service_is_taken(
    client: Client, kept: Callable[[str], list[Json]], of: str
) -> None:
    card = str(uuid4())
    assert client.post(client.token(f"{client.service.base}{of}"), overridden(card)) == 200
    assert kept(card)[0]["client"] == "ehr"


@pytest.mark.requirement("FB-10")
def test_without_a_token_that_is_meant_for_us_nothing_is_taken(
    client: Client, kept: Callable[[str], list[Json]]
) -> None:
    card, address = str(uuid4()), f"{client.service.base}{FEEDBACK}"
    used = client.token(address)
    assert client.post(used, accepted()) == 200
    foreign = Client(client.service, rsa.generate_private_key(65537, 2048))
    elsewhere = f"{client.service.base}/cds-services/liver-response-patient-view/feedback"
    for headers in ({}, used, client.token(elsewhere), foreign.token(address)):
        assert client.post(headers, overridden(card)) == 401
    assert kept(card) == []


@pytest.mark.requirement("FB-10")
def test_a_client_is_told_if_its_feedback_would_not_outlive_the_service(tmp_path: Path) -> None:
    key, file = known_client(tmp_path, lasting=False)
    environment = {"LIVER_RESPONSE_CONFIG": str(file), "LIVER_RESPONSE_DATABASE": ""}
    with serving(tmp_path / "log", environment) as running:
        client = Client(running, key)
        sleep(_UNTIL_TOKENS_ARE_NEW)
        assert client.post(client.token(f"{running.base}{FEEDBACK}"), accepted()) == 503
    assert "no database or state_folder is configured" in (tmp_path / "log").read_text("utf-8")
