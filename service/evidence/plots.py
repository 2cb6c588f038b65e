"""The rows as one Vega-Lite specification: panels over one time axis.

The browser draws it with a library that is served from here. Every mark says what it is in words,
for screen readers and for whoever points at it, and leads to the record it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.evidence.canvas import GROUND, INK, LINE, QUIET, WIDTH, Canvas
from service.evidence.curves import curves
from service.evidence.drugs import therapies
from service.evidence.lanes import statements, studies
from service.evidence.layers import Spec
from service.evidence.rows import Evidence


def specification(evidence: Evidence, records: Mapping[str, int]) -> Spec:
    """All panels, from the drugs at the top to the single statements at the bottom.

    Args:
        evidence: the rows.
        records: the number on the page of each resource, by reference.
    """
    canvas = Canvas(evidence, records)
    panels = [studies(canvas), therapies(canvas), *curves(canvas), statements(canvas)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "params": [{"name": "hidden", "value": []}],
        "vconcat": [panel for panel in panels if panel is not None],
        "spacing": 14,
        "bounds": "flush",
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
        "config": _CONFIG,
    }


_CONFIG: Spec = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"continuousWidth": WIDTH, "stroke": LINE, "fill": GROUND},
    "text": {"fill": INK, "fontSize": 12},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleLimit": 110,
        "labelLimit": 112,
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": LINE,
        "gridOpacity": 0.5,
        "domainColor": QUIET,
        "tickColor": QUIET,
    },
    "axisY": {"minExtent": 112},
}
