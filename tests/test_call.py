"""A CDS Hooks request: tolerated where nothing depends on it, refused plainly where much does."""

from typing import Any

import pytest
from calls import (
    Json,
    medication_request,
    order_select,
    order_sign,
    patient_view,
    with_member,
    without,
)

from service.cds.call import Call, read_call
from service.cds.errors import CallInvalidError
from service.cds.speaking import Hook
from service.errors import LiverResponseError
from service.fhir.errors import OtherPatientError

SIGN = order_sign(medication_request("imatinib"))
SELECT = order_select(medication_request("imatinib"), selections=["MedicationRequest/m1"])
VIEW = patient_view()
OF_HOOK = {Hook.ORDER_SIGN: SIGN, Hook.ORDER_SELECT: SELECT, Hook.PATIENT_VIEW: VIEW}


def read(body: Any, hook: Hook = Hook.ORDER_SIGN) -> Call:
    return read_call(body, hook, lambda system: system)


@pytest.mark.parametrize("hook", Hook, ids=lambda hook: hook.value)
def test_a_plain_call_of_each_hook_is_read(hook: Hook) -> None:
    call = read(OF_HOOK[hook], hook)
    assert (call.hook, call.patient_id, call.user_id) == (hook, "p1", "Practitioner/u1")
    assert call.hook_instance == SIGN["hookInstance"]


def test_selections_are_read_on_order_select_alone() -> None:
    assert read(SELECT, Hook.ORDER_SELECT).selections == ("MedicationRequest/m1",)
    assert read(SIGN).selections is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("extension", {"com.epic.cdshooks.request.criteria-id": "12"}),
        ("extension", None),
        ("somethingElse", [1, 2]),
        ("context.extra", {"a": 1}),
        ("prefetch", None),
        ("prefetch", {}),
        ("fhirServer", None),
        ("fhirAuthorization", None),
        ("context.encounterId", None),
        ("hookInstance", "D1577C69-DFBE-44AD-BA6D-3E05E953B2EA"),
        ("hookInstance", "not a uuid"),
    ],
)
def test_what_nothing_depends_on_is_tolerated(name: str, value: Any) -> None:
    assert read(with_member(SIGN, name, value)).patient_id == "p1"


def test_the_prefetch_is_handed_on_as_sent() -> None:
    assert read({**VIEW, "prefetch": {"imaging": None}}, Hook.PATIENT_VIEW).prefetch == {
        "imaging": None
    }


@pytest.mark.parametrize(
    ("sent", "read_as"), [("e1", "e1"), ("Encounter/e1", "e1"), ("", None), (None, None)]
)
def test_the_encounter_is_optional_and_a_bare_id(sent: str | None, read_as: str | None) -> None:
    assert read(with_member(SIGN, "context.encounterId", sent)).encounter_id == read_as


@pytest.mark.parametrize(
    ("hook", "name"),
    [
        *((hook, name) for hook in Hook for name in ("hook", "hookInstance", "context")),
        *((hook, f"context.{name}") for hook in Hook for name in ("patientId", "userId")),
        (Hook.ORDER_SIGN, "context.draftOrders"),
        (Hook.ORDER_SELECT, "context.draftOrders"),
        (Hook.ORDER_SELECT, "context.selections"),
    ],
)
def test_what_is_needed_must_be_there(hook: Hook, name: str) -> None:
    with pytest.raises(CallInvalidError) as caught:
        read(without(OF_HOOK[hook], name), hook)
    assert caught.value.status == 400
    assert caught.value.where == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hook", ""),
        ("hook", 1),
        ("hook", "order-select"),
        ("hook", "made-up"),
        ("hookInstance", "  "),
        ("hookInstance", 7),
        ("context", None),
        ("context", []),
        ("context", "text"),
        ("context.patientId", ""),
        ("context.patientId", 5),
        ("context.patientId", "Patient/p1"),
        ("context.patientId", "p 1"),
        ("context.patientId", "p1?x=y"),
        ("context.userId", ["Practitioner/u1"]),
        ("context.encounterId", {"id": "e1"}),
        ("context.draftOrders", []),
        ("context.draftOrders", "text"),
        ("fhirServer", 1),
        ("fhirAuthorization", "token"),
        ("prefetch", []),
        ("prefetch", "text"),
    ],
)
def test_what_is_read_must_be_what_the_standard_says(name: str, value: Any) -> None:
    with pytest.raises(CallInvalidError) as caught:
        read(with_member(SIGN, name, value))
    assert caught.value.where == name


@pytest.mark.parametrize("selections", ["MedicationRequest/m1", {}, [1], [None]])
def test_selections_must_be_a_list_of_references(selections: Any) -> None:
    with pytest.raises(CallInvalidError, match="list of references"):
        read(with_member(SELECT, "context.selections", selections), Hook.ORDER_SELECT)


def test_entries_of_draft_orders_must_be_a_list() -> None:
    spoiled = with_member(SIGN, "context.draftOrders", {"resourceType": "Bundle", "entry": {}})
    with pytest.raises(CallInvalidError, match="list of entries"):
        read(spoiled)


@pytest.mark.parametrize("body", [None, [], "text", 3, True])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    with pytest.raises(CallInvalidError, match="not a JSON object"):
        read(body)


def test_an_authorization_without_its_server_is_refused() -> None:
    with pytest.raises(CallInvalidError) as caught:
        read({**SIGN, "fhirAuthorization": {"access_token": "secret"}})
    assert caught.value.where == "fhirServer"
    assert "secret" not in str(caught.value)


def other_patient(reference: str) -> Json:
    return {"reference": reference}


@pytest.mark.parametrize(
    "order",
    [
        medication_request("imatinib", subject=other_patient("Patient/p2")),
        medication_request(
            "imatinib", subject=other_patient("https://ehr.example/fhir/Patient/p2")
        ),
        medication_request("imatinib", subject=other_patient("Patient/p2/_history/3")),
        {"resourceType": "ProcedureRequest", "id": "x", "patient": other_patient("Patient/p2")},
    ],
    ids=["relative", "absolute", "versioned", "as patient"],
)
def test_an_order_of_another_patient_is_refused(order: Json) -> None:
    with pytest.raises(OtherPatientError) as caught:
        read(order_sign(order))
    assert caught.value.status == 400
    assert "p2" not in str(caught.value)


@pytest.mark.parametrize(
    "reference",
    ["Patient/p1", "https://ehr.example/fhir/Patient/p1", "Patient/p1/_history/3", "urn:uuid:p1"],
)
def test_an_order_of_this_patient_may_say_so_in_any_way(reference: str) -> None:
    order = medication_request("imatinib", subject={"reference": reference})
    assert len(read(order_sign(order)).drafts.orders) == 1


def test_a_token_for_another_patient_is_refused() -> None:
    authorization = {"access_token": "secret", "patient": "p2"}
    with pytest.raises(OtherPatientError):
        read({**SIGN, "fhirServer": "https://ehr.example", "fhirAuthorization": authorization})


def test_no_message_repeats_what_was_sent() -> None:
    with pytest.raises(LiverResponseError) as caught:
        read(with_member(SIGN, "context.patientId", "Patient/Smith John"))
    assert "Smith" not in str(caught.value)
