"""The rows over time that hold no number: studies and statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.evidence.canvas import GROUND, INK, WIDTH, Canvas
from service.evidence.layers import SPOKEN, Spec, layer, text
from service.evidence.rows import Event, StudyMark

_LANE = 19  # pixels
_STUDY_WORDS = 150  # pixels that the name of a study takes
_COMPARED = ("baseline", "index")


def studies(canvas: Canvas) -> Spec | None:
    """The days on which the liver was looked at; those that are compared are named."""
    marks = canvas.evidence.studies
    if not marks:
        return None
    y = {"field": "lane", "type": "nominal", "axis": {"title": None}}
    mark = {"type": "point", "shape": "square", "size": 60, "stroke": INK}
    told = {"fill": _filled_if("compared"), "href": {"field": "href"}, **SPOKEN}
    layers = [
        canvas.study_rules(),
        layer([_study(m, canvas) for m in marks], mark, x=canvas.x(), y=y, **told),
        *(_study_name(canvas, m) for m in marks if m.role in _COMPARED),
    ]
    return {"name": "panel-studies", "width": WIDTH, "height": 2 * _LANE, "layer": layers}


def _filled_if(field: str) -> Spec:
    """Filled or hollow."""
    return {"condition": {"test": f"datum.{field}", "value": INK}, "value": GROUND}


def _study(mark: StudyMark, canvas: Canvas) -> Spec:
    return {
        "lane": "liver studies",
        "day": mark.day.isoformat(),
        "study": mark.id,
        "compared": mark.role in _COMPARED,
        "href": canvas.href(mark.id),
        "words": f"study {mark.words}",
    }


def _study_name(canvas: Canvas, mark: StudyMark) -> Spec:
    """Baseline above the marks, index below them, so that two near days do not collide."""
    across = canvas.across(mark.day)
    align = "left" if across < WIDTH - _STUDY_WORDS else "right"
    down = 9 if mark.role == "baseline" else 2 * _LANE - 8
    name = {"text": {"value": f"{mark.role} {mark.day} {mark.modality}"}}
    bold = text(align, away=8, size=11, fontWeight="bold")
    return layer([{"study": mark.id}], bold, x={"value": across}, y={"value": down}, **name)


def statements(canvas: Canvas) -> Spec:
    """One lane for each kind of statement; a lane without any says that nothing is recorded."""
    rows = [_event(event, canvas) for event in canvas.evidence.events]
    lanes = {"field": "lane", "type": "nominal", "sort": None, "axis": {"title": None}}
    placed = {"x": canvas.x(labels=True), "y": lanes}
    mark = {"type": "point", "shape": "diamond", "size": 70, "stroke": INK}
    told = {"fill": _filled_if("known"), "href": {"field": "href"}, **SPOKEN}
    layers = [
        canvas.study_rules(labels=True),
        layer(rows, mark, **placed, **told),
        *(_names(rows, align, placed) for align in ("left", "right")),
    ]
    height = {"step": _LANE}
    return {"name": "panel-statements", "width": WIDTH, "height": height, "layer": layers}


def _names(rows: list[Spec], align: str, placed: Spec) -> Spec:
    """The words of those statements whose words go to one side, away from the nearer edge."""
    here = [row for row in rows if row["align"] == align]
    return layer(here, text(align, away=9), **placed, text={"field": "shown"})


def _event(event: Event, canvas: Canvas) -> Spec:
    dated = event.day is not None and event.known
    day = event.day or _day_of_the_undated(event, canvas)
    undated = " (not dated)" if event.known and not dated else ""
    return {
        "lane": event.lane,
        "day": day.isoformat(),
        "known": dated,
        "align": "left" if canvas.across(day) < WIDTH / 2 else "right",
        "shown": f"{'' if dated else '? '}{event.words}{undated}",
        "words": ": ".join(_said(event)),
        "href": canvas.href(event.source),
    }


def _day_of_the_undated(event: Event, canvas: Canvas) -> date:
    """What is known but not dated stands at the left; what is not known, where it is missed."""
    index = canvas.evidence.study("index")
    if event.known or index is None:
        return canvas.evidence.first if event.known else canvas.evidence.last
    return index.day


def _said(event: Event) -> Iterator[str]:
    when = event.day or ("not dated" if event.known else "")
    yield f"{event.lane}, {when}" if when else event.lane
    yield f"{event.words}; {event.source}" if event.source else event.words
