"""Whole calls of invented people, from request to cards, as their list expects."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import cmarkgfm
import orjson
import pytest

from service import create_app
from service.cds.strict import findings
from service.settings import Settings

CALLS = Path(__file__).parent.parent / "fixtures" / "calls"
SUPPORTED, POSSIBLE = "TreatmentEffectSupported", "TreatmentEffectPossible"
EXPECTED: dict[str, list[tuple[str, str]]] = {
    "order-sign-sunitinib": [(SUPPORTED, "warning")],
    "order-sign-stop-imatinib": [(SUPPORTED, "warning")],
    "order-sign-attenuation-missing": [("Indeterminate", "info")],
    "order-sign-paracetamol": [],
    "order-sign-imatinib-refill": [],
    "order-sign-hospice": [],
    "order-sign-true-progression": [],
    "order-sign-possible": [(POSSIBLE, "info")],
    "order-sign-local-therapy": [("LocalTherapy", "info")],
    "order-sign-checkpoint-inhibitor": [("ImmunePattern", "info")],
    "order-sign-regimen": [(POSSIBLE, "info")],
    "order-select-sunitinib": [(SUPPORTED, "warning")],
    "order-select-paracetamol": [],
    "order-select-without-medication": [],
    "order-select-liver-ct": [("ImagingProtocol", "info")],
    "patient-view-supported": [(SUPPORTED, "info")],
    "patient-view-urgent": [("TrueProgressionFavoured", "warning")],
    "patient-view-silent": [],
    "patient-view-old-study": [],
    "order-select-reference-client": [(SUPPORTED, "warning")],
    "order-sign-epic": [(SUPPORTED, "warning")],
}
Post = Callable[[str], list[dict[str, str]]]


@pytest.fixture(scope="module")
def post() -> Post:
    """Send a call on the day that it is about; give back its cards."""
    days: list[date] = []
    client = create_app(Settings(), lambda: days[-1]).test_client()

    def send(name: str) -> list[dict[str, str]]:
        request = orjson.loads((CALLS / name / "request.json").read_bytes())
        as_of = request["extension"]["org.liver-response-cds.as-of"]
        days.append(date.fromisoformat(as_of[:10]))
        response = client.post(f"/cds-services/liver-response-{request['hook']}", json=request)
        assert response.status_code == 200, response.data
        body = orjson.loads(response.data)
        assert findings(body) == []
        cards: list[dict[str, str]] = body["cards"]
        return cards

    return send


@pytest.mark.parametrize("name", EXPECTED)
def test_the_cards_of_a_call_are_those_expected(post: Post, name: str) -> None:
    found = [(c["source"]["topic"]["code"], c["indicator"]) for c in post(name)]  # type: ignore[index]
    assert found == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name, cards in EXPECTED.items() if cards])
def test_the_cards_of_a_call_render_without_html(post: Post, name: str) -> None:
    for card in post(name):
        html = cmarkgfm.github_flavored_markdown_to_html(
            card["detail"], options=cmarkgfm.Options.CMARK_OPT_UNSAFE
        )
        assert html.count("<table>") <= 1
        assert "<script" not in html


ODD = (None, "", [], {}, 7, True, "odd", ["odd"], {"reference": 7}, {"coding": [None]})


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every member of a call, but for those of its prefetch."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        yield (*place, key)
        if isinstance(member, dict | list) and key != "prefetch":
            yield from places(member, (*place, key))


def spoiled(request: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """The call with something odd in one place."""
    copy = deepcopy(request)
    holder = copy
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = odd
    return copy


@pytest.mark.parametrize("name", ["order-select-reference-client", "order-sign-epic"])
def test_no_odd_member_makes_the_service_fail(name: str) -> None:
    client = create_app(Settings(), lambda: date(2026, 6, 10)).test_client()
    request = orjson.loads((CALLS / name / "request.json").read_bytes())
    # Without data, and from a server that may not be asked, so that each call is short: what is
    # needed and missing is answered with 412.
    request |= {"prefetch": {}, "fhirServer": "https://ehr.example/fhir"}
    path = f"/cds-services/liver-response-{request['hook']}"
    statuses = {
        client.post(path, json=spoiled(request, place, odd)).status_code
        for place in places(request)
        for odd in ODD
    }
    assert statuses == {200, 400, 412}


def test_every_call_has_its_expectation() -> None:
    assert {folder.name for folder in CALLS.iterdir()} == set(EXPECTED)
