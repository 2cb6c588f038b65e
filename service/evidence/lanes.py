"""The rows over time that hold no number: studies, drugs, statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.evidence.canvas import ACCENT, GROUND, INK, QUIET, SHOWN, SPOKEN, WIDTH, Canvas, Spec
from service.evidence.rows import Bar, Event, StudyMark

_LANE = 19
_STUDY_WORDS = 150  # pixels that the name of a study takes


def studies(canvas: Canvas) -> Spec | None:
    """The days on which the liver was looked at; those that are compared are named."""
    marks = canvas.evidence.studies
    if not marks:
        return None
    x = canvas.x()
    y: Spec = {"field": "lane", "type": "nominal", "axis": {"title": None}}
    data: Spec = {"data": {"values": list(_study_rows(canvas))}, "transform": [SHOWN]}
    return {
        "name": "panel-studies",
        "width": WIDTH,
        "height": 2 * _LANE,
        "layer": [
            canvas.study_rules(),
            {
                **data,
                "mark": {"type": "point", "shape": "square", "size": 60, "stroke": INK},
                "encoding": {
                    "x": x,
                    "y": y,
                    "fill": {
                        "condition": {"test": "datum.compared", "value": INK},
                        "value": GROUND,
                    },
                    "href": {"field": "href"},
                    **SPOKEN,
                },
            },
            *(_study_name(canvas, mark) for mark in _named(marks)),
        ],
    }


def _study_rows(canvas: Canvas) -> Iterator[Spec]:
    for mark in canvas.evidence.studies:
        yield {
            "lane": "liver studies",
            "day": mark.day.isoformat(),
            "study": mark.id,
            "compared": mark.role in ("baseline", "index"),
            "href": canvas.href(mark.id),
            "words": f"study {mark.words}",
        }


def _named(marks: tuple[StudyMark, ...]) -> list[StudyMark]:
    return [mark for mark in marks if mark.role in ("baseline", "index")]


def _study_name(canvas: Canvas, mark: StudyMark) -> Spec:
    """Baseline above the marks, index below them, so that two near days do not collide."""
    across = canvas.across(mark.day)
    align = "left" if across < WIDTH - _STUDY_WORDS else "right"
    return {
        "data": {"values": [{"study": mark.id}]},
        "transform": [SHOWN],
        "mark": {
            "type": "text",
            "align": align,
            "dx": 8 if align == "left" else -8,
            "fontSize": 11,
            "fontWeight": "bold",
            "aria": False,
        },
        "encoding": {
            "x": {"value": across},
            "y": {"value": 9 if mark.role == "baseline" else 2 * _LANE - 8},
            "text": {"value": f"{mark.role} {mark.day} {mark.modality}"},
        },
    }


def therapies(canvas: Canvas) -> Spec:
    """A bar for the time on each drug; what is not dated reaches to the edge, dashed."""
    rows = [row for bar in canvas.evidence.bars for row in _pieces(bar, canvas)]
    rows = rows or [_no_drug(canvas)]
    y: Spec = {"field": "drug", "type": "nominal", "sort": None, "axis": {"title": None}}
    dated = {"condition": {"test": "datum.dated", "value": [1, 0]}, "value": [4, 3]}
    fill = [
        {"test": "!datum.dated", "value": GROUND},
        {"test": "datum.leading", "value": ACCENT},
    ]
    return {
        "name": "panel-therapies",
        "width": WIDTH,
        "height": {"step": _LANE + 5},
        "data": {"values": rows},
        "layer": [
            canvas.study_rules(),
            {
                "mark": {"type": "bar", "height": 17, "fillOpacity": 0.3, "stroke": INK},
                "encoding": {
                    "x": canvas.x(),
                    "x2": {"field": "end"},
                    "y": y,
                    "strokeDash": dated,
                    "fill": {"condition": fill, "value": QUIET},
                    "href": {"field": "href"},
                    **SPOKEN,
                },
            },
            {
                "transform": [{"filter": "datum.label !== ''"}],
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 11.5, "aria": False},
                "encoding": {"x": canvas.x(), "y": y, "text": {"field": "label"}},
            },
        ],
    }


def _no_drug(canvas: Canvas) -> Spec:
    words = "? no drug of the question on record"
    return _piece("drug", (canvas.edge, canvas.evidence.last), words, words, dated=False)


def _pieces(bar: Bar, canvas: Canvas) -> Iterator[Spec]:
    """The bar without its interruptions, before it the days on which it may have begun."""
    begun = bar.start or canvas.edge
    ended = max(begun, bar.end or canvas.evidence.last)
    drug = f"{bar.drug}{' *' if bar.leading else ''}"
    words = f"{bar.drug}: {bar.words}"
    dated = bar.start is not None and (bar.ongoing or bar.end is not None)
    label = bar.words if dated and bar.earliest is None else f"? {bar.words}"
    href, leading = canvas.href(*bar.sources), bar.leading
    if bar.earliest is not None:
        unsure = f"{bar.drug}: begun between {bar.earliest} and {begun}, the day is not recorded"
        yield _piece(drug, (bar.earliest, begun), label, unsure, False, href, leading)
        label = ""
    starts = (begun, *(again for _, again in bar.gaps))
    ends = (*(last for last, _ in bar.gaps), ended)
    for start, end in zip(starts, ends, strict=True):
        yield _piece(drug, (start, max(start, end)), label, words, dated, href, leading)
        label = ""


def _piece(  # noqa: PLR0913, PLR0917 - one row of data
    drug: str,
    days: tuple[date, date],
    label: str,
    words: str,
    dated: bool,
    href: str = "",
    leading: bool = False,
) -> Spec:
    return {
        "drug": drug,
        "day": days[0].isoformat(),
        "end": days[1].isoformat(),
        "dated": dated,
        "leading": leading,
        "label": label,
        "words": words,
        "href": href,
    }


def statements(canvas: Canvas) -> Spec:
    """One lane for each kind of statement; a lane without any says that nothing is recorded."""
    rows = [_event(event, canvas) for event in canvas.evidence.events]
    x = canvas.x(labels=True)
    lanes: Spec = {"field": "lane", "type": "nominal", "sort": None, "axis": {"title": None}}
    known = {"condition": {"test": "datum.known", "value": INK}, "value": GROUND}
    text = {"type": "text", "fontSize": 12, "aria": False}
    words = {"x": x, "y": lanes, "text": {"field": "shown"}}
    return {
        "name": "panel-statements",
        "width": WIDTH,
        "height": {"step": _LANE},
        "data": {"values": rows},
        "layer": [
            canvas.study_rules(labels=True),
            {
                "mark": {"type": "point", "shape": "diamond", "size": 70, "stroke": INK},
                "encoding": {
                    "x": x,
                    "y": lanes,
                    "fill": known,
                    "href": {"field": "href"},
                    **SPOKEN,
                },
            },
            {
                "transform": [{"filter": "datum.left"}],
                "mark": {**text, "align": "left", "dx": 9},
                "encoding": words,
            },
            {
                "transform": [{"filter": "!datum.left"}],
                "mark": {**text, "align": "right", "dx": -9},
                "encoding": words,
            },
        ],
    }


def _event(event: Event, canvas: Canvas) -> Spec:
    index = canvas.evidence.study("index")
    unknown = index.day if index else canvas.evidence.last
    day = event.day or (canvas.evidence.first if event.known else unknown)
    dated = event.day is not None and event.known
    undated = " (not dated)" if event.known and not dated else ""
    source = f"; {event.source}" if event.source else ""
    when = event.day or ("not dated" if event.known else "")
    return {
        "lane": event.lane,
        "day": day.isoformat(),
        "known": dated,
        "left": canvas.across(day) < WIDTH / 2,
        "shown": f"{'' if dated else '? '}{event.words}{undated}",
        "words": f"{event.lane}{f', {when}' if when else ''}: {event.words}{source}",
        "href": canvas.href(event.source),
    }
