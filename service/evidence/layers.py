"""Layers of a panel, in few words: rows, a mark, and what of the rows it shows where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Spec = dict[str, Any]

SHOWN: Spec = {"filter": "indexof(hidden, datum.study) < 0"}
"""Leaves out the studies that the reader has taken away."""

SPOKEN: Spec = {"description": {"field": "words"}, "tooltip": {"field": "words"}}
"""A mark says what it is."""


def layer(rows: Sequence[Spec], mark: Spec, **encoding: Any) -> Spec:
    """A mark for each row; rows of a study vanish with it."""
    of_study = [SHOWN] if any("study" in row for row in rows) else []
    return {
        "data": {"values": list(rows)},
        "transform": of_study,
        "mark": mark,
        "encoding": encoding,
    }


def text(align: str = "left", away: float = 0, size: float = 12, **more: Any) -> Spec:
    """Words beside something; they are seen only, for what they stand beside says more."""
    beside = away if align == "left" else -away
    return {"type": "text", "align": align, "dx": beside, "fontSize": size, "aria": False, **more}


def as_it_is(field: str) -> Spec:
    """A field that holds what is drawn: no scale stands between."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}
