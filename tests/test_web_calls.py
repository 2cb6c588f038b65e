"""Whole calls of invented people, from request to cards, as their list expects."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

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


def test_every_call_has_its_expectation() -> None:
    assert {folder.name for folder in CALLS.iterdir()} == set(EXPECTED)
