"""Observations."""

from __future__ import annotations

from collections.abc import Iterator

from rules.dates import PartialDate
from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.elements import Unreadable
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.records import Amount, Component, ObservationRecord, Value


def read_observation(
    resource: JsonObject, reference: str, normalise: Normalise
) -> ObservationRecord:
    """An Observation, cut down and validated.

    Raises:
        Unreadable: an element cannot be read.
    """
    day = _effective(resource)
    return ObservationRecord(
        reference=reference,
        subject=text_of(object_of(resource, "subject"), "reference") or None,
        status=text_of(resource, "status"),
        code=datatypes.concept(object_of(resource, "code"), normalise),
        value=_value(resource, normalise),
        components=tuple(_component(c, normalise) for c in objects_of(resource, "component")),
        day=day or datatypes.date(resource, "issued"),
        dated_by_issue=day is None and "issued" in resource,
        categories=tuple(_category_codes(resource)),
        body_site=datatypes.concept(object_of(resource, "bodySite"), normalise),
        focus=datatypes.references(resource, "focus"),
        derived_from=datatypes.references(resource, "derivedFrom"),
        part_of=datatypes.references(resource, "partOf"),
        method=datatypes.concept(object_of(resource, "method"), normalise),
        identifiers=datatypes.identifiers(resource, normalise),
        upper_limit=_upper_limit(resource, normalise),
        has_member=datatypes.references(resource, "hasMember"),
    )


def values_not_read(resource: JsonObject) -> str:
    """The values that are neither given nor declared absent, or ""."""
    holders = [("", resource)]
    holders += [(f"component[{i}].", c) for i, c in enumerate(objects_of(resource, "component"))]
    unread = [f"{path}{name}" for path, holder in holders for name in _empty_values(holder)]
    return f"{', '.join(unread)}: no number" if unread else ""


def _component(component: JsonObject, normalise: Normalise) -> Component:
    return Component(
        datatypes.concept(object_of(component, "code"), normalise),
        _value(component, normalise),
    )


def _value(holder: JsonObject, normalise: Normalise) -> Value:
    found = datatypes.value(holder, normalise)
    if found is not None and "dataAbsentReason" in holder:
        raise Unreadable("value[x]", "given and declared absent at once")
    return found


def _empty_values(holder: JsonObject) -> Iterator[str]:
    """Numbers promised and not given. A Quantity empty but for extensions is one of them."""
    if "dataAbsentReason" in holder:
        return
    if "valueQuantity" in holder and "value" not in object_of(holder, "valueQuantity"):
        yield "valueQuantity"
    limits = object_of(holder, "valueRange")
    if "valueRange" in holder and not any("value" in object_of(limits, n) for n in limits):
        yield "valueRange"


def _effective(resource: JsonObject) -> PartialDate | None:
    return (
        datatypes.date(resource, "effectiveDateTime")
        or datatypes.date(resource, "effectiveInstant")
        or datatypes.within(resource, "effectivePeriod")
    )


def _category_codes(resource: JsonObject) -> Iterator[str]:
    for category in objects_of(resource, "category"):
        yield from (c for c in (text_of(i, "code") for i in objects_of(category, "coding")) if c)


def _upper_limit(resource: JsonObject, normalise: Normalise) -> Amount | None:
    """The upper limit of normal, where the ranges given leave no choice between several."""
    highs = {
        datatypes.amount(object_of(limits, "high"), normalise)
        for limits in objects_of(resource, "referenceRange")
        if _is_normal(limits)
    } - {None}
    return highs.pop() if len(highs) == 1 else None


def _is_normal(limits: JsonObject) -> bool:
    codes = [text_of(c, "code") for c in objects_of(object_of(limits, "type"), "coding")]
    return not codes or "normal" in codes
