"""What a value says of itself, to a screen reader and to whoever points at it."""

from __future__ import annotations

from service.evidence.rows import Point


def spoken(point: Point) -> str:
    """ "A · segment VI, 2026-06-05: 35 mm (phase portal venous, target); Observation/size-2"."""
    day = str(point.day) if point.day_known else f"about {point.day}, the day is not recorded"
    phase = f"phase {point.phase}" if point.phase else ""
    aside = ", ".join(part for part in (phase, point.role, point.note) if part)
    value = f"{point.value:g} {point.unit}" if point.value is not None else "not measured"
    source = f"; {point.source}" if point.source else ""
    return f"{point.series}, {day}: {value}{f' ({aside})' if aside else ''}{source}"
