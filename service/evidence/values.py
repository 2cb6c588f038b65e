"""The values over time: sizes, attenuations, their sums and means, and the markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from string import ascii_uppercase

from rules.assessment import Assessment, LesionChange
from rules.features.attenuation import mean_attenuation, with_attenuation
from rules.features.markers import markers_of
from rules.features.picture import Picture
from rules.features.sizes import sum_at
from rules.rulebook import Rulebook
from rules.timeline import Lesion, MarkerValue, Measurement, Organ, Quantity, Study, Timeline
from service.evidence.rows import Point

_PANELS = {Quantity.LONG_AXIS: ("size", "mm"), Quantity.ATTENUATION: ("attenuation", "HU")}


def points(
    timeline: Timeline, assessment: Assessment, picture: Picture, book: Rulebook
) -> Iterator[Point]:
    """Every value of the liver and of the markers, and every one that lacks, in drawing order."""
    values = _Values(timeline, assessment, picture)
    measured = (*values.measured(), *values.not_measured(), *values.sums())
    yield from measured
    yield from _absent(measured, picture.studies.index, assessment.as_of)
    wanted = markers_of(assessment.primary, book.numbers)
    yield from (_marker(value) for value in timeline.markers if value.marker in wanted)


def letters(timeline: Timeline, changes: Iterable[LesionChange]) -> Mapping[str, str]:
    """A letter for each lesion of the liver, the compared ones first; labels may be alike."""
    compared = (change.id for change in changes)
    others = (lesion.id for lesion in timeline.lesions if _of_liver(lesion))
    ids = tuple(dict.fromkeys((*compared, *others)))
    return {lesion: _letter(place) for place, lesion in enumerate(ids)}


def _letter(place: int) -> str:
    rounds, rest = divmod(place, len(ascii_uppercase))
    return f"{ascii_uppercase[rest]}{rounds or ''}"


def _of_liver(lesion: Lesion) -> bool:
    return lesion.organ is Organ.LIVER and not lesion.reference_region


@dataclass(frozen=True)
class _Values:
    timeline: Timeline
    assessment: Assessment
    picture: Picture

    @cached_property
    def _letters(self) -> Mapping[str, str]:
        return letters(self.timeline, self.assessment.measurements.lesions)

    def measured(self) -> Iterator[Point]:
        studies = {study.id: study for study in self.timeline.studies}
        lesions = {lesion.id: lesion for lesion in self.timeline.lesions if _of_liver(lesion)}
        for measurement in self.timeline.measurements:
            lesion, study = lesions.get(measurement.lesion), studies.get(measurement.study)
            if lesion is not None and study is not None and measurement.quantity in _PANELS:
                yield self._point(measurement, lesion, study)

    def _point(self, measurement: Measurement, lesion: Lesion, study: Study) -> Point:
        panel, unit = _PANELS[measurement.quantity]
        inferred = "phase inferred" if measurement.phase_inferred else ""
        return Point(
            panel=panel,
            series=self._series(lesion.id, lesion.label or lesion.site),
            day=study.day.latest,
            value=float(measurement.value),
            unit=unit,
            phase=measurement.phase.value if measurement.phase else "not known",
            role=self._role(lesion),
            source=measurement.source.reference,
            note=measurement.source.note or inferred,
            day_known=study.day.exact,
            study=study.id,
            compared=self._compared(measurement, lesion, study),
        )

    def _compared(self, measurement: Measurement, lesion: Lesion, study: Study) -> bool:
        """Whether the assessment took this of several values, such as those of several phases."""
        row, ends = self._row(lesion), self.picture.studies
        if row is None:
            return False
        of_size = measurement.quantity is Quantity.LONG_AXIS
        taken = (
            (ends.baseline, row.mm_baseline if of_size else row.hu_baseline, row.phase_baseline),
            (ends.index, row.mm_index if of_size else row.hu_index, row.phase_index),
        )
        return any(
            end is not None
            and (end.id, value) == (study.id, measurement.value)
            and (of_size or phase is measurement.phase)
            for end, value, phase in taken
        )

    def _row(self, lesion: Lesion) -> LesionChange | None:
        rows = self.assessment.measurements.lesions
        return next((row for row in rows if row.id == lesion.id), None)

    def _series(self, lesion: str, name: str) -> str:
        return f"{self._letters[lesion]} · {name or 'unnamed lesion'}"

    def _role(self, lesion: Lesion) -> str:
        row = self._row(lesion)
        if row is None:
            return "not compared"
        return "target" if row.target else "new" if row.new else "not a target"

    def not_measured(self) -> Iterator[Point]:
        """The targets that lack a value at one of the two studies that are compared."""
        ends = (self.picture.studies.baseline, self.picture.studies.index)
        for row in self.assessment.measurements.lesions:
            values = (
                ("size", "mm", (row.mm_baseline, row.mm_index)),
                ("attenuation", "HU", (row.hu_baseline, row.hu_index)),
            )
            for panel, unit, pair in values:
                for study, value in zip(ends, pair, strict=True):
                    if row.target and study is not None and value is None:
                        series = self._series(row.id, row.label or row.site)
                        yield _lacking(panel, series, study, unit, "target")

    def sums(self) -> Iterator[Point]:
        look, targets = self.picture.look, self.picture.targets
        attenuated = with_attenuation(look, targets, self.picture.studies)
        for study in self.picture.studies.followed:
            total = sum_at(look, targets.paired, study)
            mean = mean_attenuation(look, attenuated, study)
            yield _derived("sum", "sum of targets", "mm", total, study)
            yield _derived("mean", "mean of targets", "HU", mean, study)


def _lacking(panel: str, series: str, study: Study, unit: str, role: str = "") -> Point:
    return Point(panel, series, study.day.latest, None, unit, role=role, study=study.id)


def _derived(panel: str, series: str, unit: str, value: Decimal | None, study: Study) -> Point:
    if value is None:
        return _lacking(panel, series, study, unit)
    day = study.day.latest
    return Point(panel, series, day, float(value), unit, study=study.id, compared=True)


def _absent(points: Iterable[Point], index: Study | None, as_of: date) -> Iterator[Point]:
    """One row for each quantity that was never measured: its panel stands all the same."""
    drawn = {point.panel for point in points}
    day, study = (index.day.latest, index.id) if index else (as_of, "")
    for panel, unit in _PANELS.values():
        if panel not in drawn:
            yield Point(panel, "no lesion", day, None, unit, study=study)


def _marker(value: MarkerValue) -> Point:
    return Point(
        "marker",
        value.marker,
        value.day.latest,
        float(value.value),
        value.unit,
        source=value.source.reference,
        note=value.source.note,
        day_known=value.day.exact,
    )
