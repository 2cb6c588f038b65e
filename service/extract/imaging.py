"""Lesions, studies, measurements and findings, put together from the records that tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.timeline import Finding, FindingKind, Lesion, Measurement, Organ, Source, Study
from rules.vocabulary import Vocabulary
from service.extract.conflicts import settled
from service.extract.doubts import doubts_about
from service.extract.findings import FindingReader, Stated
from service.extract.lesion_names import LesionNames, paired_by_site
from service.extract.lesions import LesionReader
from service.extract.measurements import Measured, MeasurementReader
from service.extract.notes import Notes, Unusable
from service.extract.observations import Observed, note_of, with_panels
from service.extract.pairing import Paired, Pairing, unpairable
from service.extract.studies import StudyReader
from service.extract.study_index import StudyIndex
from service.extract.units import UnitConverter
from service.extract.unphased import contradicted
from service.fhir.records import BodyStructureRecord, ImagingStudyRecord, ObservationRecord

# What a reader of images states; the rest is of the patient, not of a study of the same day.
_OF_IMAGES = frozenset(FindingKind) - {
    FindingKind.CLINICAL,
    FindingKind.BIOPSY,
    FindingKind.EXTRAHEPATIC,
    FindingKind.PET,
    FindingKind.PROGRESSION_AFTER_REVIEW,
}


@dataclass(frozen=True)
class ImagingRecords:
    """The records of one patient that tell of lesions."""

    studies: Sequence[ImagingStudyRecord]
    structures: Sequence[BodyStructureRecord]
    observations: Sequence[Observed]


@dataclass(frozen=True)
class Imaging:
    """What they tell together."""

    studies: tuple[Study, ...]
    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...]


class ImagingReader:
    """Reads the imaging of patients; its parts, one a kind of fact, are its attributes."""

    def __init__(self, vocabulary: Vocabulary, units: UnitConverter) -> None:
        self.vocabulary = vocabulary
        self.studies = StudyReader(vocabulary)
        self.measurements = MeasurementReader(vocabulary, units)
        self.findings = FindingReader(vocabulary)
        self.lesions = LesionReader(vocabulary, self.findings)

    def imaging(self, records: ImagingRecords, notes: Notes) -> Imaging:
        """All of one patient; what cannot be read is named."""
        return _Patient(self, records, notes).imaging()


class _Patient:
    """One patient, step by step: pairs, lesions, measurements, studies, findings."""

    def __init__(self, read: ImagingReader, records: ImagingRecords, notes: Notes) -> None:
        self._read = read
        self._notes = notes
        self._structures = records.structures
        observations = with_panels(read.vocabulary, records.observations)
        self._index = StudyIndex(read.studies, records.studies, [o.record for o in observations])
        self._values = _values(read.measurements, observations)
        self._statements = _statements(read.findings, observations)
        others = [o for o in observations if o not in self._values]
        stated = [o for o in others if o in self._statements or read.lesions.describes(o)]
        self._names = LesionNames(
            read.vocabulary,
            records.structures,
            [*self._values, *stated],
            [o for o in self._values if not read.lesions.is_reference_region(o)],
        )
        pairing = Pairing(self._names, read.lesions, self._statements)
        self._measured = pairing.measured(self._values, notes)
        self._stated = pairing.stated(stated, {pair.lesion for pair in self._measured})

    def imaging(self) -> Imaging:
        lesions = self._lesions()
        measurements = self._measurements(lesions)
        unclear = unpairable(measurements, lesions.values())
        known = {name: lesion for name, lesion in lesions.items() if name not in unclear}
        for lesion in known.values():
            if paired_by_site(lesion.id):
                self._notes.remark(f"{lesion.label}: paired between studies by its site")
        studies = {study.id: study for study in self._index.studies(self._notes)}
        return Imaging(
            studies=tuple(studies.values()),
            lesions=tuple(known.values()),
            measurements=self._usable(measurements, known, studies),
            findings=self._all_findings(known, studies),
        )

    def _all_findings(
        self, lesions: Mapping[str, Lesion], studies: Mapping[str, Study]
    ) -> tuple[Finding, ...]:
        found = [
            finding
            for pair in (*self._measured, *self._stated)
            if pair.observed in self._statements
            for finding in self._findings(pair, lesions, studies)
        ]
        followed_from = self._index.measured_from()
        for finding in found:
            for doubt in doubts_about(finding, lesions.get(finding.lesion or ""), followed_from):
                self._notes.cannot_read(finding.source.reference, doubt)
        return tuple(found)

    def _lesions(self) -> dict[str, Lesion]:
        observations: dict[str, list[Observed]] = {}
        for pair in (*self._measured, *self._stated):
            if pair.lesion is not None:
                observations.setdefault(pair.lesion, []).append(pair.observed)
        structures: dict[str, list[BodyStructureRecord]] = {}
        for structure in self._structures:
            structures.setdefault(self._names.leader(structure.reference), []).append(structure)
        return {
            lesion: self._read.lesions.lesion(
                lesion, structures.get(lesion, ()), of_lesion, self._notes
            )
            for lesion, of_lesion in observations.items()
        }

    def _measurements(self, lesions: Mapping[str, Lesion]) -> list[Measurement]:
        found: list[Measurement] = []
        for pair in self._measured:
            if pair.lesion is None:
                continue
            record = pair.observed.record
            try:
                study = self._index.study_of(record, lesions[pair.lesion].organ)
            except Unusable as reason:
                self._notes.cannot_read(record.reference, str(reason))
                continue
            if self._index.is_guessed(record):
                why = "its day is not known, and it names no study"
                self._notes.cannot_read(record.reference, why)
            values, phases = self._values[pair.observed], self._index.phases(study)
            found += self._read.measurements.measurements(
                values, pair.lesion, study, phases, self._notes
            )
        return found

    def _usable(
        self,
        measurements: Sequence[Measurement],
        lesions: Mapping[str, Lesion],
        studies: Mapping[str, Study],
    ) -> tuple[Measurement, ...]:
        """The measurements of lesions told apart, at studies of a known day, without conflict."""
        found: list[Measurement] = []
        for m in measurements:
            if m.lesion not in lesions:
                why = "cannot be paired: nothing tells the lesions apart"
                self._notes.cannot_read(m.source.reference, why)
            elif m.study not in studies:
                self._notes.cannot_read(m.source.reference, "its study is undated")
            else:
                found.append(m)
        return settled(
            self._of_one_phase(found),
            subject=lambda m: (m.lesion, m.study, m.quantity, m.phase),
            value=lambda m: m.value,
            what=lambda m: f"{m.quantity.value} of one lesion at one study",
            notes=self._notes,
        )

    def _of_one_phase(self, measurements: Sequence[Measurement]) -> list[Measurement]:
        """Without those that contradict each other unless they are of different phases."""
        left_out = set(contradicted(measurements))
        if not left_out:
            return list(measurements)
        for m in left_out:
            why = f"conflict: two values for {m.quantity.value}, one of them without its phase"
            self._notes.cannot_read(m.source.reference, why)
        return [m for m in measurements if m not in left_out]

    def _findings(
        self, pair: Paired, lesions: Mapping[str, Lesion], studies: Mapping[str, Study]
    ) -> list[Finding]:
        record, stated = pair.observed.record, self._statements[pair.observed]
        lesion = lesions.get(pair.lesion) if pair.lesion is not None else None
        for reason in stated.unread:
            self._notes.cannot_read(record.reference, reason)
        found: list[Finding] = []
        for kind, value in stated.statements:
            study = studies.get(self._study_of(record, kind, lesion) or "")
            found.append(
                Finding(
                    kind=kind,
                    value=value,
                    day=record.day or (study.day if study else None),
                    source=Source(record.reference, note_of(record)),
                    study=study.id if study else None,
                    lesion=lesion.id if lesion else None,
                )
            )
        return found

    def _study_of(
        self, record: ObservationRecord, kind: FindingKind, lesion: Lesion | None
    ) -> str | None:
        named = self._index.named_by(record)
        if named or kind not in _OF_IMAGES:
            return named
        organ = lesion.organ if lesion else Organ.UNKNOWN
        return self._index.same_day(record, organ) or self._index.measured_on(record)


def _values(
    reader: MeasurementReader, observations: Sequence[Observed]
) -> dict[Observed, Measured]:
    """What each Observation that measures a lesion gives; the others are not there."""
    given = {o: reader.measured(o) for o in observations if o.asked.quantities}
    return {o: measured for o, measured in given.items() if measured is not None}


def _statements(reader: FindingReader, observations: Sequence[Observed]) -> dict[Observed, Stated]:
    """What each Observation that makes a statement says; the others are not there."""
    said = {o: reader.stated(o) for o in observations}
    return {o: stated for o, stated in said.items() if stated is not None}
