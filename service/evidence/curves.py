"""The panels of values: lines over time, thresholds as bands, and what was not measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from service.evidence.canvas import (
    BAND,
    DASHES,
    GROUND,
    INK,
    QUIET,
    SERIES_COLOURS,
    SHOWN,
    SPOKEN,
    SURGE,
    WIDTH,
    Canvas,
    Spec,
    as_it_is,
)
from service.evidence.rows import Band, Point, Window

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
_HEAD_ROOM = 0.16
_LABEL_HEIGHT = 14


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
        return {
            "name": f"panel-{self.name}",
            "width": WIDTH,
            "height": self.height,
            "layer": [
                *(
                    layer
                    for window in self.canvas.evidence.windows
                    if window.panel == self.name
                    for layer in self._window(window)
                ),
                *(layer for band in self._bands for layer in self._band(band)),
                self.canvas.study_rules(),
                *self._lines(),
                *self._unknown(),
                self._labels(),
            ],
        }

    @property
    def height(self) -> int:
        return _HEIGHTS[self.name]

    @cached_property
    def _bands(self) -> tuple[Band, ...]:
        return tuple(band for band in self.canvas.evidence.bands if band.panel == self.name)

    @cached_property
    def _known(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.value is not None)

    @cached_property
    def _series(self) -> tuple[str, ...]:
        return tuple(sorted({point.series for point in self._known}))

    @cached_property
    def _domain(self) -> tuple[float, float]:
        """The values that the panel spans, thresholds included."""
        values = [p.value for p in self._known if p.value is not None]
        values += [band.value for band in self._bands]
        low, high = min(values, default=0.0), max(values, default=1.0)
        room = (high - low) * _HEAD_ROOM or abs(high) * _HEAD_ROOM or 1.0
        return low - room, high + room

    def _down(self, value: float) -> float:
        """Where a value stands, in pixels from the top."""
        low, high = self._domain
        return round((high - value) / (high - low) * self.height, 1)

    @property
    def _y(self) -> Spec:
        axis: Spec = {
            "title": [*self.title.split(" ", 1), f"({self.points[0].unit})"],
            "titleAngle": 0,
            "titleAlign": "right",
            "titleX": -46,
            "tickCount": 4,
        }
        if not self._known:
            axis |= {"labels": False, "ticks": False, "grid": False}
        scale = {"domain": list(self._domain), "nice": False, "zero": False}
        return {"field": "value", "type": "quantitative", "scale": scale, "axis": axis}

    def _row(self, point: Point) -> Spec:
        """A value as it is drawn; what it looks like is settled here, not in the browser."""
        return {
            **_values(point, self.canvas),
            "colour": self._colour(point.series),
            "line": f"{point.series} {point.phase if self.name == 'attenuation' else ''}",
            "dash": DASHES[self._series.index(point.series) % len(DASHES)],
            "shape": _SHAPES.get(point.phase, "circle"),
        }

    def _colour(self, series: str) -> str:
        return SERIES_COLOURS[self._series.index(series) % len(SERIES_COLOURS)]

    def _axis_alone(self) -> Spec:
        """What names a panel without any value."""
        return {
            "data": {"values": [{"value": self._domain[0]}]},
            "mark": {"type": "point", "opacity": 0, "aria": False},
            "encoding": {"y": self._y},
        }

    def _lines(self) -> Iterator[Spec]:
        if not self._known:
            yield self._axis_alone()
            return
        data: Spec = {"data": {"values": list(map(self._row, self._known))}, "transform": [SHOWN]}
        placed: Spec = {"x": self.canvas.x(), "y": self._y, "color": as_it_is("colour")}
        hollow = {"test": "datum.phase === 'not known'", "value": GROUND}
        # A line is named as a whole by its points; for screen readers it would be said twice.
        yield {
            **data,
            "mark": {"type": "line", "strokeWidth": 2, "aria": False},
            "encoding": {**placed, "strokeDash": as_it_is("dash"), "detail": {"field": "line"}},
        }
        yield {
            **data,
            "mark": {"type": "point", "size": 75, "opacity": 1, "strokeWidth": 2},
            "encoding": {
                **placed,
                "shape": as_it_is("shape"),
                "fill": {**as_it_is("colour"), "condition": hollow},
                "href": {"field": "href"},
                **SPOKEN,
            },
        }

    def _unknown(self) -> Iterator[Spec]:
        """A hollow mark with a question mark at the foot of the panel, one for each day."""
        lacking = sorted((p for p in self.points if p.value is None), key=lambda p: p.day)
        rows = [self._not_measured(list(group)) for _, group in groupby(lacking, lambda p: p.day)]
        if not rows:
            return
        data: Spec = {"data": {"values": rows}, "transform": [SHOWN]}
        x = self.canvas.x()
        yield {
            **data,
            "mark": {
                "type": "point",
                "shape": "circle",
                "size": 190,
                "stroke": INK,
                "fill": GROUND,
            },
            "encoding": {"x": x, "y": {"value": self.height - 12}, **SPOKEN},
        }
        yield {
            **data,
            "mark": {"type": "text", "text": "?", "fontWeight": "bold", "aria": False},
            "encoding": {"x": x, "y": {"value": self.height - 11}},
        }
        yield {
            **data,
            "mark": {"type": "text", "align": "left", "dx": 11, "fontSize": 11, "aria": False},
            "encoding": {"x": x, "y": {"value": self.height - 11}, "text": {"field": "shown"}},
        }

    def _not_measured(self, group: Sequence[Point]) -> Spec:
        names = [point.series.partition(" · ")[0] for point in group]
        several = self.name in ("size", "attenuation") and group[0].series != "no lesion"
        what = f"{', '.join(names)} " if several else ""
        words = "; ".join(_values(point, self.canvas)["words"] for point in group)
        day, study = group[0].day.isoformat(), group[0].study
        return {"day": day, "study": study, "shown": f"{what}not measured", "words": words}

    def _labels(self) -> Spec:
        """Each series named beside its last value, then → now, kept apart from one another."""
        lasts = [(s, [p for p in self._known if p.series == s]) for s in self._series]
        wanted = sorted((self._down(_newest(of).value or 0), s, of) for s, of in lasts)
        rows: list[Spec] = []
        lowest = -1.0 * _LABEL_HEIGHT
        for down, series, of in wanted:
            lowest = max(down, lowest + _LABEL_HEIGHT)
            words = self._then_now(series, of)
            rows.append({"down": lowest, "colour": self._colour(series), "shown": words})
        return {
            "data": {"values": rows},
            "mark": {
                "type": "text",
                "align": "left",
                "fontWeight": "bold",
                "baseline": "middle",
                "limit": 190,
                "aria": False,
            },
            "encoding": {
                "x": {"value": WIDTH + 8},
                "y": {"field": "down", "type": "quantitative", "scale": None, "axis": None},
                "text": {"field": "shown"},
                "color": as_it_is("colour"),
            },
        }

    def _then_now(self, series: str, points: Sequence[Point]) -> str:
        """ "A 31 → 35 mm": at baseline and at the index study, or the newest value alone."""
        letter = f"{series.partition(' · ')[0]}  " if " · " in series else ""
        baseline, index = (self.canvas.evidence.study(role) for role in ("baseline", "index"))
        compared = [p for p in points if p.compared]
        ends = [
            next((p for p in compared if s and p.study == s.id), None) for s in (baseline, index)
        ]
        if self.name == "marker":
            ends = [points[0] if len(points) > 1 else None, _newest(points)]
        then, now = ends
        if then and now and then is not now:
            return f"{letter}{_number(then)} → {_number(now)} {now.unit}"
        newest = now or _newest(points)
        return f"{letter}{_number(newest)} {newest.unit}"

    def _band(self, band: Band) -> Iterator[Spec]:
        down = self._down(band.value)
        edge, words_at = (0, down - 7) if band.above else (self.height, down + 8)
        data = {
            "values": [
                {"value": band.value, "words": f"{band.words}, {band.value:.4g} {band.unit}"}
            ]
        }
        y = self._y
        yield {
            "data": data,
            "mark": {"type": "rect", "fill": BAND, "opacity": 0.22, "aria": False},
            "encoding": {
                "y": {"value": down},
                "y2": {"value": edge},
                "x": {"value": 0},
                "x2": {"value": WIDTH},
            },
        }
        yield {
            "data": data,
            "mark": {"type": "rule", "strokeDash": [6, 4], "color": QUIET},
            "encoding": {"y": y, **SPOKEN},
        }
        yield {
            "data": data,
            "mark": {
                "type": "text",
                "align": "left",
                "fontSize": 10.5,
                "fill": QUIET,
                "aria": False,
            },
            "encoding": {
                "y": {"value": words_at},
                "x": {"value": 4},
                "text": {"value": band.words},
            },
        }

    def _window(self, window: Window) -> Iterator[Spec]:
        ends = {"day": window.start.isoformat(), "end": window.end.isoformat()}
        data = {"values": [{**ends, "words": window.words}]}
        yield {
            "data": data,
            "mark": {"type": "rect", "fill": SURGE, "opacity": 0.3},
            "encoding": {"x": self.canvas.x(), "x2": {"field": "end"}, **SPOKEN},
        }
        yield {
            "data": data,
            "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 10.5, "aria": False},
            "encoding": {
                "x": self.canvas.x(),
                "y": {"value": self.height - 8},
                "text": {"field": "words"},
            },
        }


def _newest(points: Iterable[Point]) -> Point:
    return max(points, key=lambda point: point.day)


def _number(point: Point) -> str:
    return f"{round(point.value or 0, 1):g}".replace("-", "−")


def _values(point: Point, canvas: Canvas) -> Spec:
    day = str(point.day) if point.day_known else f"about {point.day}, the day is not recorded"
    aside = ", ".join(
        part for part in (point.phase and f"phase {point.phase}", point.role, point.note) if part
    )
    value = f"{point.value:g} {point.unit}" if point.value is not None else "not measured"
    source = f"; {point.source}" if point.source else ""
    return {
        "series": point.series,
        "day": point.day.isoformat(),
        "value": point.value,
        "phase": point.phase,
        "study": point.study,
        "href": canvas.href(point.source),
        "words": f"{point.series}, {day}: {value}{f' ({aside})' if aside else ''}{source}",
    }
