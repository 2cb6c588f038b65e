"""The rows as one Vega-Lite specification: panels over one time axis.

The browser draws it with a library that is served from here. Every mark says what it is in words,
for screen readers and for whoever points at it. Colours are those of Okabe and Ito, told apart by
people with any colour vision; nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from service.evidence.rows import Band, Bar, Event, Evidence, Point, Window

Spec = dict[str, Any]

WIDTH = 760
_HEIGHTS = {"size": 130, "sum": 90, "attenuation": 130, "mean": 90, "marker": 90}
_LANE = 20
_EDGE = 60  # room for words at both ends, in pixels
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_TITLES = {
    "size": "Lesion size",
    "sum": "Sum of targets",
    "attenuation": "Lesion attenuation",
    "mean": "Mean of targets",
}
_PHASES = ("portal venous", "not known", "delayed", "arterial", "unenhanced", "")
_SHAPES = ("circle", "diamond", "square", "triangle-up", "triangle-down", "circle")


def specification(evidence: Evidence) -> Spec:
    """All panels, from the drugs at the top to the single statements at the bottom."""
    panels = [_therapies(evidence), *_curves(evidence), _statements(evidence)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "vconcat": [panel for panel in panels if panel is not None],
        "spacing": 16,
        "bounds": "flush",
        "resolve": {"scale": {"x": "shared", "color": "independent", "shape": "independent"}},
        "config": {
            "view": {"continuousWidth": WIDTH},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleLimit": 140, "minExtent": 110},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 170},
        },
    }


def _x(last: bool = False) -> Spec:
    axis: Spec = {"title": None, "format": "%Y-%m-%d", "labelAngle": 0, "tickCount": 6}
    if not last:
        axis |= {"labels": False, "ticks": False}
    return {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc", "nice": False, "padding": _EDGE},
        "axis": axis,
    }


def _curves(evidence: Evidence) -> Iterable[Spec]:
    for panel in ("size", "sum", "attenuation", "mean"):
        yield from _curve(evidence, panel, _TITLES[panel])
    for series in dict.fromkeys(point.series for point in evidence.of_panel("marker")):
        yield from _curve(evidence, "marker", series)


def _curve(evidence: Evidence, panel: str, title: str) -> Iterable[Spec]:
    points = [p for p in evidence.of_panel(panel) if panel != "marker" or p.series == title]
    known = [point for point in points if point.value is not None]
    if not points:
        return
    unit = points[0].unit
    colour = _colour(list(dict.fromkeys(point.series for point in points)))
    layers = [
        *(_window(w) for w in evidence.windows if w.panel == panel),
        *(layer for band in evidence.bands if band.panel == panel for layer in _band(band)),
        _lines(known, title, unit, colour, _x()),
        _marks(known, title, unit, colour, _x()),
        *_unknown([point for point in points if point.value is None], _x()),
    ]
    yield {
        "width": WIDTH,
        "height": _HEIGHTS[panel],
        "layer": layers,
        "resolve": {"legend": {"color": "shared"}},
    }


def _colour(series: Sequence[str]) -> Spec:
    legend = {"title": None, "orient": "top", "offset": 2} if len(series) > 1 else None
    colours = [_COLOURS[n % len(_COLOURS)] for n in range(len(series))]
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(series), "range": colours},
        "legend": legend,
    }


def _y(title: str, unit: str) -> Spec:
    axis = {"title": [title, f"({unit})"], "titleAngle": 0, "titleAlign": "right", "tickCount": 4}
    return {
        "field": "value",
        "type": "quantitative",
        "scale": {"zero": False, "padding": 12},
        "axis": axis,
    }


def _lines(points: Sequence[Point], title: str, unit: str, colour: Spec, x: Spec) -> Spec:
    return {
        "data": {"values": list(map(_values, points))},
        "mark": {"type": "line", "strokeWidth": 2, "aria": False},
        "encoding": {"x": x, "y": _y(title, unit), "color": colour, "detail": {"field": "phase"}},
    }


def _marks(points: Sequence[Point], title: str, unit: str, colour: Spec, x: Spec) -> Spec:
    shape = {"field": "phase", "scale": {"domain": _PHASES, "range": _SHAPES}, "legend": None}
    return {
        "data": {"values": list(map(_values, points))},
        "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
        "encoding": {
            "x": x,
            "y": _y(title, unit),
            "color": colour,
            "shape": shape,
            "description": {"field": "words"},
            "tooltip": {"field": "words"},
        },
    }


def _values(point: Point) -> Spec:
    day = str(point.day) if point.day_known else f"about {point.day}, the day is not recorded"
    aside = ", ".join(
        part for part in (point.phase and f"phase {point.phase}", point.role, point.note) if part
    )
    value = f"{point.value:g} {point.unit}" if point.value is not None else "not measured"
    return {
        "series": point.series,
        "day": point.day.isoformat(),
        "value": point.value,
        "phase": point.phase,
        "words": f"{point.series}, {day}: {value}{f' ({aside})' if aside else ''}",
    }


def _unknown(points: Sequence[Point], x: Spec) -> Iterable[Spec]:
    """A question mark at the foot of the panel where a target was not measured."""
    if points:
        yield {
            "data": {"values": list(map(_values, points))},
            "mark": {"type": "text", "text": "? not measured", "fontWeight": "bold", "dy": -8},
            "encoding": {
                "x": x,
                "y": {"value": _HEIGHTS[points[0].panel]},
                "description": {"field": "words"},
                "tooltip": {"field": "words"},
            },
        }


def _band(band: Band) -> Iterable[Spec]:
    data = {"values": [{"value": band.value, "words": band.words}]}
    y = {"field": "value", "type": "quantitative"}
    yield {
        "data": data,
        "mark": {"type": "rule", "strokeDash": [6, 4], "color": "#666666"},
        "encoding": {"y": y, "description": {"field": "words"}, "tooltip": {"field": "words"}},
    }
    yield {
        "data": data,
        "mark": {"type": "text", "align": "left", "dx": 4, "dy": -5, "fontSize": 11, "aria": False},
        "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "words"}},
    }


def _window(window: Window) -> Spec:
    ends = {"day": window.start.isoformat(), "end": window.end.isoformat(), "words": window.words}
    return {
        "data": {"values": [ends]},
        "mark": {"type": "rect", "color": "#56B4E9", "opacity": 0.25},
        "encoding": {
            "x": {"field": "day", "type": "temporal"},
            "x2": {"field": "end"},
            "description": {"field": "words"},
            "tooltip": {"field": "words"},
        },
    }


def _therapies(evidence: Evidence) -> Spec | None:
    if not evidence.bars:
        return None
    rows = [_bar(bar, evidence) for bar in evidence.bars]
    y = {"field": "drug", "type": "nominal", "sort": None, "axis": {"title": "Drug"}}
    x = {**_x(), "field": "day"}
    words = {"description": {"field": "words"}, "tooltip": {"field": "words"}}
    dated = {"condition": {"test": "datum.dated", "value": [1, 0]}, "value": [4, 3]}
    return {
        "width": WIDTH,
        "height": {"step": _LANE + 6},
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "bar", "height": 14, "fillOpacity": 0.35, "stroke": "#000000"},
                "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "strokeDash": dated, **words},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "aria": False},
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            },
        ],
    }


def _bar(bar: Bar, evidence: Evidence) -> Spec:
    """A bar over the days on the drug; what is not dated reaches to the edge, dashed."""
    begun, ended = bar.start or evidence.first, bar.end or evidence.last
    return {
        "drug": f"{bar.drug}{' *' if bar.leading else ''}",
        "day": begun.isoformat(),
        "end": max(begun, ended).isoformat(),
        "dated": bar.start is not None and (bar.ongoing or bar.end is not None),
        "label": bar.words,
        "words": f"{bar.drug}: {bar.words}",
    }


def _statements(evidence: Evidence) -> Spec | None:
    """One lane for each kind of statement; those without a day stand at the left edge."""
    if not evidence.events:
        return None
    x = _x(last=True)
    lanes = {"field": "lane", "type": "nominal", "sort": None, "axis": {"title": "Statements"}}
    return {
        "width": WIDTH,
        "height": {"step": _LANE},
        "data": {"values": [_event(event, evidence.first) for event in evidence.events]},
        "layer": [
            {
                "mark": {"type": "tick", "thickness": 2, "aria": False},
                "encoding": {"x": x, "y": lanes},
            },
            {
                "mark": {"type": "text", "align": "right", "dx": -6, "fontSize": 12},
                "encoding": {
                    "x": x,
                    "y": lanes,
                    "text": {"field": "shown"},
                    "description": {"field": "words"},
                    "tooltip": {"field": "words"},
                },
            },
        ],
    }


def _event(event: Event, first: date) -> Spec:
    day = event.day or first
    undated = "" if event.day else " (not dated)"
    return {
        "lane": event.lane,
        "day": day.isoformat(),
        "shown": f"{event.words}{undated}",
        "words": f"{event.lane}, {event.day or 'not dated'}: {event.words}",
    }
