"""From a timeline and its assessment to the rows that are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.assessment import Assessment
from rules.features.picture import Picture, picture_of
from rules.rulebook import Rulebook
from rules.timeline import Study, Timeline
from service.evidence.canvas import moved
from service.evidence.rows import Band, Bar, Event, Evidence, Point, StudyMark, Window
from service.evidence.said import bars, events
from service.evidence.values import letters, points

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
        measured = tuple(points(self.timeline, self.assessment, self.picture, self.book))
        lines = tuple(bars(self.timeline, self.assessment, self.picture, self.book))
        names = letters(self.timeline, self.assessment.measurements.lesions)
        said = tuple(events(self.timeline, self.assessment, self.book, names))
        studies = tuple(map(self._mark, self._of_liver()))
        days = [self.assessment.as_of, *_days(measured, lines, said, studies)]
        return Evidence(
            first=min(days),
            last=max(days),
            points=measured,
            bands=tuple(self._bands()),
            bars=lines,
            events=said,
            windows=tuple(self._surge(lines)),
            studies=studies,
        )

    def _of_liver(self) -> Iterator[Study]:
        for study in self.timeline.studies:
            if study.covers_liver is not False:
                yield study

    def _mark(self, study: Study) -> StudyMark:
        modality = study.modality or "modality not known"
        return StudyMark(study.id, study.day.latest, modality, self._role(study), study.recorded)

    def _role(self, study: Study) -> str:
        studies = self.picture.studies
        if studies.index is not None and study.id == studies.index.id:
            return "index"
        if studies.baseline is not None and study.id == studies.baseline.id:
            return "baseline"
        return "followed" if study in studies.followed else ""

    def _bands(self) -> Iterator[Band]:
        recist, choi = self.book.criteria["recist_1_1"], self.book.criteria["choi_2007"]
        numbers = self.assessment.measurements
        if numbers.sld_nadir is not None:
            share = recist["progression"]
            words = f"+{share:g} % from smallest: progression (RECIST 1.1)"
            yield _band("sum", numbers.sld_nadir, share, words, recist.id)
        if numbers.sld_baseline is not None:
            share = recist["partial_response"]
            words = f"−{abs(share):g} % from baseline: partial response (RECIST 1.1)"
            yield _band("sum", numbers.sld_baseline, share, words, recist.id)
        if numbers.hu_baseline is not None:
            share = -abs(choi["response_attenuation"])
            words = f"−{abs(share):g} % from baseline: response (Choi 2007)"
            yield _band("mean", numbers.hu_baseline, share, words, choi.id)

    def _surge(self, lines: tuple[Bar, ...]) -> Iterator[Window]:
        """The days after line start within which a marker rise is neutral."""
        leading = next((bar for bar in lines if bar.leading), None)
        marker = self.assessment.marker
        if leading is None or leading.start is None or marker is None:
            return
        days = int(self.book.numbers.tables["marker_surge"].of(marker))
        if days:
            end = moved(leading.start, days)
            words = f"a rise of {marker} within {days} d of the start is neutral"
            yield Window("marker", leading.start, end, words, "markers")


def _band(panel: str, start: Decimal, share: Decimal, words: str, source: str) -> Band:
    """The values beyond a change of ``share`` per cent."""
    threshold = float(start * (_HUNDRED + share) / _HUNDRED)
    unit = "mm" if panel == "sum" else "HU"
    return Band(panel, threshold, unit, words, source, above=share > 0)


def _days(
    points: tuple[Point, ...],
    bars: tuple[Bar, ...],
    events: tuple[Event, ...],
    studies: tuple[StudyMark, ...],
) -> Iterator[date]:
    yield from (point.day for point in points)
    yield from (day for bar in bars for day in (bar.earliest, bar.start, bar.end) if day)
    yield from (event.day for event in events if event.day)
    yield from (study.day for study in studies)
