"""What all panels share: widths, the time axis, the colours, and how a mark speaks.

Colours are names of the style sheet (``var(--s1)``), so that the same plot is right on a light
ground, on a dark one and on paper. Those of the series are of Okabe and Ito, told apart by people
with any colour vision; nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from service.evidence.layers import Spec, as_it_is, layer
from service.evidence.rows import Evidence, StudyMark

WIDTH = 560  # of the time axis, in pixels
LEFT = 122  # for the names of the panels
RIGHT = 200  # for what stands beside the last value
SERIES_COLOURS = tuple(f"var(--s{n})" for n in range(1, 8))
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [12, 3], [1, 3])
INK, QUIET, LINE, GROUND = "var(--text)", "var(--quiet)", "var(--line)", "var(--ground)"
ACCENT, BAND, SURGE = "var(--advise)", "var(--band)", "var(--surge)"
_SHORTEST_SPAN = 14
_MARGIN = 0.06


@dataclass(frozen=True)
class Canvas:
    """The time axis of one patient, and the numbers of the records behind the data."""

    evidence: Evidence
    records: Mapping[str, int]  # by reference

    @property
    def _ends(self) -> tuple[date, date]:
        first, last = self.evidence.first, self.evidence.last
        span = max((last - first).days, _SHORTEST_SPAN)
        margin = max(1, round(span * _MARGIN))
        return moved(first, -margin), moved(max(last, moved(first, span)), margin)

    def x(self, labels: bool = False) -> Spec:
        """The time axis as an encoding, in days of UTC; its ends are those of ``study_rules``."""
        axis: Spec = {"title": None, "format": "%Y-%m-%d", "labelAngle": 0, "tickCount": 5}
        if not labels:
            axis |= {"labels": False, "ticks": False, "domain": False}
        scale = {"type": "utc", "nice": False}
        return {"field": "day", "type": "temporal", "scale": scale, "axis": axis}

    def across(self, day: date) -> float:
        """Where a day stands, in pixels from the left."""
        first, last = self._ends
        return round((day - first).days / (last - first).days * WIDTH, 1)

    @property
    def edge(self) -> date:
        """The left end of the axis, where what is not dated begins."""
        return self._ends[0]

    def href(self, *references: str) -> str:
        """Where the record of a datum stands on the page."""
        found = next((self.records[r] for r in references if r in self.records), None)
        return f"#record-{found}" if found else ""

    def study_rules(self, labels: bool = False) -> Spec:
        """A line down the panel at each study, stronger at the two that are compared.

        Two more that are not seen, at the ends of the time axis, make it the same for every panel.
        """
        rows = [
            {"day": mark.day.isoformat(), "study": mark.id, "opacity": _strength(mark)}
            for mark in self.evidence.studies
        ]
        rows += [{"day": day.isoformat(), "study": "", "opacity": 0} for day in self._ends]
        mark = {"type": "rule", "color": QUIET, "strokeDash": [2, 3], "aria": False}
        strength = {**as_it_is("opacity"), "type": "quantitative"}
        return layer(rows, mark, x=self.x(labels), opacity=strength)


def moved(day: date, days: int) -> date:
    """Another day, as far as the calendar goes: a record may hold any date."""
    ordinal = day.toordinal() + days
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


def _strength(mark: StudyMark) -> float:
    return 1 if mark.role in ("baseline", "index") else 0.4
