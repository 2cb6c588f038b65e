"""What stands beside the lines: the last value of each, and what was not measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from service.evidence.canvas import GROUND, INK, WIDTH, Canvas
from service.evidence.layers import SPOKEN, Spec, as_it_is, layer, text
from service.evidence.rows import Evidence, Point
from service.evidence.scale import Scale
from service.evidence.spoken import spoken

_LINE = 14  # pixels that a line of words takes
_BETWEEN = " · "  # the letter of a lesion and its name


def labels(
    series: Mapping[str, Sequence[Point]], colours: Mapping[str, str], scale: Scale, drawn: Evidence
) -> Spec:
    """Each series named beside its last value, then → now, kept apart from one another."""
    wanted = sorted((scale.down(_value(_newest(of))), name) for name, of in series.items())
    rows: list[Spec] = []
    lowest = -1.0 * _LINE
    for down, name in wanted:
        lowest = max(down, lowest + _LINE)
        shown = _then_now(name, series[name], drawn)
        rows.append({"down": lowest, "colour": colours[name], "shown": shown})
    mark = text(fontWeight="bold", baseline="middle", limit=190)
    y = {"field": "down", "type": "quantitative", "scale": None, "axis": None}
    words = {"text": {"field": "shown"}, "color": as_it_is("colour")}
    return layer(rows, mark, x={"value": WIDTH + 8}, y=y, **words)


def _then_now(name: str, points: Sequence[Point], drawn: Evidence) -> str:
    """ "A 53 → 40 → 46 mm": baseline, smallest in between, index; or the newest value alone."""
    letter = f"{name.partition(_BETWEEN)[0]}  " if _BETWEEN in name else ""
    then, now = _ends(points, drawn)
    last = now or _newest(points)
    course = [then, *_lowest(then, now, points)] if then and now and then is not now else []
    before = "".join(f"{_number(point)} → " for point in course)
    return f"{letter}{before}{_number(last)} {last.unit}"


def _lowest(then: Point, now: Point, points: Sequence[Point]) -> Iterator[Point]:
    """The smallest value between two others, where it is below both: growth counts from there."""
    between = [p for p in points if then.day < p.day < now.day and p.phase == now.phase]
    lowest = min(between, key=_value, default=now)
    if _value(lowest) < min(_value(then), _value(now)):
        yield lowest


def _value(point: Point) -> float:
    return point.value or 0.0


def _ends(points: Sequence[Point], drawn: Evidence) -> tuple[Point | None, Point | None]:
    """The two values that are compared; of a marker, its first and its newest."""
    if points[0].panel == "marker":
        return min(points, key=lambda point: point.day), _newest(points)
    by_study = {point.study: point for point in points if point.compared}
    baseline, index = drawn.study("baseline"), drawn.study("index")
    return (
        by_study.get(baseline.id) if baseline else None,
        by_study.get(index.id) if index else None,
    )


def _newest(points: Iterable[Point]) -> Point:
    return max(points, key=lambda point: point.day)


def _number(point: Point) -> str:
    return f"{round(_value(point), 1):g}".replace("-", "−")


def not_measured(points: Iterable[Point], canvas: Canvas, scale: Scale) -> Iterator[Spec]:
    """A hollow mark with a question mark at the foot of the panel, one for each day."""
    lacking = sorted((p for p in points if p.value is None), key=lambda p: p.day)
    rows = [_lacking(tuple(group)) for _, group in groupby(lacking, lambda p: p.day)]
    if not rows:
        return
    ring = {"type": "point", "shape": "circle", "size": 190, "stroke": INK, "fill": GROUND}
    sign = text("center", fontWeight="bold", text="?")
    x, foot = canvas.x(), {"value": scale.height - 11}
    yield layer(rows, ring, x=x, y={"value": scale.height - 12}, **SPOKEN)
    yield layer(rows, sign, x=x, y=foot)
    yield layer(rows, text(away=11, size=11), x=x, y=foot, text={"field": "shown"})


def _lacking(group: Sequence[Point]) -> Spec:
    letters = [point.series.partition(_BETWEEN)[0] for point in group if _BETWEEN in point.series]
    words = "; ".join(spoken(point) for point in group)
    shown = f"{', '.join(letters)} not measured".lstrip()
    day, study = group[0].day.isoformat(), group[0].study
    return {"day": day, "study": study, "shown": shown, "words": words}
