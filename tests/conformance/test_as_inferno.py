"""What the Inferno CRD test kit asserts of a service, asserted of ours.

Its tests by their ids, in our own words. Left out is what it asks for Da Vinci CRD alone: system actions,
coverage information, questionnaires, CRD profiles, and a card without links and suggestions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fhir.resources.R4B import get_fhir_model_class
from live import CALLS, Service, told_today

Json = Any
_ACCEPT = {"Accept": "application/json"}


def text(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip())


@pytest.fixture(scope="module")
def listed(service: Service) -> Json:
    """crd_discovery_endpoint_test: status 200 and JSON."""
    response = service.get("/cds-services", headers=_ACCEPT)
    assert response.status_code == 200
    return response.json()


@pytest.fixture(scope="module")
def answers(service: Service, listed: Json) -> list[Json]:
    """crd_service_call_test: every body to the first id of its hook is answered with 200 and JSON."""
    first: dict[str, str] = {}
    for entry in listed["services"]:
        first.setdefault(entry["hook"], entry["id"])
    found = []
    for folder in sorted(CALLS.iterdir()):
        call = told_today(folder.name)
        response = service.post(f"/cds-services/{first[call['hook']]}", json=call)
        assert response.status_code == 200, folder.name
        found.append(response.json())
    return found


@pytest.fixture(scope="module")
def cards(answers: list[Json]) -> list[Json]:
    found = [card for answer in answers for card in answer["cards"]]
    assert found
    return found


def actions(cards: list[Json]) -> Iterator[Json]:
    for card in cards:
        for suggestion in card.get("suggestions", ()):
            yield from suggestion["actions"]


def test_crd_discovery_services_validation(listed: Json) -> None:
    assert isinstance(listed["services"], list)
    for entry in listed["services"]:
        assert all(text(entry[name]) for name in ("hook", "description", "id"))


def test_crd_service_response_validation(answers: list[Json], cards: list[Json]) -> None:
    assert all(isinstance(answer["cards"], list) for answer in answers)
    for card in cards:
        assert text(card["summary"])
        assert len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert text(card["source"]["label"])
        assert text(card["source"]["topic"]["code"])
        assert text(card["source"]["topic"]["system"])


def test_crd_card_optional_fields_validation(cards: list[Json]) -> None:
    for card in cards:
        assert all(text(card[name]) for name in ("uuid", "detail") if name in card)
        if "suggestions" in card:
            assert card["selectionBehavior"] in ("at-most-one", "any")
            assert all(text(s["label"]) and s["actions"] for s in card["suggestions"])
        for reason in card.get("overrideReasons", ()):
            assert all(text(reason[name]) for name in ("code", "system", "display"))


def test_links_have_label_type_and_an_address(cards: list[Json]) -> None:
    links = [link for card in cards for link in card.get("links", ())]
    assert links
    for link in links:
        assert text(link["label"])
        assert link["type"] in ("absolute", "smart")
        assert urlsplit(link["url"]).scheme in ("http", "https")
        assert urlsplit(link["url"]).hostname
        assert link["type"] == "smart" or "appContext" not in link


def test_crd_external_reference_card_validation(cards: list[Json]) -> None:
    absolute = [
        card
        for card in cards
        if card.get("links") and all(link["type"] == "absolute" for link in card["links"])
    ]
    assert absolute


def test_crd_additional_orders_card_validation(cards: list[Json]) -> None:
    found = list(actions(cards))
    assert found
    for action in found:
        assert (action["type"], text(action["description"])) == ("create", True)
        assert action["resource"]["resourceType"] == "ServiceRequest"
        get_fhir_model_class("ServiceRequest").model_validate(action["resource"])
