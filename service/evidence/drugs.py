"""The time on each drug, as bars; what is not dated is hollow and dashed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from service.evidence.canvas import ACCENT, GROUND, INK, QUIET, WIDTH, Canvas
from service.evidence.layers import SPOKEN, Spec, layer, text
from service.evidence.rows import Bar

_BAR = 24  # pixels for each drug
_NONE = "? no drug of the question on record"


def therapies(canvas: Canvas) -> Spec:
    """A bar for the time on each drug."""
    rows = [row for bar in canvas.evidence.bars for row in _Pieces(bar, canvas).rows()]
    rows = rows or [_no_drug(canvas)]
    y = {"field": "drug", "type": "nominal", "sort": None, "axis": {"title": None}}
    mark = {"type": "bar", "height": 17, "fillOpacity": 0.3, "stroke": INK}
    looks = {
        "strokeDash": {"condition": {"test": "datum.dated", "value": [1, 0]}, "value": [4, 3]},
        "fill": {"condition": _FILL, "value": QUIET},
        "href": {"field": "href"},
        **SPOKEN,
    }
    named = [row for row in rows if row["label"]]
    layers = [
        canvas.study_rules(),
        layer(rows, mark, x=canvas.x(), x2={"field": "end"}, y=y, **looks),
        layer(named, text(away=5, size=11.5), x=canvas.x(), y=y, text={"field": "label"}),
    ]
    height = {"step": _BAR}
    return {"name": "panel-therapies", "width": WIDTH, "height": height, "layer": layers}


_FILL = [
    {"test": "!datum.dated", "value": GROUND},
    {"test": "datum.leading", "value": ACCENT},
]


def _no_drug(canvas: Canvas) -> Spec:
    days = {"day": canvas.edge.isoformat(), "end": canvas.evidence.last.isoformat()}
    looks = {"dated": False, "leading": False, "href": ""}
    return {"drug": "drug", **days, "label": _NONE, "words": _NONE, **looks}


@dataclass(frozen=True)
class _Pieces:
    """A bar without its interruptions, before it the days on which it may have begun."""

    bar: Bar
    canvas: Canvas

    def rows(self) -> Iterator[Spec]:
        """The pieces in the order of time; the first of them carries the words."""
        bar, begun = self.bar, self.bar.start or self.canvas.edge
        ended = max(begun, bar.end or self.canvas.evidence.last)
        label = bar.words if self._dated and bar.earliest is None else f"? {bar.words}"
        if bar.earliest is not None:
            yield self._piece(bar.earliest, begun, label, self._unsure(begun), dated=False)
            label = ""
        starts = (begun, *(again for _, again in bar.gaps))
        ends = (*(last for last, _ in bar.gaps), ended)
        for start, end in zip(starts, ends, strict=True):
            yield self._piece(start, end, label, f"{bar.drug}: {bar.words}", self._dated)
            label = ""

    @property
    def _dated(self) -> bool:
        return self.bar.start is not None and (self.bar.ongoing or self.bar.end is not None)

    def _unsure(self, begun: date) -> str:
        between = f"begun between {self.bar.earliest} and {begun}"
        return f"{self.bar.drug}: {between}, the day is not recorded"

    def _piece(self, start: date, end: date, label: str, words: str, dated: bool) -> Spec:
        return {
            "drug": f"{self.bar.drug}{' *' if self.bar.leading else ''}",
            "day": start.isoformat(),
            "end": max(start, end).isoformat(),
            "dated": dated,
            "leading": self.bar.leading,
            "label": label,
            "words": words,
            "href": self.canvas.href(*self.bar.sources),
        }
