"""Lesions: where each is, what it is called, and whether it is a target or a region of reference."""

from __future__ import annotations

from collections.abc import Sequence

from rules.timeline import Lesion, Organ
from rules.vocabulary import Vocabulary
from service.extract.concepts import Reading, coded_or_named, readings, spoken
from service.extract.findings import FindingReader
from service.extract.notes import Notes, Unusable
from service.extract.sites import organ_of
from service.fhir.records import BodyStructureRecord, Concept, ObservationRecord

_NODE = "lymph node"
_TARGET = {"target lesion": True, "non-target lesion": False}
_REFERENCE_REGION = "reference region"
_DESCRIBING = frozenset((*_TARGET, _REFERENCE_REGION))


class LesionReader:
    """Reads what the BodyStructures and Observations of one lesion say of it together."""

    def __init__(self, vocabulary: Vocabulary, findings: FindingReader) -> None:
        self._vocabulary = vocabulary
        self._findings = findings

    def describes(self, record: ObservationRecord) -> bool:
        """Whether an Observation says that a lesion is a target or a region of reference."""
        found = readings(self._vocabulary, "measurements", record)
        return any(reading.term.name in _DESCRIBING for reading in found)

    def is_reference_region(self, record: ObservationRecord) -> bool:
        """Whether an Observation is of normal liver kept for comparison; in doubt it is not."""
        return True in self._flags(record, _REFERENCE_REGION, Notes())

    def lesion(
        self,
        lesion: str,
        structures: Sequence[BodyStructureRecord],
        records: Sequence[ObservationRecord],
        notes: Notes,
    ) -> Lesion:
        """The lesion of this id; its BodyStructure goes before its Observations."""
        sites = [s.location for s in structures if spoken(s.location)]
        sites = sites or [r.body_site for r in records if spoken(r.body_site)]
        site = spoken(sites[0]) if sites else ""
        named = [s.description for s in structures] + self._tracked(records)
        label = next(text for text in (*named, site, lesion) if text)
        organ, doubt = _organ({organ_of(self._vocabulary, place) for place in sites})
        if doubt:
            notes.cannot_read(records[0].reference, f"its lesion may be in the liver: {doubt}")
        return Lesion(
            id=lesion,
            label=label,
            site=site,
            organ=organ,
            target=self._target(records, notes),
            node=_NODE in self._places(sites),
            reference_region=any(self.is_reference_region(record) for record in records),
        )

    def _places(self, sites: Sequence[Concept]) -> set[str]:
        return {
            term.name for site in sites for term in coded_or_named(self._vocabulary, "organs", site)
        }

    def _tracked(self, records: Sequence[ObservationRecord]) -> list[str]:
        """The tracking identifiers, as written."""
        found = (r for record in records for r in self._readings(record, "tracking identifier"))
        return [reading.value for reading in found if isinstance(reading.value, str)]

    def _target(self, records: Sequence[ObservationRecord], notes: Notes) -> bool | None:
        """Whether the lesion is stated to be a target; None where nothing or both are stated."""
        stated: set[bool] = set()
        for record in records:
            for name, meaning in _TARGET.items():
                stated |= {flag == meaning for flag in self._flags(record, name, notes)}
        if len(stated) < 2:
            return next(iter(stated), None)
        for record in records:
            if any(self._readings(record, name) for name in _TARGET):
                notes.cannot_read(record.reference, "conflict: target lesion and not target lesion")
        return None

    def _flags(self, record: ObservationRecord, name: str, notes: Notes) -> set[bool]:
        found: set[bool] = set()
        for reading in self._readings(record, name):
            try:
                found.add(self._findings.flag(reading.value))
            except Unusable as reason:
                notes.cannot_read(record.reference, f"{name}: {reason}")
        return found

    def _readings(self, record: ObservationRecord, name: str) -> list[Reading]:
        found = readings(self._vocabulary, "measurements", record)
        return [reading for reading in found if reading.term.name == name]


def _organ(organs: set[Organ]) -> tuple[Organ, str]:
    """The one organ that the sites of a lesion are in, and why it is unknown where it is."""
    known = organs - {Organ.UNKNOWN}
    if len(known) == 1:
        return known.pop(), ""
    return Organ.UNKNOWN, "its sites disagree" if known else "the organ it is in is not stated"
