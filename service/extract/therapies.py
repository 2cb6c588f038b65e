"""Statements, orders and doses of the agents, one therapy each."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from rules.timeline import Course, Source, Therapy
from service.extract.medications import Agent, Identified, MedicationReader
from service.extract.notes import Notes, Unusable
from service.extract.units import Family, UnitConverter
from service.fhir.records import MedicationRecord

_COURSES = {
    "MedicationStatement": Course.STATEMENT,
    "MedicationRequest": Course.ORDER,
    "MedicationAdministration": Course.DOSE,
}


class TherapyReader:
    """Reads the therapies of medication records.

    A statement says that a drug is taken, not that a dose was given; an order dates the start by
    the day it was written. Either is ongoing while active without an end, and paused while on
    hold. Finished without an end, the last dose is undated.
    """

    def __init__(self, medications: MedicationReader, units: UnitConverter) -> None:
        self._medications = medications
        self._units = units

    def therapies(self, records: Iterable[MedicationRecord], notes: Notes) -> tuple[Therapy, ...]:
        """One therapy for each agent of each record."""
        return tuple(
            self._therapy(record, agent, note)
            for record in records
            if not record.do_not_perform
            for agent, note in self._agents(record, notes)
        )

    def _agents(self, record: MedicationRecord, notes: Notes) -> list[tuple[Agent, str]]:
        found = self._medications.identify(record.medication, record.route)
        conflict = found.conflict or _two_in_one(record, found)
        if conflict:
            notes.cannot_read(record.reference, f"conflict: {conflict}")
            return []
        if found.excluded:
            notes.remark(f"{record.reference} is not counted as cancer therapy: {found.excluded}")
        elif not found.agents and not record.medication.words:
            notes.cannot_read(record.reference, _why_unidentified(record))
        return [(agent, "matched by text" if found.by_text else "") for agent in found.agents]

    def _therapy(self, record: MedicationRecord, agent: Agent, note: str) -> Therapy:
        course = _COURSES[record.resource_type]
        start = record.authored if course is Course.ORDER else record.start
        end = record.end or start if course is Course.DOSE else record.end
        unfinished = record.status in ("active", "on-hold") and end is None
        return Therapy(
            ingredient=agent.ingredient,
            course=course,
            start=start,
            end=end,
            ongoing=unfinished and course is not Course.DOSE,
            source=Source(record.reference, note),
            dose_mg=(dose := self._dose(record)),
            daily_mg=_daily(dose, record, course),
            paused=record.status == "on-hold",
        )

    def _dose(self, record: MedicationRecord) -> Decimal | None:
        """The dose in mg; None where it is not stated or counted otherwise (tablets, mL)."""
        try:
            return self._units.number(record.dose, Family.DOSE)
        except Unusable:
            return None


def _daily(dose: Decimal | None, record: MedicationRecord, course: Course) -> Decimal | None:
    """Milligrams a day as ordered or stated; single doses given tell nothing of a day."""
    if dose is None or record.doses_a_day is None or course is Course.DOSE:
        return None
    return dose * record.doses_a_day


def _two_in_one(record: MedicationRecord, found: Identified) -> str:
    """Why two agents of one record are a contradiction, or "" where they are a combination.

    A Medication lists ingredients, and words may; the codings of a CodeableConcept are all names
    of one thing.
    """
    combination = found.by_text or record.medication_reference is not None
    return "its codes name different agents" if len(found.agents) > 1 and not combination else ""


def _why_unidentified(record: MedicationRecord) -> str:
    if record.medication.codings:
        return "its code is not known and it has no name"
    if not record.resolved:
        return "the medication it refers to was not sent"
    return "it names no medication"
