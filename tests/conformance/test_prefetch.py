"""The states of a prefetch key: present, empty, absent, error, invalid, truncated."""

from __future__ import annotations

import copy
from itertools import combinations
from typing import Any

import pytest
from live import Service, told_today

from tests.conformance.strict_json import strictly

CALL = "order-sign-sunitinib"
REQUIRED = ("imaging", "observations")
MEDICATIONS = ("statements", "requests", "administrations")

EMPTY: dict[str, Any] = {
    "null": None,
    "a Bundle without entries": {"resourceType": "Bundle", "type": "searchset", "total": 0},
    "a Bundle with no entry in its list": {"resourceType": "Bundle", "type": "searchset", "entry": []},
    "a Bundle with nothing but a note, as Epic sends it": {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "entry": [
            {
                "search": {"mode": "outcome"},
                "resource": {
                    "resourceType": "OperationOutcome",
                    "issue": [{"severity": "warning", "code": "processing",
                               "details": {"coding": [{"code": "4101"}], "text": "No results."}}],
                },
            }
        ],
    },
}  # fmt: skip
UNAVAILABLE: dict[str, Any] = {
    "an OperationOutcome": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "exception"}],
    },
    "another kind of resource": {"resourceType": "Organization", "id": "o1"},
    "a Bundle of another kind": {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": {"resourceType": "Coverage", "id": "c1"}}],
    },
    "a string": "data",
    "a list": [],
    "a number": 7,
    "an object that is no resource": {"data": []},
}


@pytest.fixture
def call() -> Any:
    return told_today(CALL)


def plain(cards: list[dict[str, Any]]) -> list[str]:
    return [card["detail"] for card in cards]


@pytest.mark.requirement("PF-8", "PF-9", "PF-15", "RESP-4")
def test_any_subset_of_keys_is_answered_or_412(service: Service, call: Any) -> None:
    """All pairs of keys left out, and each alone: never a failure, never a card without its basis."""
    keys = sorted(call["prefetch"])
    for left_out in (*((key,) for key in keys), *combinations(keys, 2)):
        document = {
            **call,
            "prefetch": {k: v for k, v in call["prefetch"].items() if k not in left_out},
        }
        response = service.call(document)
        offered = [m for m in MEDICATIONS if m in document["prefetch"]]
        enough = not set(left_out) & set(REQUIRED) and bool(offered)
        assert response.status_code == (200 if enough else 412), left_out


@pytest.mark.requirement("PF-15", "RESP-4")
def test_what_is_needed_and_cannot_be_had_is_named(service: Service, call: Any) -> None:
    response = service.call({**call, "prefetch": {}})
    assert response.status_code == 412
    text = str(strictly(response))
    for key in REQUIRED:
        assert key in text


@pytest.mark.requirement("PF-10", "PF-11", "PF-12")
@pytest.mark.parametrize("key", ["conditions", "procedures", "markers", "observations"])
def test_every_way_to_say_nothing_is_the_same(service: Service, call: Any, key: str) -> None:
    answers = []
    for nothing in EMPTY.values():
        document = copy.deepcopy(call)
        document["prefetch"][key] = nothing
        response = service.call(document)
        assert response.status_code == 200
        answers.append(plain(response.json()["cards"]))
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.requirement("PF-12", "PF-16")
@pytest.mark.parametrize("value", UNAVAILABLE.values(), ids=UNAVAILABLE.keys())
@pytest.mark.parametrize("key", ["imaging", "observations"])
def test_what_is_no_data_is_unavailable_where_it_is_needed(
    service: Service, call: Any, key: str, value: Any
) -> None:
    call["prefetch"][key] = value
    response = service.call(call)
    assert response.status_code == 412
    assert key in str(strictly(response))


@pytest.mark.requirement("PF-12", "PF-16")
@pytest.mark.parametrize("value", UNAVAILABLE.values(), ids=UNAVAILABLE.keys())
def test_what_is_no_data_is_named_where_it_is_optional(
    service: Service, call: Any, value: Any
) -> None:
    call["prefetch"]["conditions"] = value
    cards = service.cards(call)
    assert "conditions" in cards[0]["detail"]


@pytest.mark.requirement("PF-12")
def test_unavailable_never_looks_like_empty(service: Service, call: Any) -> None:
    call["prefetch"]["procedures"] = None
    empty = plain(service.cards(call))
    call["prefetch"]["procedures"] = UNAVAILABLE["an OperationOutcome"]
    assert plain(service.cards(call)) != empty


@pytest.mark.requirement("PF-18")
def test_further_keys_are_ignored(service: Service, call: Any) -> None:
    expected = plain(service.cards(call))
    call["prefetch"]["coverage"] = {"resourceType": "Coverage", "id": "c1"}
    assert plain(service.cards(call)) == expected
