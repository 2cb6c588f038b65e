"""Records spoilt on purpose: blurred, taken out, or of the wrong shape.

A *blur* leaves a resource in the record and takes away something that a reader needs: the day, the
unit, the code of the value. A *retraction* takes the resource out of use. A *break* puts anything
anywhere. All of them leave the given document as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

Json = Any
Blur = Callable[[Json], None]

DATES = (
    "effectiveDateTime", "effectiveInstant", "issued", "started", "performedDateTime", "authoredOn",
    "dateAsserted", "start", "end",
)  # fmt: skip
ALIASES = {
    "http://loinc.org": "urn:oid:2.16.840.1.113883.6.1",
    "http://snomed.info/sct": "https://snomed.info/sct/",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "urn:oid:2.16.840.1.113883.6.88",
    "http://hl7.org/fhir/sid/icd-10-cm": "urn:oid:2.16.840.1.113883.6.90",
    "http://dicom.nema.org/resources/ontology/DCM": "urn:oid:1.2.840.10008.2.16.4",
    "urn:liver-response-cds:finding": "URN:liver-response-cds:finding",
}
ELSEWHERE = "http://example.org/codes"
PERIODS = ("effectivePeriod", "performedPeriod")
_VALUES = ("valueCodeableConcept", "valueQuantity", "valueBoolean", "valueInteger", "valueString")


def objects(value: Json) -> Iterator[dict[str, Json]]:
    """Every object within a document, itself first."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from objects(part)


def _shorten_dates(resource: Json, length: int) -> None:
    for holder in objects(resource):
        for name in DATES:
            if isinstance(holder.get(name), str):
                holder[name] = holder[name][:length]


def month_only(resource: Json) -> None:
    _shorten_dates(resource, len("2026-06"))


def year_only(resource: Json) -> None:
    _shorten_dates(resource, len("2026"))


def undated(resource: Json) -> None:
    for holder in objects(resource):
        for name in (*DATES, *PERIODS):
            holder.pop(name, None)


def preliminary(resource: Json) -> None:
    if resource["resourceType"] == "Observation":
        resource["status"] = "preliminary"


def system_alias(resource: Json) -> None:
    for holder in objects(resource):
        if holder.get("system") in ALIASES:
            holder["system"] = ALIASES[holder["system"]]


def code_of_unknown_system(resource: Json) -> None:
    for coding in _codings(resource, "code"):
        coding["system"] = ELSEWHERE


def code_in_words(resource: Json) -> None:
    _speak(resource, "code")


def value_in_words(resource: Json) -> None:
    for holder in _valued(resource):
        _speak(holder, "valueCodeableConcept")


def value_as_text(resource: Json) -> None:
    for holder in _valued(resource):
        concept = holder.pop("valueCodeableConcept", None)
        if concept:
            holder["valueString"] = _words(concept)
        if quantity := holder.pop("valueQuantity", None):
            holder["valueString"] = f"{quantity.get('value')} {quantity.get('unit', '')}"
        if "valueBoolean" in holder:
            holder["valueString"] = str(holder.pop("valueBoolean")).lower()


def value_of_unknown_code(resource: Json) -> None:
    for coding in _codings(resource, "valueCodeableConcept"):
        coding.update(code="not-known", display="")


def value_of_unknown_system(resource: Json) -> None:
    for coding in _codings(resource, "valueCodeableConcept"):
        coding["system"] = ELSEWHERE


def without_value(resource: Json) -> None:
    for holder in _valued(resource):
        for name in _VALUES:
            holder.pop(name, None)


def value_declared_absent(resource: Json) -> None:
    if any(name in holder for holder in _valued(resource) for name in _VALUES):
        without_value(resource)
        resource["dataAbsentReason"] = {"text": "unknown"}


def without_unit(resource: Json) -> None:
    for holder in _valued(resource):
        for name in ("unit", "code", "system"):
            holder.get("valueQuantity", {}).pop(name, None)


