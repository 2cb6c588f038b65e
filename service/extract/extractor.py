"""All records of a patient in, one timeline out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from rules.timeline import Timeline, Unread
from rules.vocabulary import Vocabulary
from service.extract.conditions import ConditionReader
from service.extract.disease_status import DiseaseStatusReader, Place
from service.extract.imaging import ImagingReader, ImagingRecords
from service.extract.lookalikes import Lookalikes
from service.extract.markers import MarkerReader
from service.extract.medications import MedicationReader
from service.extract.notes import Notes
from service.extract.observations import Observed, observed
from service.extract.order import in_order
from service.extract.performance import PerformanceReader
from service.extract.procedures import ProcedureReader
from service.extract.therapies import TherapyReader
from service.extract.units import UnitConverter
from service.extract.uptake import UptakeReader
from service.fhir.records import (
    BodyStructureRecord,
    ConditionRecord,
    ImagingStudyRecord,
    MedicationRecord,
    ObservationRecord,
    PatientData,
    ProcedureRecord,
    Record,
)

T = TypeVar("T", bound=Record)


class Extractor:
    """Makes timelines; made once, it holds nothing of any patient.

    The order of the records does not matter: two shuffles of one patient give equal timelines.
    """

    def __init__(self, vocabulary: Vocabulary, units: UnitConverter) -> None:
        self._vocabulary = vocabulary
        self._therapies = TherapyReader(MedicationReader(vocabulary), units)
        self._imaging = ImagingReader(vocabulary, units)
        self._markers = MarkerReader(units)
        self._performance = PerformanceReader()
        self._conditions = ConditionReader(vocabulary)
        self._disease_status = DiseaseStatusReader(vocabulary, self._conditions)
        self._procedures = ProcedureReader(vocabulary)
        self._uptakes = UptakeReader(vocabulary, units)
        self._lookalikes = Lookalikes(vocabulary)

    def timeline(self, data: PatientData) -> Timeline:
        """What the records tell of a patient; what could not be read is named in it."""
        notes = Notes((Unread(u.reference, u.reason) for u in data.unread), data.remarks)
        records = _sorted_out(data)
        observations = [observed(self._vocabulary, r) for r in _of(ObservationRecord, records)]
        self._name_lookalikes(observations, notes)
        conditions = _of(ConditionRecord, records)
        structures = _of(BodyStructureRecord, records)
        studies = _of(ImagingStudyRecord, records)
        imaging = self._imaging.imaging(ImagingRecords(studies, structures, observations), notes)
        places: tuple[Place, ...] = (*structures, *conditions)
        extrahepatic = self._disease_status.findings(observations, places, notes)
        return in_order(
            Timeline(
                patient=data.patient,
                therapies=self._therapies.therapies(_of(MedicationRecord, records), notes),
                studies=imaging.studies,
                lesions=imaging.lesions,
                measurements=imaging.measurements,
                findings=imaging.findings + extrahepatic,
                markers=self._markers.values(observations, notes),
                performance=self._performance.statuses(observations, notes),
                uptakes=self._uptakes.uptakes(observations, notes),
                local_therapies=self._procedures.local_therapies(
                    _of(ProcedureRecord, records), notes
                ),
                diagnoses=self._conditions.diagnoses(conditions, notes),
                unread=notes.unread,
                unavailable=data.unavailable,
                remarks=notes.remarks,
            )
        )

    def _name_lookalikes(self, observations: Iterable[Observed], notes: Notes) -> None:
        for record, unknown in [(o.record, o.asked.unknown) for o in observations]:
            # what is asked by a known code is no lookalike
            if unknown and any(self._lookalikes.asks(record.answers[p][0]) for p in unknown):
                notes.cannot_read(record.reference, "its question is not given by a known code")


def _sorted_out(data: PatientData) -> Mapping[type, list[Any]]:
    """The records of each kind."""
    records: defaultdict[type, list[Record]] = defaultdict(list)
    for record in data.records:
        records[type(record)].append(record)
    return records


def _of(kind: type[T], sorted_out: Mapping[type, list[Any]]) -> list[T]:
    """The records of a kind, each once, by reference."""
    records: list[T] = sorted_out.get(kind, [])
    sole = {record.reference: record for record in records}
    if len(sole) == len(records):
        return [sole[name] for name in sorted(sole)]
    named: dict[str, list[T]] = {}
    for record in records:
        versions = named.setdefault(record.reference, [])
        if record not in versions:
            versions.append(record)
    # two versions of one resource: any order does, as long as it is always the same
    return [record for name in sorted(named) for record in _ordered(named[name])]


def _ordered(versions: list[T]) -> list[T]:
    return sorted(versions, key=repr) if len(versions) > 1 else versions
