"""Medication statements, requests and administrations, and the drugs they refer to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from rules.dates import PartialDate
from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.records import Amount, Concept, MedicationRecord


@dataclass(frozen=True)
class Drug:
    """A Medication or Substance: its own codes and those of its active ingredients.

    ``parts`` are ingredients by reference, with the words they are named by.
    """

    reference: str
    concept: Concept
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Course:
    """What each kind of record says in its own words."""

    start: PartialDate | None
    end: PartialDate | None
    authored: PartialDate | None


_Read: TypeAlias = Callable[[JsonObject, str, Normalise], MedicationRecord]


def read_statement(resource: JsonObject, reference: str, normalise: Normalise) -> MedicationRecord:
    """A MedicationStatement; one dated by a single day started at the latest then.

    Raises:
        Unreadable: an element cannot be read.
    """
    start = datatypes.date(resource, "effectiveDateTime")
    return _record(
        "MedicationStatement",
        resource,
        reference,
        normalise,
        _Course(
            start=start or _bound(resource, "start"),
            end=_bound(resource, "end"),
            authored=datatypes.date(resource, "dateAsserted"),
        ),
    )


def read_request(resource: JsonObject, reference: str, normalise: Normalise) -> MedicationRecord:
    """A MedicationRequest.

    Raises:
        Unreadable: an element cannot be read.
    """
    return _record(
        "MedicationRequest",
        resource,
        reference,
        normalise,
        _Course(
            start=None,
            end=None,
            authored=datatypes.date(resource, "authoredOn"),
        ),
    )


def read_administration(
    resource: JsonObject, reference: str, normalise: Normalise
) -> MedicationRecord:
    """A MedicationAdministration; a dose given at one time starts and ends then.

    Raises:
        Unreadable: an element cannot be read.
    """
    day = datatypes.date(resource, "effectiveDateTime")
    return _record(
        "MedicationAdministration",
        resource,
        reference,
        normalise,
        _Course(
            start=day or _bound(resource, "start"),
            end=day or _bound(resource, "end"),
            authored=None,
        ),
    )


def read_drug(resource: JsonObject, reference: str, normalise: Normalise) -> Drug:
    """A Medication or Substance; inactive ingredients are left out. Never raises."""
    ingredients = objects_of(resource, "ingredient")
    active = [i for i in ingredients if i.get("isActive") not in (False, "false")]
    own = datatypes.concept(object_of(resource, "code"), normalise)
    coded = [datatypes.concept(object_of(i, "itemCodeableConcept"), normalise) for i in active]
    items = [object_of(i, "itemReference") for i in active if "itemReference" in i]
    parts = tuple((text_of(item, "reference"), text_of(item, "display")) for item in items)
    return Drug(reference, datatypes.joined((own, *coded)), parts)


def _record(
    kind: str, resource: JsonObject, reference: str, normalise: Normalise, course: _Course
) -> MedicationRecord:
    drug = object_of(resource, "medicationReference")
    named = Concept(text=text_of(drug, "display"))
    coded = datatypes.concept(object_of(resource, "medicationCodeableConcept"), normalise)
    dosages = _dosages(resource)
    return MedicationRecord(
        reference=reference,
        subject=text_of(object_of(resource, "subject"), "reference") or None,
        resource_type=kind,
        status=text_of(resource, "status"),
        intent=text_of(resource, "intent"),
        medication=named if drug else coded,
        resolved="medicationReference" not in resource,
        start=course.start,
        end=course.end,
        authored=course.authored,
        route=datatypes.joined(
            datatypes.concept(object_of(d, "route"), normalise) for d in dosages
        ),
        dose=_dose(dosages, normalise),
        doses_a_day=_doses_a_day(dosages),
        prior=text_of(object_of(resource, "priorPrescription"), "reference") or None,
        do_not_perform=datatypes.flag(resource, "doNotPerform", otherwise=False),
        medication_reference=text_of(drug, "reference") or None,
    )


def _bound(resource: JsonObject, end: str) -> PartialDate | None:
    return datatypes.date(object_of(resource, "effectivePeriod"), end)


def _dosages(resource: JsonObject) -> list[JsonObject]:
    """The dosages: one of an administration, a list of statements and requests."""
    if one := object_of(resource, "dosage"):
        return [one]
    return [*objects_of(resource, "dosage"), *objects_of(resource, "dosageInstruction")]


def _dose(dosages: list[JsonObject], normalise: Normalise) -> Amount | None:
    """The dose where only one is given, else the one marked as ordered, else none.

    Systems send the calculated and the administered amount beside the ordered one; to pick
    among them would make up a dose escalation.
    """
    doses = [dose for d in dosages for dose in objects_of(d, "doseAndRate")]
    ordered = [dose for dose in doses if _is_ordered(dose)]
    quantities = [object_of(dose, "doseQuantity") for dose in ordered or doses]
    quantities += [object_of(d, "dose") for d in dosages]
    amounts = {datatypes.amount(quantity, normalise) for quantity in quantities} - {None}
    return amounts.pop() if len(amounts) == 1 else None


# HL7 GTSAbbreviation, as far as it says how many doses a day has.
_A_DAY = {
    "QD": "1",
    "AM": "1",
    "PM": "1",
    "BED": "1",
    "BID": "2",
    "TID": "3",
    "QID": "4",
    "QOD": "0.5",
}
_DAYS = {"h": Decimal(1) / 24, "d": Decimal(1), "wk": Decimal(7)}


def _doses_a_day(dosages: list[JsonObject]) -> Decimal | None:
    """How many doses a day has, where there is one dosage with one timing."""
    if len(dosages) != 1:
        return None
    timing = object_of(dosages[0], "timing")
    repeat = object_of(timing, "repeat")
    days = _DAYS.get(text_of(repeat, "periodUnit"))
    frequency, period = (datatypes.number(repeat.get(name)) for name in ("frequency", "period"))
    if days and frequency and period and frequency > 0 and period > 0:
        return frequency / (period * days)
    codes = {text_of(c, "code") for c in objects_of(object_of(timing, "code"), "coding")}
    known = {Decimal(_A_DAY[code]) for code in codes if code in _A_DAY}
    return known.pop() if len(known) == 1 else None


def _is_ordered(dose: JsonObject) -> bool:
    return any(
        text_of(c, "code") == "ordered" for c in objects_of(object_of(dose, "type"), "coding")
    )
