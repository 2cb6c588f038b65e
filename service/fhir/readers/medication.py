"""Medication statements, requests and administrations, and the drugs they refer to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rules.dates import PartialDate
from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.given import ABSENT, Element, Given
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


def read_statement(given: Given, reference: str) -> MedicationRecord:
    """A MedicationStatement; one dated by a single day started at the latest then.

    Raises:
        Unreadable: an element cannot be read.
    """
    day, period = given["effectiveDateTime"], given["effectivePeriod"]
    course = _Course(day.date or period.start, period.end, given["dateAsserted"].date)
    return _record("MedicationStatement", given, reference, course, given["dosage"])


def read_request(given: Given, reference: str) -> MedicationRecord:
    """A MedicationRequest.

    Raises:
        Unreadable: an element cannot be read.
    """
    course = _Course(start=None, end=None, authored=given["authoredOn"].date)
    return _record("MedicationRequest", given, reference, course, given["dosageInstruction"])


def read_administration(given: Given, reference: str) -> MedicationRecord:
    """A MedicationAdministration; a dose given at one time starts and ends then.

    Raises:
        Unreadable: an element cannot be read.
    """
    day, period = given["effectiveDateTime"].date, given["effectivePeriod"]
    course = _Course(start=day or period.start, end=day or period.end, authored=None)
    return _record("MedicationAdministration", given, reference, course, given["dosage"])


def read_medication(given: Given, reference: str) -> Drug:
    """A Medication, cut down and validated. Never raises."""
    ingredient = given["ingredient"]
    return _drug(reference, given["code"].concept, ingredient.objects, ingredient.normalise)


def read_substance(given: Given, reference: str) -> Drug:
    """A Substance, cut down and validated. Never raises."""
    return Drug(reference, given["code"].concept)


def read_drug(resource: JsonObject, reference: str, normalise: Normalise) -> Drug:
    """A Medication or Substance as sent; inactive ingredients are left out. Never raises."""
    own = datatypes.concept(object_of(resource, "code"), normalise)
    return _drug(reference, own, objects_of(resource, "ingredient"), normalise)


def _drug(
    reference: str, own: Concept, ingredients: list[JsonObject], normalise: Normalise
) -> Drug:
    active = [i for i in ingredients if i.get("isActive") not in (False, "false")]
    coded = [datatypes.concept(object_of(i, "itemCodeableConcept"), normalise) for i in active]
    items = [object_of(i, "itemReference") for i in active if "itemReference" in i]
    parts = tuple((text_of(item, "reference"), text_of(item, "display")) for item in items)
    return Drug(reference, datatypes.joined((own, *coded)), parts)


def _record(
    kind: str, given: Given, reference: str, course: _Course, dosage: Element
) -> MedicationRecord:
    drug = given["medicationReference"]
    named = Concept(text=text_of(drug.object, "display"))
    return MedicationRecord(
        reference=reference,
        subject=given["subject"].reference,
        resource_type=kind,
        status=given["status"].text,
        intent=given.get("intent", ABSENT).text,
        medication=named if drug.object else given["medicationCodeableConcept"].concept,
        resolved=drug is ABSENT,
        start=course.start,
        end=course.end,
        authored=course.authored,
        route=dosage.read(_route),
        dose=dosage.read(_dose),
        doses_a_day=dosage.read(_doses_a_day),
        prior=given.get("priorPrescription", ABSENT).reference,
        do_not_perform=given.get("doNotPerform", ABSENT).flag,
        medication_reference=drug.reference,
    )


def _dosages(element: Element) -> list[JsonObject]:
    """The dosages: one of an administration, a list of statements and requests."""
    return [element.object] if element.object else element.objects


def _route(element: Element) -> Concept:
    routes = (object_of(dosage, "route") for dosage in element.read(_dosages))
    return datatypes.joined(datatypes.concept(route, element.normalise) for route in routes)


def _dose(element: Element) -> Amount | None:
    """The dose where only one is given, else the one marked as ordered, else none.

    Systems send the calculated and the administered amount beside the ordered one; to pick
    among them would make up a dose escalation.
    """
    dosages = element.read(_dosages)
    doses = [dose for d in dosages for dose in objects_of(d, "doseAndRate")]
    ordered = [dose for dose in doses if _is_ordered(dose)]
    quantities = [object_of(dose, "doseQuantity") for dose in ordered or doses]
    quantities += [object_of(d, "dose") for d in dosages]
    amounts = {datatypes.amount(quantity, element.normalise) for quantity in quantities} - {None}
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


def _doses_a_day(element: Element) -> Decimal | None:
    """How many doses a day has, where there is one dosage with one timing."""
    dosages = element.read(_dosages)
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
