"""From a timeline and its assessment to the rows that are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.assessment import Assessment
from rules.dates import PartialDate
from rules.features.attenuation import mean_attenuation, with_attenuation
from rules.features.lines import lines_at
from rules.features.markers import markers_of
from rules.features.picture import Picture, picture_of
from rules.features.sizes import sum_at
from rules.rulebook import Rulebook
from rules.timeline import Finding, FindingKind, Lesion, Measurement, Organ, Quantity, Timeline
from service.evidence.rows import Band, Bar, Event, Evidence, Point, Window

_PANELS = {Quantity.LONG_AXIS: ("size", "mm"), Quantity.ATTENUATION: ("attenuation", "HU")}
_LANES = {
    FindingKind.PET: "PET",
    FindingKind.EXTRAHEPATIC: "elsewhere",
    FindingKind.CLINICAL: "clinical",
    FindingKind.BIOPSY: "biopsy",
    FindingKind.NODULE: "nodule",
    FindingKind.RE_ENHANCEMENT: "re-enhancement",
    FindingKind.CENTRAL_FILL_IN: "central fill-in",
    FindingKind.PROGRESSION_AFTER_REVIEW: "after review",
    FindingKind.CHUN: "morphology (Chun)",
}
_HUNDRED = Decimal(100)


def evidence(timeline: Timeline, assessment: Assessment, book: Rulebook) -> Evidence:
    """Everything that the page of one patient draws."""
    picture = picture_of(timeline, assessment.as_of, book.knowledge)
    return _Collector(timeline, assessment, book, picture).evidence()


@dataclass(frozen=True)
class _Collector:
    timeline: Timeline
    assessment: Assessment
    book: Rulebook
    picture: Picture

    def evidence(self) -> Evidence:
        points = (*self._measured(), *self._not_measured(), *self._sums(), *self._markers())
        bars, events = tuple(self._bars()), tuple(self._events())
        studies = tuple(self._studies())
        days = [
            *(point.day for point in points),
            *(day for bar in bars for day in (bar.start, bar.end) if day),
            *(event.day for event in events if event.day),
            *(day for day, _ in studies),
            self.assessment.as_of,
        ]
        return Evidence(
            first=min(days),
            last=max(days),
            points=points,
            bands=tuple(self._bands()),
            bars=bars,
            events=events,
            windows=tuple(self._surge()),
            studies=studies,
        )

    def _measured(self) -> Iterator[Point]:
        days = {study.id: study.day for study in self.timeline.studies}
        lesions = {lesion.id: lesion for lesion in self.timeline.lesions}
        for measurement in self.timeline.measurements:
            lesion, day = lesions.get(measurement.lesion), days.get(measurement.study)
            if lesion is None or day is None or measurement.quantity not in _PANELS:
                continue
            if lesion.organ is Organ.LIVER and not lesion.reference_region:
                yield self._point(measurement, lesion, day)

    def _point(self, measurement: Measurement, lesion: Lesion, day: PartialDate) -> Point:
        panel, unit = _PANELS[measurement.quantity]
        return Point(
            panel=panel,
            series=_name(lesion),
            day=day.latest,
            value=float(measurement.value),
            unit=unit,
            phase=measurement.phase.value if measurement.phase else "not known",
            role=self._role(lesion),
            source=measurement.source.reference,
            note=measurement.source.note,
            day_known=day.exact,
        )

    def _role(self, lesion: Lesion) -> str:
        row = next((r for r in self.assessment.measurements.lesions if r.id == lesion.id), None)
        if row is None:
            return "not compared"
        return "target" if row.target else "new" if row.new else "not a target"

    def _not_measured(self) -> Iterator[Point]:
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
                        day = study.day.latest
                        name = row.label or row.site or row.id
                        yield Point(panel, name, day, None, unit, role="target")

    def _sums(self) -> Iterator[Point]:
        look, targets = self.picture.look, self.picture.targets
        attenuated = with_attenuation(look, targets, self.picture.studies)
        for study in self.picture.studies.followed:
            total = sum_at(look, targets.paired, study)
            mean = mean_attenuation(look, attenuated, study)
            named = (
                ("sum", "sum of targets", "mm", total),
                ("mean", "mean of targets", "HU", mean),
            )
            for panel, series, unit, value in named:
                if value is not None:
                    yield Point(panel, series, study.day.latest, float(value), unit)

    def _markers(self) -> Iterator[Point]:
        wanted = markers_of(self.assessment.primary, self.book.numbers)
        for value in self.timeline.markers:
            if value.marker in wanted:
                yield Point(
                    "marker",
                    value.marker,
                    value.day.latest,
                    float(value.value),
                    value.unit,
                    source=value.source.reference,
                    note=value.source.note,
                    day_known=value.day.exact,
                )

    def _bands(self) -> Iterator[Band]:
        recist, choi = self.book.criteria["recist_1_1"], self.book.criteria["choi_2007"]
        numbers = self.assessment.measurements
        if numbers.sld_nadir is not None:
            grown = numbers.sld_nadir * (_HUNDRED + recist["progression"]) / _HUNDRED
            words = f"+{recist['progression']:g} % from nadir: progression (RECIST 1.1)"
            yield Band("sum", float(grown), "mm", words, recist.id)
        if numbers.sld_baseline is not None:
            shrunk = numbers.sld_baseline * (_HUNDRED + recist["partial_response"]) / _HUNDRED
            words = f"{recist['partial_response']:g} % from baseline: partial response (RECIST 1.1)"
            yield Band("sum", float(shrunk), "mm", words.replace("-", "−", 1), recist.id)
        if numbers.hu_baseline is not None:
            fall = choi["response_attenuation"]
            fallen = numbers.hu_baseline * (_HUNDRED - abs(fall)) / _HUNDRED
            words = f"−{abs(fall):g} % from baseline: response (Choi 2007)"
            yield Band("mean", float(fallen), "HU", words, choi.id)

    def _bars(self) -> Iterator[Bar]:
        index = self.picture.studies.index
        day = index.day if index else PartialDate.on(self.assessment.as_of)
        for line in lines_at(self.timeline.therapies, day, self.book.numbers):
            yield Bar(
                drug=line.ingredient,
                start=line.start.latest if line.start else None,
                end=line.last_dose.latest if line.last_dose else None,
                ongoing=line.ongoing,
                leading=line.ingredient == self.assessment.agent,
                sources=line.sources,
            )

    def _events(self) -> Iterator[Event]:
        for finding in self.timeline.findings:
            if finding.kind in _LANES:
                yield self._event(finding)
        for status in self.timeline.performance:
            yield Event("ECOG", status.day.latest, str(status.ecog), status.source.reference)
        for local in self.timeline.local_therapies:
            day = local.day.latest if local.day else None
            yield Event("liver-directed", day, local.name, local.source.reference)

    def _event(self, finding: Finding) -> Event:
        day = finding.day.latest if finding.day else None
        return Event(_LANES[finding.kind], day, finding.value, finding.source.reference)

    def _surge(self) -> Iterator[Window]:
        """The days after line start within which a marker rise is neutral."""
        leading = next((bar for bar in self._bars() if bar.leading), None)
        marker = self.assessment.marker
        if leading is None or leading.start is None or marker is None:
            return
        days = int(self.book.numbers.tables["marker_surge"].of(marker))
        if days:
            end = leading.start + timedelta(days=days)
            words = f"a rise of {marker} within {days} d of the start is neutral"
            yield Window("marker", leading.start, end, words, "markers")

    def _studies(self) -> Iterator[tuple[date, str]]:
        for study in self.timeline.studies:
            if study.covers_liver is not False:
                unrecorded = "" if study.recorded else ", no study recorded"
                yield study.day.latest, f"{study.modality or 'modality not known'}{unrecorded}"


def _name(lesion: Lesion) -> str:
    return lesion.label or lesion.site or lesion.id
