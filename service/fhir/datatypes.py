"""The datatypes of FHIR as values: concepts, amounts, dates.

They read resources that were cut down and validated; what is not there is empty or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TypeAlias

import orjson

from rules.dates import PartialDate
from service.fhir.elements import Unreadable
from service.fhir.json_types import Json, JsonObject, object_of, objects_of, text_of
from service.fhir.records import Amount, Coding, Concept, Value

UCUM = "http://unitsofmeasure.org"
NO_CONCEPT = Concept()

LONGEST_KEPT = 4096
"""Bytes of JSON up to which a content is known again; what is longer is of one patient."""

_CONCEPTS_KEPT = 8192
_DATES_KEPT = 8192

# A guard on memory, far outside anything measured: a Decimal may claim a billion digits.
_LARGEST_EXPONENT = 30

Normalise: TypeAlias = Callable[[str], str]
"""From the name of a code system as sent (alias, OID) to its URI."""


def coding(value: JsonObject, normalise: Normalise) -> Coding:
    """A Coding."""
    system = text_of(value, "system")
    return Coding(
        normalise(system) if system else "", text_of(value, "code"), text_of(value, "display")
    )


def concept(value: JsonObject, normalise: Normalise) -> Concept:
    """A CodeableConcept."""
    if not value:
        return NO_CONCEPT
    try:
        content = orjson.dumps(value)
    except TypeError:  # nested too deeply, or a number beyond 64 bits: not worth keeping
        return _concept(value, normalise)
    if len(content) > LONGEST_KEPT:
        return _concept(value, normalise)
    return _known_concept(content, normalise)


@lru_cache(maxsize=_CONCEPTS_KEPT)
def _known_concept(content: bytes, normalise: Normalise) -> Concept:
    # the same few, of one terminology, come again in every resource of every patient
    return _concept(orjson.loads(content), normalise)


def _concept(value: JsonObject, normalise: Normalise) -> Concept:
    codings = tuple(coding(item, normalise) for item in objects_of(value, "coding"))
    return Concept(codings, text_of(value, "text"))


def joined(concepts: Iterable[Concept]) -> Concept:
    """Several concepts as one: every coding once, every text once."""
    parts = tuple(concepts)
    if not parts:
        return NO_CONCEPT
    if len(parts) == 1 and len(parts[0].codings) < 2:
        return parts[0]
    codings = dict.fromkeys(c for part in parts for c in part.codings)
    return Concept(tuple(codings), "; ".join(dict.fromkeys(p.text for p in parts if p.text)))


def concepts(holder: JsonObject, name: str, normalise: Normalise) -> Concept:
    """The CodeableConcepts of a repeating element as one."""
    return joined(concept(item, normalise) for item in objects_of(holder, name))


def identifiers(holder: JsonObject, normalise: Normalise) -> tuple[Coding, ...]:
    """Identifiers as system and value."""
    return tuple(
        Coding(normalise(text_of(item, "system")), text_of(item, "value"))
        for item in objects_of(holder, "identifier")
        if text_of(item, "value")
    )


def references(holder: JsonObject, name: str) -> tuple[str, ...]:
    """The references of a repeating element, as written; those by identifier alone are left out."""
    if name not in holder:
        return ()
    found = (text_of(item, "reference") for item in objects_of(holder, name))
    return tuple(reference for reference in found if reference)


def number(value: Json) -> Decimal | None:
    """A decimal with the digits it was written with; None where there is none.

    Raises:
        Unreadable: not a number.
    """
    if value is None:
        return None
    try:
        found = Decimal(value if isinstance(value, str) else repr(value))
    except InvalidOperation:
        raise Unreadable("value", "not a number") from None
    if not found.is_finite() or abs(found.adjusted()) > _LARGEST_EXPONENT:
        raise Unreadable("value", "not a number of a size that can be meant")
    return found


def amount(quantity: JsonObject, normalise: Normalise) -> Amount | None:
    """A Quantity, or None where it has no number. Its unit is the UCUM code where there is one.

    Raises:
        Unreadable: its value is not a number.
    """
    value = number(quantity.get("value"))
    if value is None:
        return None
    code, unit = text_of(quantity, "code"), text_of(quantity, "unit")
    coded = normalise(text_of(quantity, "system")) == UCUM
    return Amount(value, (code if coded else unit) or unit or code, text_of(quantity, "comparator"))


def flag(holder: JsonObject, name: str, otherwise: bool) -> bool:
    """A boolean, or ``otherwise`` where there is none.

    Raises:
        Unreadable: not a boolean; the models would take "true" and 1 for one.
    """
    found = holder.get(name, otherwise)
    if not isinstance(found, bool):
        raise Unreadable(name, "not a boolean")
    return found


def date(holder: JsonObject, name: str) -> PartialDate | None:
    """A date, dateTime or instant, as precise as written; None where there is none.

    Raises:
        Unreadable: not a date.
    """
    value = holder.get(name)
    if value is None:
        return None
    try:
        return _partial_date(value if isinstance(value, str) else "")
    except ValueError:
        raise Unreadable(name, "not a date") from None


@lru_cache(maxsize=_DATES_KEPT)
def _partial_date(text: str) -> PartialDate:
    return PartialDate.parse(text)


def within(holder: JsonObject, name: str) -> PartialDate | None:
    """The days of a Period as one date known only to lie among them.

    Raises:
        Unreadable: not dates, or an end before the start.
    """
    period = object_of(holder, name)
    start, end = date(period, "start"), date(period, "end")
    if start is None or end is None:
        return start or end
    if end.latest < start.earliest:
        raise Unreadable(name, "ends before it starts")
    return PartialDate(start.earliest, max(start.latest, end.latest))


def value(holder: JsonObject, normalise: Normalise) -> Value:
    """The value[x] of an Observation or component; None where it is absent or has no number.

    Raises:
        Unreadable: not of the type it claims.
    """
    if "valueQuantity" in holder:
        return amount(object_of(holder, "valueQuantity"), normalise)
    if "valueCodeableConcept" in holder:
        return concept(object_of(holder, "valueCodeableConcept"), normalise)
    if "valueBoolean" in holder:
        return flag(holder, "valueBoolean", otherwise=False)
    if "valueInteger" in holder:
        return _whole(holder["valueInteger"])
    return _as_text(holder)


def _whole(found: Json) -> int:
    if not isinstance(found, int) or isinstance(found, bool):
        raise Unreadable("valueInteger", "not a whole number")
    return found


def _as_text(holder: JsonObject) -> str | None:
    for name in ("valueString", "valueTime", "valueDateTime"):
        if name in holder:
            return text_of(holder, name)
    if "valueSampledData" in holder:
        return "sampled data"
    if "valueRange" in holder:
        return _range(object_of(holder, "valueRange"))
    if "valueRatio" in holder:
        ratio = object_of(holder, "valueRatio")
        return " / ".join(_written(object_of(ratio, n)) for n in ("numerator", "denominator"))
    if "valuePeriod" in holder:
        period = object_of(holder, "valuePeriod")
        return f"{text_of(period, 'start') or '…'} to {text_of(period, 'end') or '…'}"
    return None


def _range(limits: JsonObject) -> str | None:
    low, high = (_written(object_of(limits, name)) for name in ("low", "high"))
    if low and high:
        return f"{low} to {high}"
    if low or high:
        return f"from {low}" if low else f"up to {high}"
    return None


def _written(quantity: JsonObject) -> str:
    found = number(quantity.get("value"))
    if found is None:
        return ""
    unit = text_of(quantity, "unit") or text_of(quantity, "code")
    return f"{text_of(quantity, 'comparator')}{found} {unit}".strip()
