"""The panels of values: lines over time, thresholds as bands, and what was not measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from service.evidence.beside import labels, not_measured
from service.evidence.canvas import DASHES, GROUND, SERIES_COLOURS, WIDTH, Canvas
from service.evidence.layers import SPOKEN, Spec, as_it_is, layer
from service.evidence.rows import Band, Point
from service.evidence.scale import Scale
from service.evidence.spoken import spoken
from service.evidence.thresholds import band, window

_HEIGHTS = {"size": 120, "sum": 84, "attenuation": 120, "mean": 84, "marker": 84}
_TITLES = {
    "size": "Lesion size",
    "attenuation": "Lesion attenuation",
    "sum": "Sum of targets",
    "mean": "Mean of targets",
}
_SHAPES = {
    "not known": "diamond",
    "delayed": "triangle-up",
    "arterial": "square",
    "unenhanced": "triangle-down",
}


def curves(canvas: Canvas) -> Iterator[Spec]:
    """A panel for each quantity, and one for each marker."""
    for name, title in _TITLES.items():
        if points := canvas.evidence.of_panel(name):
            yield _Panel(canvas, name, title, points).spec
    markers = canvas.evidence.of_panel("marker")
    for series in dict.fromkeys(point.series for point in markers):
        of_series = tuple(point for point in markers if point.series == series)
        yield _Panel(canvas, "marker", series, of_series).spec


@dataclass(frozen=True)
class _Panel:
    canvas: Canvas
    name: str
    title: str
    points: tuple[Point, ...]

    @property
    def spec(self) -> Spec:
        """The layers from the back to the front."""
        drawn = self.canvas.evidence
        layers = [
            *self._windows(),
            *chain.from_iterable(band(b, self._scale, self._y) for b in self._bands),
            self.canvas.study_rules(),
            *(self._lines() if self._series else [self._axis_alone()]),
            *not_measured(self.points, self.canvas, self._scale),
            labels(self._series, self._colours, self._scale, drawn),
        ]
        size = {"width": WIDTH, "height": self._scale.height}
        return {"name": f"panel-{self.name}", **size, "layer": layers}

    def _windows(self) -> Iterator[Spec]:
        for days in self.canvas.evidence.windows:
            if days.panel == self.name:
                yield from window(days, self.canvas, self._scale)

    @cached_property
    def _bands(self) -> tuple[Band, ...]:
        return tuple(b for b in self.canvas.evidence.bands if b.panel == self.name)

    @cached_property
    def _series(self) -> Mapping[str, tuple[Point, ...]]:
        """The values of each series, by its name."""
        known = tuple(point for point in self.points if point.value is not None)
        names = sorted({point.series for point in known})
        return {name: tuple(p for p in known if p.series == name) for name in names}

    @cached_property
    def _colours(self) -> Mapping[str, str]:
        colours = SERIES_COLOURS
        return {name: colours[n % len(colours)] for n, name in enumerate(self._series)}

    @cached_property
    def _dashes(self) -> Mapping[str, list[int]]:
        return {name: DASHES[n % len(DASHES)] for n, name in enumerate(self._series)}

    @cached_property
    def _scale(self) -> Scale:
        """Thresholds are within it."""
        values = [point.value for point in self.points if point.value is not None]
        return Scale.of((*values, *(b.value for b in self._bands)), _HEIGHTS[self.name])

    @cached_property
    def _y(self) -> Spec:
        axis: Spec = {
            "title": [*self.title.split(" ", 1), f"({self.points[0].unit})"],
            "titleAngle": 0,
            "titleAlign": "right",
            "titleX": -46,
            "tickCount": 4,
        }
        if not self._series:
            axis |= {"labels": False, "ticks": False, "grid": False}
        scale = {"domain": [self._scale.low, self._scale.high], "nice": False, "zero": False}
        return {"field": "value", "type": "quantitative", "scale": scale, "axis": axis}

    def _axis_alone(self) -> Spec:
        """What names a panel without any value."""
        nothing = {"type": "point", "opacity": 0, "aria": False}
        return layer([{"value": self._scale.low}], nothing, y=self._y)

    def _lines(self) -> Iterator[Spec]:
        rows = [self._row(point) for of in self._series.values() for point in of]
        placed = {"x": self.canvas.x(), "y": self._y, "color": as_it_is("colour")}
        # A line is named as a whole by its points; for screen readers it would be said twice.
        line = {"type": "line", "strokeWidth": 2, "aria": False}
        apart = {"strokeDash": as_it_is("dash"), "detail": {"field": "line"}}
        yield layer(rows, line, **placed, **apart)
        hollow = {"test": "datum.phase === 'not known'", "value": GROUND}
        told = {
            "shape": as_it_is("shape"),
            "fill": {**as_it_is("colour"), "condition": hollow},
            "href": {"field": "href"},
            **SPOKEN,
        }
        point = {"type": "point", "size": 75, "opacity": 1, "strokeWidth": 2}
        yield layer(rows, point, **placed, **told)

    def _row(self, point: Point) -> Spec:
        """A value as it is drawn; what it looks like is settled here, not in the browser."""
        phase = point.phase if self.name == "attenuation" else ""
        return {
            "series": point.series,
            "day": point.day.isoformat(),
            "value": point.value,
            "phase": point.phase,
            "study": point.study,
            "href": self.canvas.href(point.source),
            "words": spoken(point),
            "line": f"{point.series} {phase}",  # phases are not joined with one another
            "colour": self._colours[point.series],
            "dash": self._dashes[point.series],
            "shape": _SHAPES.get(point.phase, "circle"),
        }
