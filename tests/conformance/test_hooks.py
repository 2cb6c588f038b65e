"""The context of each hook: its fields, incomplete orders, one patient throughout."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from calls import (
    bundle,
    medication_request,
    order_select,
    order_sign,
    patient_view,
    with_member,
    without,
)
from live import Service, told_today

PARACETAMOL = medication_request("paracetamol")
CALLS = {
    "order-sign": order_sign(PARACETAMOL),
    "order-select": order_select(PARACETAMOL, selections=["MedicationRequest/m1"]),
}
FIELDS = {
    "order-sign": ("userId", "patientId", "draftOrders"),
    "order-select": ("userId", "patientId", "draftOrders", "selections"),
    "patient-view": ("userId", "patientId"),
}
WRONG = {
    "userId": (7, {}, [], "", None),
    "patientId": (7, {}, [], "", None, "Patient/p1"),
    "draftOrders": (7, "x", [], None),
    "selections": (7, "x", {}, None, [7]),
}


def status(service: Service, document: Any) -> int:
    return service.call(document).status_code


@pytest.mark.requirement("HOOK-1")
@pytest.mark.parametrize(
    ("hook", "field"), [(h, f) for h, fields in FIELDS.items() for f in fields]
)
def test_a_field_that_is_needed_must_be_there_and_of_its_type(
    service: Service, hook: str, field: str
) -> None:
    call = CALLS.get(hook) or patient_view()
    assert status(service, without(call, f"context.{field}")) == 400
    for value in WRONG[field]:
        assert status(service, with_member(call, f"context.{field}", value)) == 400, value


@pytest.mark.requirement("HOOK-1")
@pytest.mark.parametrize("encounter", ["e1", "Encounter/e1", None])
def test_an_encounter_may_be_given(service: Service, encounter: str | None) -> None:
    call = with_member(CALLS["order-sign"], "context.encounterId", encounter)
    assert status(service, call) == 200


@pytest.mark.requirement("HOOK-2")
def test_a_selection_that_is_no_draft_order_is_passed_over_and_named(service: Service) -> None:
    document = told_today("order-select-sunitinib")
    dangling = copy.deepcopy(document)
    dangling["context"]["selections"].append("MedicationRequest/not-there")
    cards = service.cards(dangling)
    assert len(cards) == len(service.cards(document))
    assert "names no order of the call" in cards[0]["detail"]


@pytest.mark.requirement("HOOK-3")
def test_only_the_selected_order_is_spoken_of(service: Service) -> None:
    document = told_today("order-select-sunitinib")
    assert service.cards(document)
    other = {**PARACETAMOL, "subject": {"reference": f"Patient/{document['context']['patientId']}"}}
    entries = document["context"]["draftOrders"]["entry"]
    document["context"]["draftOrders"]["entry"] = [*entries, {"resource": other}]
    document["context"]["selections"] = ["MedicationRequest/m1"]
    assert service.cards(document) == []


@pytest.mark.requirement("HOOK-4")
@pytest.mark.parametrize("missing", ["status", "intent", "subject", "medicationCodeableConcept"])
def test_an_order_being_written_may_lack_anything(service: Service, missing: str) -> None:
    draft = {k: v for k, v in PARACETAMOL.items() if k != missing}
    call = order_select(draft, selections=["MedicationRequest/m1"])
    assert status(service, call) == 200


@pytest.mark.requirement("HOOK-7")
@pytest.mark.parametrize(
    "drafts",
    [bundle(), {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": None}],
    ids=["no entry in it", "no entries", "entries null"],
)
def test_no_draft_orders_means_no_cards(service: Service, drafts: Any) -> None:
    assert service.cards(with_member(order_sign(), "context.draftOrders", drafts)) == []


@pytest.mark.requirement("HOOK-8", "PF-16")
def test_another_patient_anywhere_refuses_the_call(service: Service) -> None:
    document = told_today("order-sign-sunitinib")
    order = document["context"]["draftOrders"]["entry"][0]["resource"]
    observations = document["prefetch"]["observations"]["entry"]
    places: tuple[tuple[dict[str, Any], str], ...] = (
        (order, "subject"),
        (observations[0]["resource"], "subject"),
    )
    for holder, name in places:
        mine, holder[name] = holder[name], {"reference": "Patient/somebody-else"}
        response = service.call(document)
        assert response.status_code == 400, name
        assert "cards" not in response.json()
        holder[name] = mine
    assert service.cards(document)
