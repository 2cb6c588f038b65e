"""Cancer disease status (mCODE), where it speaks of disease outside the liver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from rules.timeline import Finding, FindingKind, Organ, Source
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded
from service.extract.conditions import ConditionReader
from service.extract.notes import Notes
from service.extract.observations import Observed, note_of
from service.extract.sites import organ_of
from service.fhir.records import (
    BodyStructureRecord,
    Concept,
    ConditionRecord,
    ObservationRecord,
)

Place: TypeAlias = "BodyStructureRecord | ConditionRecord"
"""What a status may focus on."""


class DiseaseStatusReader:
    """Reads a trend as the extrahepatic status, where body site or focus lies outside the liver.

    A status that focuses on the primary, or on nothing, is of the disease as a whole: growth in
    the liver may be all that it tells, so it says nothing of other sites.
    """

    def __init__(self, vocabulary: Vocabulary, conditions: ConditionReader) -> None:
        self._vocabulary = vocabulary
        self._conditions = conditions

    def findings(
        self,
        observations: Iterable[Observed],
        places: Iterable[Place],
        notes: Notes,
    ) -> tuple[Finding, ...]:
        """The extrahepatic findings; a status of the whole disease is left with a remark."""
        statuses = [o.record for o in observations if "question" in o.asked.disease_status]
        if not statuses:
            return ()
        organs = {place.reference: self._organ(place) for place in places}
        found: list[Finding] = []
        for record in statuses:
            seen = {organs.get(reference, Organ.UNKNOWN) for reference in record.focus}
            seen.add(organ_of(self._vocabulary, record.body_site))
            if Organ.ELSEWHERE in seen and Organ.LIVER not in seen:
                found += self._finding(record, notes)
            elif seen == {Organ.UNKNOWN}:
                notes.remark(f"{record.reference}: status of the disease as a whole, not used")
        return tuple(found)

    def _finding(self, record: ObservationRecord, notes: Notes) -> list[Finding]:
        value = record.value if isinstance(record.value, Concept) else Concept()
        answers = coded(self._vocabulary, "disease_status", value)
        stated = {t.attributes["status"] for t in answers if "status" in t.attributes}
        if len(stated) != 1:
            notes.cannot_read(record.reference, "disease status: not a trend that is known")
            return []
        if record.day is None:
            notes.cannot_read(record.reference, "disease status: undated")
        source = Source(record.reference, note_of(record))
        return [Finding(FindingKind.EXTRAHEPATIC, stated.pop(), record.day, source)]

    def _organ(self, place: Place) -> Organ:
        """Where a focus lies; of a primary, as of the disease as a whole, it is not said."""
        if isinstance(place, BodyStructureRecord):
            return organ_of(self._vocabulary, place.location)
        if self._conditions.is_primary(place):
            return Organ.UNKNOWN
        site = organ_of(self._vocabulary, place.body_site)
        named = self._vocabulary.find_in_text("organs", place.code.words)
        organs = {Organ(term.attributes["organ"]) for term in named} | ({site} - {Organ.UNKNOWN})
        return organs.pop() if len(organs) == 1 else Organ.UNKNOWN
