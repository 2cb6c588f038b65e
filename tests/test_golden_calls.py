"""Whole calls, answered as recorded: the cards of every invented call, to the letter.

``python -m pytest tests/test_golden_calls.py --rewrite`` records them anew; a reviewer reads the diff.
"""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.cds.strict import findings
from service.dates_shifted import shifted, told_on
from service.settings import Settings

CALLS = sorted((Path(__file__).parent.parent / "fixtures" / "calls").iterdir())
_FINGERPRINT = re.compile(r"(Rule book [\d.]+ )\([0-9a-f]{16}\)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class _Clock:
    """The day of the story being told."""

    today = date(2026, 6, 15)

    def __call__(self) -> date:
        return self.today


@pytest.fixture(scope="module", name="clock")
def _clock() -> _Clock:
    return _Clock()


@pytest.fixture(scope="module", name="client")
def _client(clock: _Clock) -> FlaskClient:
    return create_app(Settings(), clock).test_client()


def _request(call: Path) -> Any:
    return json.loads((call / "request.json").read_text("utf-8"))


def _answer(client: FlaskClient, request: Any) -> Any:
    answer = client.post(f"/cds-services/liver-response-{request['hook']}", json=request)
    return {"status": answer.status_code, "body": _lasting(answer.get_json())}


def _lasting(body: Any) -> Any:
    """The same body without what differs on purpose: UUIDs, and the rule book's fingerprint."""
    text = _UUID.sub("00000000-0000-4000-8000-000000000000", json.dumps(body))
    return json.loads(_FINGERPRINT.sub(r"\1(…)", text))


def _by_name(call: Path) -> str:
    return call.name


@pytest.mark.parametrize("call", CALLS, ids=_by_name)
def test_a_call_is_answered_as_recorded(
    call: Path, client: FlaskClient, clock: _Clock, request: pytest.FixtureRequest
) -> None:
    body = _request(call)
    told = told_on(body)
    assert told is not None
    clock.today = told
    answer = _answer(client, body)
    recorded = call / "response.json"
    if request.config.getoption("--rewrite"):
        text = json.dumps(answer, indent=2, ensure_ascii=False)
        recorded.write_text(text + "\n", "utf-8")
    assert answer == json.loads(recorded.read_text("utf-8"))


@pytest.mark.parametrize("call", CALLS, ids=_by_name)
def test_the_same_call_gets_the_same_cards(call: Path, client: FlaskClient, clock: _Clock) -> None:
    body = _request(call)
    clock.today = told_on(body) or clock.today
    assert _answer(client, body) == _answer(client, body)


@pytest.mark.parametrize("call", CALLS, ids=_by_name)
def test_a_story_told_on_another_day_gets_the_same_indicators_and_topics(
    call: Path, client: FlaskClient, clock: _Clock
) -> None:
    def shown(body: Any, today: date) -> list[tuple[str, str]]:
        clock.today = today
        cards = _answer(client, body)["body"].get("cards", [])
        return [(card["indicator"], card["source"]["topic"]["code"]) for card in cards]

    body = _request(call)
    told = told_on(body)
    assert told is not None
    later = shifted(body, 400)
    assert shown(body, told) == shown(later, told + timedelta(days=400))


@pytest.mark.parametrize("call", CALLS, ids=_by_name)
def test_every_recorded_answer_keeps_to_the_standard(call: Path) -> None:
    recorded = json.loads((call / "response.json").read_text("utf-8"))
    if recorded["status"] == 200:
        assert findings(recorded["body"]) == []
