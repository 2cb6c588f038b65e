"""Bands beyond a published threshold, and windows of days with a meaning."""

from __future__ import annotations

from collections.abc import Iterator

from service.evidence.canvas import BAND, INK, QUIET, SURGE, WIDTH, Canvas
from service.evidence.layers import SPOKEN, Spec, layer, text
from service.evidence.rows import Band, Window
from service.evidence.scale import Scale

_SMALL = 10.5


def band(threshold: Band, scale: Scale, y: Spec) -> Iterator[Spec]:
    """The values beyond a threshold, shaded; the threshold itself, named."""
    down = scale.down(threshold.value)
    edge, words_at = (0, down - 7) if threshold.above else (scale.height, down + 8)
    said = f"{threshold.words}, {threshold.value:.4g} {threshold.unit}"
    rows = [{"value": threshold.value, "words": said}]
    shade = {"type": "rect", "fill": BAND, "opacity": 0.22, "aria": False}
    rule = {"type": "rule", "strokeDash": [6, 4], "color": QUIET}
    across = {"x": {"value": 0}, "x2": {"value": WIDTH}}
    yield layer(rows, shade, y={"value": down}, y2={"value": edge}, **across)
    yield layer(rows, rule, y=y, **SPOKEN)
    name = {"x": {"value": 4}, "y": {"value": words_at}, "text": {"value": threshold.words}}
    yield layer(rows, text(size=_SMALL, fill=QUIET), **name)


def window(days: Window, canvas: Canvas, scale: Scale) -> Iterator[Spec]:
    """A stretch of days, shaded and named."""
    rows = [
        {"day": days.start.isoformat(), "end": days.end.isoformat(), "words": days.words},
    ]
    shade = {"type": "rect", "fill": SURGE, "opacity": 0.3}
    yield layer(rows, shade, x=canvas.x(), x2={"field": "end"}, **SPOKEN)
    name = {"y": {"value": scale.height - 8}, "text": {"field": "words"}}
    yield layer(rows, text(away=4, size=_SMALL, fill=INK), x=canvas.x(), **name)
