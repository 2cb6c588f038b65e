"""Observations."""

from __future__ import annotations

from collections.abc import Iterator

from rules.dates import PartialDate
from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.elements import Unreadable
from service.fhir.given import ABSENT, Element, Given
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.records import Amount, Component, ObservationRecord, Value


def read_observation(given: Given, reference: str) -> ObservationRecord:
    """An Observation, cut down and validated.

    Raises:
        Unreadable: an element cannot be read.
    """
    day = _effective(given)
    return ObservationRecord(
        reference=reference,
        subject=given["subject"].reference,
        status=given["status"].text,
        code=given["code"].concept,
        value=_unless_absent(given["value[x]"].value, given["dataAbsentReason"] is not ABSENT),
        components=given["component"].read(_components),
        day=day or given["issued"].date,
        dated_by_issue=day is None and given["issued"] is not ABSENT,
        categories=given["category"].read(_codes),
        body_site=given["bodySite"].concept,
        focus=given["focus"].references,
        derived_from=given["derivedFrom"].references,
        part_of=given["partOf"].references,
        method=given["method"].concept,
        identifiers=given["identifier"].identifiers,
        upper_limit=given["referenceRange"].read(_upper_limit),
        has_member=given["hasMember"].references,
    )


def values_not_read(given: Given) -> str:
    """The values that are neither given nor declared absent, or ""."""
    own = given["value[x]"] if given["dataAbsentReason"] is ABSENT else ABSENT
    unread = (*own.read(_without_number), *given["component"].read(_components_without_number))
    return f"{', '.join(unread)}: no number" if unread else ""


def _unless_absent(value: Value, declared_absent: bool) -> Value:
    if declared_absent and value is not None:
        raise Unreadable("value[x]", "given and declared absent at once")
    return value


def _components(element: Element) -> tuple[Component, ...]:
    return tuple(_component(c, element.normalise) for c in element.objects)


def _component(component: JsonObject, normalise: Normalise) -> Component:
    value = datatypes.value(component, normalise)
    return Component(
        datatypes.concept(object_of(component, "code"), normalise),
        _unless_absent(value, "dataAbsentReason" in component),
    )


def _without_number(element: Element) -> tuple[str, ...]:
    return tuple(_empty_values(element.holder))


def _components_without_number(element: Element) -> tuple[str, ...]:
    numbered = enumerate(element.objects)
    return tuple(f"component[{i}].{name}" for i, c in numbered for name in _empty_values(c))


def _empty_values(holder: JsonObject) -> Iterator[str]:
    """Numbers promised and not given. A Quantity empty but for extensions is one of them."""
    if "dataAbsentReason" in holder:
        return
    if "valueQuantity" in holder and "value" not in object_of(holder, "valueQuantity"):
        yield "valueQuantity"
    limits = object_of(holder, "valueRange")
    if "valueRange" in holder and not any("value" in object_of(limits, n) for n in limits):
        yield "valueRange"


def _effective(given: Given) -> PartialDate | None:
    return (
        given["effectiveDateTime"].date
        or given["effectiveInstant"].date
        or given["effectivePeriod"].within
    )


def _codes(categories: Element) -> tuple[str, ...]:
    codings = (coding for item in categories.objects for coding in objects_of(item, "coding"))
    return tuple(code for code in (text_of(coding, "code") for coding in codings) if code)


def _upper_limit(ranges: Element) -> Amount | None:
    """The upper limit of normal, where the ranges given leave no choice between several."""
    highs = {
        datatypes.amount(object_of(limits, "high"), ranges.normalise)
        for limits in ranges.objects
        if _is_normal(limits)
    } - {None}
    return highs.pop() if len(highs) == 1 else None


def _is_normal(limits: JsonObject) -> bool:
    codes = [text_of(c, "code") for c in objects_of(object_of(limits, "type"), "coding")]
    return not codes or "normal" in codes
