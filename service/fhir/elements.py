"""The elements of each resource that are read, and the cut down to them.

Validation is the dearest step of a call, so exactly what is reasoned from is validated: no
narrative, meta, performer or extension. Anything cut away cannot make a resource unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from service.fhir.json_types import Json, JsonObject


class Unreadable(ValueError):  # noqa: N818 - it reads as the sentence it becomes
    """An element that cannot be read: its name and the cause, never its value."""

    def __init__(self, element: str, cause: str) -> None:
        super().__init__(f"{element}: {cause}")


Elements: TypeAlias = "Mapping[str, Elements | None]"
"""The elements read of an object; None for a primitive, an empty mapping for presence alone."""

_CODING: Elements = {"system": None, "code": None, "display": None}
_CONCEPT: Elements = {"coding": _CODING, "text": None}
_QUANTITY: Elements = dict.fromkeys(("value", "comparator", "unit", "system", "code"))
_PERIOD: Elements = {"start": None, "end": None}
REFERENCE: Elements = {"reference": None}
"""A reference of which nothing else is read."""

_NAMED_REFERENCE: Elements = {"reference": None, "display": None}
_IDENTIFIER: Elements = {"system": None, "value": None}
_PRESENCE: Elements = {}

_VALUE: Elements = {
    "valueQuantity": _QUANTITY,
    "valueCodeableConcept": _CONCEPT,
    "valueString": None,
    "valueBoolean": None,
    "valueInteger": None,
    "valueRange": {"low": _QUANTITY, "high": _QUANTITY},
    "valueRatio": {"numerator": _QUANTITY, "denominator": _QUANTITY},
    "valueSampledData": {"origin": _QUANTITY, "period": None, "dimensions": None},
    "valueTime": None,
    "valueDateTime": None,
    "valuePeriod": _PERIOD,
    "dataAbsentReason": _PRESENCE,
}
_DOSAGE: Elements = {
    "route": _CONCEPT,
    "doseAndRate": {"type": _CONCEPT, "doseQuantity": _QUANTITY},
    "timing": {
        "repeat": {"frequency": None, "period": None, "periodUnit": None},
        "code": _CONCEPT,
    },
}
_MEDICATION: Elements = {
    "status": None,
    "subject": REFERENCE,
    "medicationCodeableConcept": _CONCEPT,
    "medicationReference": _NAMED_REFERENCE,
}


def _refers(elements: Elements) -> bool:
    return "reference" in elements or any(_refers(inner) for inner in elements.values() if inner)


ELEMENTS: Mapping[str, Elements] = {
    "Observation": {
        **_VALUE,
        "identifier": _IDENTIFIER,
        "status": None,
        "category": _CONCEPT,
        "code": _CONCEPT,
        "subject": REFERENCE,
        "focus": REFERENCE,
        "effectiveDateTime": None,
        "effectivePeriod": _PERIOD,
        "effectiveInstant": None,
        "issued": None,
        "bodySite": _CONCEPT,
        "method": _CONCEPT,
        "referenceRange": {"type": _CONCEPT, "high": _QUANTITY},
        "hasMember": REFERENCE,
        "derivedFrom": REFERENCE,
        "partOf": REFERENCE,
        "component": {"code": _CONCEPT, **_VALUE},
    },
    "MedicationStatement": {
        **_MEDICATION,
        "effectiveDateTime": None,
        "effectivePeriod": _PERIOD,
        "dateAsserted": None,
        "dosage": _DOSAGE,
    },
    "MedicationRequest": {
        **_MEDICATION,
        "intent": None,
        "doNotPerform": None,
        "authoredOn": None,
        "priorPrescription": REFERENCE,
        "dosageInstruction": _DOSAGE,
    },
    "MedicationAdministration": {
        **_MEDICATION,
        "effectiveDateTime": None,
        "effectivePeriod": _PERIOD,
        "dosage": {"route": _CONCEPT, "dose": _QUANTITY},
    },
    "Medication": {
        "code": _CONCEPT,
        "ingredient": {
            "itemCodeableConcept": _CONCEPT,
            "itemReference": _NAMED_REFERENCE,
            "isActive": None,
        },
    },
    "Substance": {"code": _CONCEPT},
    "ImagingStudy": {
        "identifier": _IDENTIFIER,
        "status": None,
        "subject": REFERENCE,
        "started": None,
        "modality": _CODING,
        "procedureCode": _CONCEPT,
        "description": None,
        "series": {"uid": None, "modality": _CODING, "description": None, "bodySite": _CODING},
    },
    "Condition": {
        "extension": {"url": None, "valueReference": REFERENCE},
        "clinicalStatus": _CONCEPT,
        "verificationStatus": _CONCEPT,
        "code": _CONCEPT,
        "bodySite": _CONCEPT,
        "subject": REFERENCE,
    },
    "Procedure": {
        "status": None,
        "code": _CONCEPT,
        "subject": REFERENCE,
        "performedDateTime": None,
        "performedPeriod": _PERIOD,
        "bodySite": _CONCEPT,
    },
    "BodyStructure": {
        "identifier": _IDENTIFIER,
        "location": _CONCEPT,
        "description": None,
        "patient": REFERENCE,
    },
}
"""The elements read of each resource type, in the shape of R4."""

CHECKED_ON_CUTTING = frozenset(
    ("identifier", "category", "focus", "hasMember", "derivedFrom", "partOf")
)
"""Lists whose objects the cut and their readers check in full: references, labels.

A model would check no more of them, and each object costs as much as a value does.
"""

REFERRING: Mapping[str, tuple[str, ...]] = {
    kind: tuple(name for name, inner in elements.items() if inner and _refers(inner))
    for kind, elements in ELEMENTS.items()
}
"""The elements of each resource type that refer to other resources."""

VALUES = frozenset(_VALUE) - {"dataAbsentReason"}
"""The choices of a value[x]."""

_DAYS = frozenset(
    ("effectiveDateTime", "start", "end", "started", "performedDateTime", "authoredOn")
) | {"dateAsserted"}


def refuse_other_value(name: str, elements: Elements) -> None:
    """Refuse a value[x] of a type that is not read; any other element may be left aside.

    Raises:
        Unreadable: it is one.
    """
    if name.startswith("value") and "valueQuantity" in elements:
        raise Unreadable("value[x]", "of a type that is not read")


def cut(name: str, value: Json, elements: Elements | None) -> Json:
    """One element with nothing but these elements; nulls and empty strings count as absent.

    Raises:
        Unreadable: an object where a text belongs or the reverse, or a value of an unknown type.
    """
    if elements is None:
        return _primitive(name, value)
    if isinstance(value, list):
        return [_object(name, item, elements) for item in value if item is not None]
    return _object(name, value, elements)


def _object(name: str, value: Json, elements: Elements) -> JsonObject:
    if not isinstance(value, dict):
        raise Unreadable(name, "not an object")
    kept: JsonObject = {}
    for member, content in value.items():
        if member not in elements:
            refuse_other_value(member, elements)
        elif content is not None and content != "":
            kept[member] = cut(member, content, elements[member])
    return kept


def _primitive(name: str, value: Json) -> Json:
    if isinstance(value, dict | list):
        raise Unreadable(name, "not a single value")
    if name in _DAYS and isinstance(value, str):
        # Only the day is read: a time without zone or seconds, which R4 forbids and
        # systems send, must not cost the resource.
        return value.partition("T")[0]
    return value
