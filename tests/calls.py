"""CDS Hooks requests, made small: what each test is about stands out."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

PATIENT_ID = "p1"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


def medication_request(name: str = "", **members: Any) -> Json:
    """A draft MedicationRequest for a drug by its name; without a name, none is chosen yet."""
    drug = {"medicationCodeableConcept": {"text": name}} if name else {}
    return {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        **drug,
        **members,
    }


def service_request(text: str = "", **members: Any) -> Json:
    """A draft ServiceRequest by its words."""
    return {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        **({"code": {"text": text}} if text else {}),
        **members,
    }


def bundle(*resources: Json, **members: Any) -> Json:
    """A Bundle as EHRs send it."""
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **members}


def order_sign(*resources: Json, **members: Any) -> Json:
    """A call when orders are signed."""
    return {
        "hook": "order-sign",
        "hookInstance": INSTANCE,
        "context": {
            "userId": "Practitioner/u1",
            "patientId": PATIENT_ID,
            "draftOrders": bundle(*resources),
        },
        **members,
    }


def order_select(*resources: Json, selections: list[str], **members: Any) -> Json:
    """A call when orders are selected."""
    call = {**order_sign(*resources), "hook": "order-select", **members}
    return {**call, "context": {**call["context"], "selections": selections}}


def patient_view(**members: Any) -> Json:
    """A call when a chart is opened."""
    return {
        "hook": "patient-view",
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/u1", "patientId": PATIENT_ID},
        **members,
    }


def without(call: Json, name: str) -> Json:
    """A call without one member, ``context.`` ones included."""
    outer, _, inner = name.partition(".")
    if not inner:
        return {key: value for key, value in call.items() if key != outer}
    return {**call, outer: without(call[outer], inner)}


def with_member(call: Json, name: str, value: Any) -> Json:
    """A call with one member set, ``context.`` ones included."""
    outer, _, inner = name.partition(".")
    return {**call, outer: with_member(call[outer], inner, value) if inner else value}
