"""What a call did not send is asked from the FHIR server: all of it, within bounds, or it is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from live import told_today
from scripted_server import Asked, Reply, Script, Scripted, scripted
from stories import assessor

from rules.assessment import Assessment
from service.cds.authorization import Authorization
from service.cds.call import Call, read_call
from service.cds.speaking import Hook
from service.consulting import Consulting
from service.errors import LiverResponseError
from service.fhir.client import FhirClient
from service.fhir.errors import MissingDataError, OtherPatientError
from service.fhir.fetching import Fetching
from service.fhir.prefetch_keys import KEYS, templates
from service.fhir.queries import queries
from service.judged import Judged
from service.outbound.destinations import DEVELOPMENT, NOWHERE, Destinations
from service.outbound.http import Outbound

Json = Any
TOKEN = "a-token-of-this-call"  # noqa: S105 - invented
TODAY = date.today()  # noqa: DTZ011 - the local day, as the service has it
NAMES = tuple(key.name for key in KEYS)
NOT_FOUND = Reply(404, b"<html>no such page</html>", {"Content-Type": "text/html"})


@cache
def consulting(seconds: float = 5.0) -> Consulting:
    shipped = templates(assessor().rulebook.knowledge.vocabulary)
    fetching = Fetching(FhirClient(Outbound().send), ThreadPoolExecutor(16))
    return Consulting(assessor(), fetching, shipped, seconds)


def called(name: str = "order-sign-sunitinib", **changes: Any) -> Call:
    body = told_today(name)
    normalise = assessor().rulebook.knowledge.vocabulary.normalise_system
    return replace(read_call(body, Hook(body["hook"]), normalise), **changes)


def without(call: Call, *names: str) -> Call:
    return replace(call, prefetch={k: v for k, v in call.prefetch.items() if k not in names})


def consulted(
    call: Call, server: Scripted, allowed: Destinations = DEVELOPMENT, seconds: float = 5.0
) -> Judged:
    asking = replace(call, fhir_server=server.base, authorization=Authorization(TOKEN, 300))
    return consulting(seconds)(asking, allowed, TODAY)


def judged(
    call: Call, server: Scripted, allowed: Destinations = DEVELOPMENT, seconds: float = 5.0
) -> Assessment:
    return consulted(call, server, allowed, seconds).assessment


def key_of(asked: Asked, call: Call) -> str:
    """The key whose query a request is; a query may come in several parts."""
    path = asked.path.removeprefix("/")
    filled = queries(consulting().templates, call.patient_id)
    return next((name for name, query in filled.items() if path in query.paths), path)


def holding(call: Call, **scripts: Script) -> Script:
    """A server that has what the call would have sent; some keys have a script of their own."""

    def answer(asked: Asked) -> Reply:
        key = key_of(asked, call)
        if key in scripts:
            return scripts[key](asked)
        held = call.prefetch.get(key)
        if key == "patient" or held is None:
            return Reply(body=held) if held else NOT_FOUND
        return Reply(body=held)

    return answer


def always(reply: Reply) -> Script:
    return lambda _: reply


WHOLE = called()
EXPECTED = assessor().of_prefetch(WHOLE.prefetch, WHOLE.patient_id, TODAY).assessment


@pytest.mark.parametrize(
    "left", [(), NAMES[::2], NAMES[1::2], NAMES], ids=["all", "half", "other half", "none"]
)
def test_the_same_patient_gives_the_same_conclusion_however_it_is_sent(
    left: tuple[str, ...],
) -> None:
    sent = without(WHOLE, *left)
    with scripted(holding(WHOLE)) as server:
        found = judged(sent, server)
        assert found.grade is EXPECTED.grade
        assert [item.sentence for item in found.items] == [i.sentence for i in EXPECTED.items]
        asked = {key_of(request, WHOLE) for request in server.asked}
    assert {name for name in asked if name in NAMES} == set(left)
    assert all(r.headers["authorization"] == f"Bearer {TOKEN}" for r in server.asked)


def test_null_is_an_answer_and_is_not_asked_for_again() -> None:
    sent = replace(WHOLE, prefetch=dict.fromkeys(NAMES))
    with scripted(holding(WHOLE)) as server:
        judged(sent, server)
        assert server.asked == []


def test_a_key_that_came_as_an_error_is_not_asked_for_again() -> None:
    outcome: Json = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "x"}],
    }
    with scripted(holding(WHOLE)) as server:
        judged(replace(WHOLE, prefetch={**WHOLE.prefetch, "markers": outcome}), server)
        assert "markers" not in {key_of(request, WHOLE) for request in server.asked}


def page(bundle: Json, entries: list[Json], next_url: str | None) -> Json:
    links = [{"relation": "next", "url": next_url}] if next_url else []
    return {**bundle, "entry": entries, "link": links}


def paged(base: Callable[[], str], whole: Json, per_page: int = 2) -> Script:
    """A search whose pages are asked for one by one."""
    entries = whole["entry"]

    def answer(asked: Asked) -> Reply:
        at = int(dict(parse_qsl(urlsplit(asked.path).query)).get("page", "0"))
        more = (at + 1) * per_page < len(entries)
        following = f"{base()}/Observation?page={at + 1}" if more else None
        chosen = entries[at * per_page : (at + 1) * per_page]
        return Reply(body=page(whole, chosen, following))

    return answer


def with_pages(scripts: Callable[[Callable[[], str]], Mapping[str, Script]]) -> Any:
    """A server whose answers name its own address."""
    where: list[str] = []
    script = holding(WHOLE, **scripts(lambda: where[0]))

    def by_page(asked: Asked) -> Reply:
        if asked.path.startswith("/Observation?page="):
            return scripts(lambda: where[0])["observations"](asked)
        return script(asked)

    return where, by_page


def test_every_page_is_read_each_with_the_token() -> None:
    where, script = with_pages(
        lambda base: {"observations": paged(base, WHOLE.prefetch["observations"])}
    )
    with scripted(script) as server:
        where.append(server.base)
        found = judged(without(WHOLE, "observations"), server)
        pages = [request for request in server.asked if "page=" in request.path]
    assert found.grade is EXPECTED.grade
    assert len(pages) > 1
    assert all(r.headers["authorization"] == f"Bearer {TOKEN}" for r in pages)


def test_a_key_cut_short_is_gone_on_from_where_it_ends() -> None:
    where, script = with_pages(
        lambda base: {"observations": paged(base, WHOLE.prefetch["observations"])}
    )
    with scripted(script) as server:
        where.append(server.base)
        all_of_it: Json = WHOLE.prefetch["observations"]
        first = page(all_of_it, all_of_it["entry"][:2], f"{server.base}/Observation?page=1")
        found = judged(replace(WHOLE, prefetch={**WHOLE.prefetch, "observations": first}), server)
        asked = [r.path for r in server.asked if r.path.startswith("/Observation")]
    assert found.grade is EXPECTED.grade
    assert asked[0] == "/Observation?page=1"


OBSERVATIONS: Json = WHOLE.prefetch["observations"]
IN_VAIN: dict[str, tuple[Reply, str]] = {
    "401": (Reply(401), "refused the access token"),
    "403": (Reply(403), "refused the access token"),
    "404 in HTML": (NOT_FOUND, "does not have it"),
    "500": (Reply(500, {"resourceType": "OperationOutcome"}), "reported an error"),
    "redirect": (Reply(302, headers={"Location": "https://evil.example/"}), "sent us elsewhere"),
    "cut off JSON": (Reply(body=b'{"resourceType": "Bund'), "no FHIR JSON"),
    "a web page": (Reply(body=b"<html>please log in</html>"), "no FHIR JSON"),
    "a list": (Reply(body=[]), "no FHIR JSON"),
    "next page elsewhere": (
        Reply(body=page(OBSERVATIONS, [], "https://evil.example/?page=2")),
        "sent us elsewhere",
    ),
    "next page above the base": (
        Reply(body=page(OBSERVATIONS, [], "http://127.0.0.1:1/?page=2")),
        "sent us elsewhere",
    ),
    "next page by script": (
        Reply(body=page(OBSERVATIONS, [], "javascript:alert(1)")),
        "sent us elsewhere",
    ),
}


@pytest.mark.parametrize("case", IN_VAIN)
def test_what_is_needed_and_not_to_be_had_is_refused_with_the_reason(case: str) -> None:
    reply, reason = IN_VAIN[case]
    with (
        scripted(holding(WHOLE, observations=always(reply))) as server,
        pytest.raises(MissingDataError, match=reason) as refused,
    ):
        judged(without(WHOLE, "observations"), server)
    assert refused.value.status == 412
    assert "observations (not sent" in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert WHOLE.patient_id not in str(refused.value)
    assert server.base not in str(refused.value)


def test_pages_that_lead_in_a_circle_are_given_up_on() -> None:
    where: list[str] = []

    def circle(_: Asked) -> Reply:
        return Reply(body=page(OBSERVATIONS, [], f"{where[0]}/Observation?patient=1"))

    with scripted(circle) as server:
        where.append(server.base)
        with pytest.raises(MissingDataError, match="longer than is read"):
            judged(without(WHOLE, "observations"), server)


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n not in ("patient", "imaging", "observations")]
)
def test_what_is_optional_and_not_to_be_had_is_named(name: str) -> None:
    with scripted(holding(WHOLE, **{name: always(Reply(500))})) as server:
        known = consulted(without(WHOLE, name), server).timeline
    plain = next(key.plain for key in KEYS if key.name == name)
    assert known.unavailable == (plain,)


@pytest.mark.parametrize("name", ["requests", "administrations"])
def test_a_kind_of_medication_record_that_a_system_does_not_have_is_no_loss(name: str) -> None:
    with scripted(holding(WHOLE, **{name: always(NOT_FOUND)})) as server:
        found = consulted(without(WHOLE, name), server)
    assert found.assessment.grade is EXPECTED.grade
    assert found.timeline.unavailable == ()


def test_a_server_that_is_busy_is_asked_once_more() -> None:
    busy = [Reply(429, headers={"Retry-After": "0"})]

    def script(_: Asked) -> Reply:
        return busy.pop() if busy else Reply(body=WHOLE.prefetch["imaging"])

    with scripted(holding(WHOLE, imaging=script)) as server:
        assert judged(without(WHOLE, "imaging"), server).grade is EXPECTED.grade
        assert [key_of(r, WHOLE) for r in server.asked].count("imaging") == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_not_tried_again(status: int) -> None:
    with scripted(holding(WHOLE, imaging=always(Reply(status)))) as server:
        with pytest.raises(MissingDataError):
            judged(without(WHOLE, "imaging"), server)
        assert [key_of(r, WHOLE) for r in server.asked].count("imaging") == 1


def test_a_server_that_wants_to_be_asked_later_than_there_is_time_is_not_waited_for() -> None:
    later = Reply(503, headers={"Retry-After": "120"})
    with (
        scripted(holding(WHOLE, imaging=always(later))) as server,
        pytest.raises(MissingDataError, match="reported an error"),
    ):
        judged(without(WHOLE, "imaging"), server)


def test_a_slow_server_is_not_waited_for_beyond_the_deadline() -> None:
    never = Event()

    def slow(_: Asked) -> Reply:
        never.wait(10)
        return Reply(500)

    with scripted(holding(WHOLE, imaging=slow)) as server:
        with pytest.raises(MissingDataError, match="no answer in time"):
            judged(without(WHOLE, "imaging"), server, seconds=0.4)
        never.set()


def test_data_of_another_patient_is_refused_wherever_it_came_from() -> None:
    other: Json = called("order-sign-possible").prefetch["imaging"]
    with (
        scripted(holding(WHOLE, imaging=always(Reply(body=other)))) as server,
        pytest.raises(OtherPatientError),
    ):
        judged(without(WHOLE, "imaging"), server)


def test_a_server_that_is_not_allowed_receives_nothing() -> None:
    with scripted(holding(WHOLE)) as canary:
        with pytest.raises(MissingDataError, match="not one that may be asked"):
            judged(without(WHOLE, "imaging"), canary, NOWHERE)
        assert canary.asked == []


def test_a_server_is_asked_without_a_token_only_where_that_is_configured() -> None:
    call = without(WHOLE, "imaging")
    with scripted(holding(WHOLE)) as server:
        asking = replace(call, fhir_server=server.base)
        closed = replace(DEVELOPMENT, without_token=False)
        with pytest.raises(MissingDataError, match="no usable access token"):
            consulting()(asking, closed, TODAY)
        assert server.asked == []
        assert consulting()(asking, DEVELOPMENT, TODAY).assessment.grade is EXPECTED.grade
        assert all("authorization" not in request.headers for request in server.asked)


def test_a_drug_that_is_only_referred_to_is_read_from_the_server() -> None:
    drug: Json = {
        "resourceType": "Medication",
        "id": "imatinib-400",
        "code": {"text": "imatinib 400 mg tablet"},
    }
    statements: Json = WHOLE.prefetch["statements"]
    imatinib = next(
        e["resource"] for e in statements["entry"] if e["resource"]["id"] == "imatinib-statement"
    )
    referring = {k: v for k, v in imatinib.items() if k != "medicationCodeableConcept"}
    referring["medicationReference"] = {"reference": "Medication/imatinib-400"}
    entries = [{"resource": referring}]
    sent = replace(
        WHOLE, prefetch={**WHOLE.prefetch, "statements": {**statements, "entry": entries}}
    )
    with scripted(
        lambda asked: Reply(body=drug) if "Medication/" in asked.path else NOT_FOUND
    ) as server:
        assert judged(sent, server).grade is EXPECTED.grade
        assert "/Medication/imatinib-400" in server.paths


def test_the_token_is_no_part_of_any_text() -> None:
    assert TOKEN not in repr(called(authorization=Authorization(TOKEN, 300)))


@pytest.mark.parametrize("name", NAMES)
def test_no_address_is_longer_than_servers_take_and_no_code_is_lost(name: str) -> None:
    template = consulting().templates[name]
    query = queries(consulting().templates, "a/b c")[name]
    assert all(len(path) < 1950 and "{{" not in path and " " not in path for path in query.paths)
    codes = [code for path in query.paths for _, code in parse_qsl(path) if _ == "code"]
    assert sorted(c for part in codes for c in part.split(",")) == sorted(
        c for c in template.partition("&code=")[2].split(",") if c
    )


def test_a_patient_whose_id_is_no_plain_text_stays_one_part_of_the_address() -> None:
    paths = queries(consulting().templates, "x/../../admin?y=1&z#")["patient"].paths
    assert paths == ("Patient/x%2F..%2F..%2Fadmin%3Fy%3D1%26z%23",)


def test_an_error_of_ours_is_the_only_one_that_leaves() -> None:
    with scripted(always(Reply(body=b"\x00\xff"))) as server, pytest.raises(LiverResponseError):
        judged(replace(WHOLE, prefetch={}), server)
