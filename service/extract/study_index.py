"""Which study an Observation belongs to, and the studies that measurements alone tell of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rules.dates import PartialDate
from rules.timeline import Organ, Phase, Study
from service.extract.notes import Notes, Unusable
from service.extract.studies import StudyReader, study_of
from service.fhir.records import ImagingStudyRecord, ObservationRecord

_UID_PREFIX = "urn:oid:"


class StudyIndex:
    """The studies of one patient.

    An Observation belongs to the study that it is derived from or part of, directly or through
    another Observation; else to the one study of its day that it can come from; else to its day.
    """

    def __init__(
        self,
        reader: StudyReader,
        studies: Iterable[ImagingStudyRecord],
        observations: Iterable[ObservationRecord],
    ) -> None:
        self._studies = {record.reference: record for record in studies}
        self._techniques = {name: reader.technique(r) for name, r in self._studies.items()}
        self._observations = {record.reference: record for record in observations}
        self._by_uid = {
            _bare(identifier.code): record.reference
            for record in self._studies.values()
            for identifier in record.identifiers
        }
        self._days: dict[str, list[PartialDate]] = {}

    def study_of(self, record: ObservationRecord, organ: Organ) -> str:
        """The id of the study that a measurement was made on; it dates the study if need be.

        Raises:
            Unusable: it names no study and no day.
        """
        study = self.named_by(record) or self.same_day(record, organ)
        if study is None:
            if record.day is None:
                raise Unusable("undated, and it names no study")
            study = _day_id(record.day)
        if record.day is not None:
            days = self._days.setdefault(study, [])
            if record.day not in days:
                days.append(record.day)
        return study

    def named_by(self, record: ObservationRecord) -> str | None:
        """The study that an Observation says it comes from, sent or not."""
        seen = {record.reference}
        pending = [record]
        while pending:
            current = pending.pop(0)
            for reference in (*current.derived_from, *current.part_of):
                study = self._study_at(reference)
                if study:
                    return study
                if reference in self._observations and reference not in seen:
                    seen.add(reference)
                    pending.append(self._observations[reference])
        return None

    def same_day(self, record: ObservationRecord, organ: Organ) -> str | None:
        """The only study of the day of an Observation that can show an organ."""
        found = [
            study.reference
            for study in self._studies.values()
            if study.started is not None and study.started == record.day
            if self._can_show(study.reference, organ)
        ]
        return found[0] if len(found) == 1 else None

    def _can_show(self, study: str, organ: Organ) -> bool:
        technique = self._techniques[study]
        here = organ is Organ.ELSEWHERE or technique.covers_liver is not False
        return technique.shows_organs and here

    def is_guessed(self, record: ObservationRecord) -> bool:
        """Whether nothing but a month or a year tells which study an Observation is of."""
        coarse = record.day is not None and not record.day.exact
        return coarse and self.named_by(record) is None

    def measured_from(self) -> date | None:
        """The first day that measurements are of, as far as they say."""
        days = (day.earliest for of_study in self._days.values() for day in of_study)
        return min(days, default=None)

    def measured_on(self, record: ObservationRecord) -> str | None:
        """The day of measurements without a study that an Observation falls on."""
        study = _day_id(record.day) if record.day else ""
        return study if study in self._days else None

    def phases(self, study: str) -> frozenset[Phase]:
        """The phases that the series descriptions of a study name."""
        technique = self._techniques.get(study)
        return technique.phases if technique else frozenset()

    def studies(self, notes: Notes) -> list[Study]:
        """All studies that can be dated; the others are named."""
        found: list[Study] = []
        for study in sorted({*self._studies, *self._days}):
            day = self._day_of(study, notes)
            if day is not None:
                record = self._studies.get(study)
                found.append(
                    study_of(record, self._techniques[study], day)
                    if record
                    else Study(study, day, modality=None, covers_liver=None, recorded=False)
                )
        return found

    def _day_of(self, study: str, notes: Notes) -> PartialDate | None:
        record = self._studies.get(study)
        if record is not None and record.started is not None:
            return record.started
        days = self._days.get(study, [])
        if record is not None and not days and self._techniques[study].covers_liver is False:
            return None  # undated, and beside the point
        if len(days) != 1:
            why = "its measurements are of several days" if days else "no measurement dates it"
            notes.cannot_read(study, f"undated, and {why}")
            return None
        if not study.startswith("day:"):
            what = "undated" if record else "not sent"
            notes.remark(f"{study} is {what}; its day is that of its measurements")
        return days[0]

    def _study_at(self, reference: str) -> str | None:
        if reference in self._studies or reference.startswith("ImagingStudy/"):
            return reference
        return self._by_uid.get(_bare(reference))


def _day_id(day: PartialDate) -> str:
    """The id of a day, or of the days that it may be, as a study."""
    return f"day:{day.earliest}" if day.exact else f"day:{day.earliest}/{day.latest}"


def _bare(uid: str) -> str:
    return uid.removeprefix(_UID_PREFIX)