def with_comparator(resource: Json) -> None:
    for holder in _valued(resource):
        if "valueQuantity" in holder:
            holder["valueQuantity"]["comparator"] = ">"


def without_focus(resource: Json) -> None:
    resource.pop("focus", None)


def without_site(resource: Json) -> None:
    resource.pop("bodySite", None)


def without_study(resource: Json) -> None:
    resource.pop("derivedFrom", None)
    resource.pop("partOf", None)


def month_only_without_study(resource: Json) -> None:
    month_only(resource)
    without_study(resource)


def undated_without_study(resource: Json) -> None:
    undated(resource)
    without_study(resource)


def without_place(resource: Json) -> None:
    without_focus(resource)
    without_site(resource)


def of_a_patient_by_identifier(resource: Json) -> None:
    if "subject" in resource:
        resource["subject"] = {"identifier": {"value": "1"}}


BLURS: tuple[Blur, ...] = (
    month_only,
    year_only,
    undated,
    preliminary,
    system_alias,
    code_of_unknown_system,
    code_in_words,
    value_in_words,
    value_as_text,
    value_of_unknown_code,
    value_of_unknown_system,
    without_value,
    value_declared_absent,
    without_unit,
    with_comparator,
    without_focus,
    without_site,
    without_study,
    without_place,
    month_only_without_study,
    undated_without_study,
    of_a_patient_by_identifier,
)


def _valued(resource: Json) -> list[Json]:
    return [resource, *resource.get("component", ())]


def _codings(resource: Json, name: str) -> list[Json]:
    concepts = [h.get(name) for h in _valued(resource)] if name != "code" else [resource.get(name)]
    return [c for concept in concepts if concept for c in concept.get("coding", ())]


def _words(concept: Json) -> str:
    first = next(iter(concept.get("coding", ())), {})
    return concept.get("text") or first.get("display") or first.get("code", "")


def _speak(holder: Json, name: str) -> None:
    if name in holder and not isinstance(holder[name], str):
        holder[name] = {"text": _words(holder[name])}


def blurred(resource: Json, blur: Blur) -> Json | None:
    """A copy of a resource with something taken away; None where there is nothing to take."""
    copy = deepcopy(resource)
    blur(copy)
    return copy if copy != resource else None


JUNK: tuple[Json, ...] = (
    None, True, False, 0, -1, 10**400, 1e308, "", " ", "x" * 5000, "\u0000", "\ud83d", "<b>", "NaN",
    "2026-13-45", "0001-01-01", "9999-12-31", "2026-06-31T25:61:00Z", "urn:uuid:", "#", "a/b/c/d",
    [], [[]], [None], {}, {"": None}, {"coding": 1}, {"reference": []}, {"value": "1e999"},
)  # fmt: skip
"""What may stand where something else should."""


def places(document: Json) -> list[tuple[Json, Any]]:
    """Every place of a document: an object or array, with the name or index in it."""
    return [place for holder in _holders(document) for place in _places_in(holder)]


def _holders(value: Json) -> Iterator[Json]:
    if isinstance(value, dict | list):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _holders(part)


def _places_in(holder: Json) -> list[tuple[Json, Any]]:
    return [(holder, name) for name in (holder if isinstance(holder, dict) else range(len(holder)))]


def break_at(document: Json, random: Random) -> None:
    """Damage one place of a document: put junk there, another part of it, or nothing at all."""
    found = places(document)
    if not found:
        return
    holder, name = random.choice(found)
    how = random.randrange(4)
    if how == 0:
        del holder[name]
    elif how == 1:
        other, part = random.choice(found)
        holder[name] = deepcopy(other[part])
    elif how == 2 and isinstance(holder[name], str):
        holder[name] = holder[name][: random.randrange(len(holder[name]) + 1)]
    else:
        holder[name] = deepcopy(random.choice(JUNK))
