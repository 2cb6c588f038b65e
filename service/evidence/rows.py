"""What the plots and the tables beside them show: one frozen row for each datum.

A row carries the value, its unit, its day and the resource it came from, so that whatever is drawn
can be looked up. What was not measured, or not dated, is a row of its own: unknown is drawn as
unknown, not as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PRESENT, NOT_MEASURED = "measured", "not measured"


@dataclass(frozen=True)
class Point:
    """One value on the time axis.

    ``value`` is None where it was not measured at that study; ``phase`` is "not known" where the
    contrast phase is not.
    """

    panel: str  # "size", "attenuation", "sum", "mean", "marker"
    series: str  # the lesion, the marker, or what is summed
    day: date
    value: float | None
    unit: str
    phase: str = ""
    role: str = ""  # "target", "new", "not a target"
    source: str = ""  # "Observation/size-1"
    note: str = ""  # "preliminary"
    day_known: bool = True  # False: only the month or the year is recorded

    @property
    def state(self) -> str:
        """Whether there is a value."""
        return NOT_MEASURED if self.value is None else PRESENT


@dataclass(frozen=True)
class Band:
    """A threshold: a line across a panel, with what it means and where it comes from."""

    panel: str
    value: float
    unit: str
    words: str  # "+20 % from nadir: progression by RECIST 1.1"
    source: str  # the page of the rule book


@dataclass(frozen=True)
class Bar:
    """One line of therapy. ``start`` or ``end`` is None where it is not dated."""

    drug: str
    start: date | None
    end: date | None
    ongoing: bool
    leading: bool
    sources: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The time on the drug, in words."""
        begun = str(self.start) if self.start else "start not known"
        ended = "ongoing" if self.ongoing else str(self.end) if self.end else "end not known"
        return f"{begun} to {ended}"


@dataclass(frozen=True)
class Event:
    """A statement of a day: PET, performance status, biopsy, a procedure, disease elsewhere."""

    lane: str  # "PET", "ECOG", "elsewhere"
    day: date | None  # None: not dated
    words: str
    source: str


@dataclass(frozen=True)
class Window:
    """A stretch of days with a meaning: within it a marker rise is neutral."""

    panel: str
    start: date
    end: date
    words: str
    source: str


@dataclass(frozen=True)
class Evidence:
    """Everything that is drawn, in the order of time."""

    first: date
    last: date
    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    bars: tuple[Bar, ...]
    events: tuple[Event, ...]
    windows: tuple[Window, ...]
    studies: tuple[tuple[date, str], ...]  # every study of the liver that is compared

    def of_panel(self, panel: str) -> tuple[Point, ...]:
        """The points of one panel."""
        return tuple(point for point in self.points if point.panel == panel)
