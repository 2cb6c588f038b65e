"""What the plots and the tables beside them show: one frozen row for each datum.

A row carries the value, its unit, its day and the resource it came from, so that whatever is drawn
can be looked up. What was not measured, or not dated, is a row of its own: unknown is drawn as
unknown, not as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PRESENT, NOT_MEASURED = "measured", "not measured"
NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Point:
    """One value on the time axis.

    ``value`` is None where it was not measured at that study; ``phase`` is "not known" where the
    contrast phase is not.
    """

    panel: str  # "size", "attenuation", "sum", "mean", "marker"
    series: str  # "A · segment VI", the marker, or what is summed
    day: date
    value: float | None
    unit: str
    phase: str = ""
    role: str = ""  # "target", "new", "not a target"
    source: str = ""  # "Observation/size-1"
    note: str = ""  # "preliminary"
    day_known: bool = True  # False: only the month or the year is recorded
    study: str = ""  # the id of the study that it was measured at
    compared: bool = False  # whether it is one of the values that the assessment compares

    @property
    def state(self) -> str:
        """Whether there is a value."""
        return NOT_MEASURED if self.value is None else PRESENT


@dataclass(frozen=True)
class Band:
    """A stretch of values with a meaning: from a threshold up, or from it down."""

    panel: str
    value: float
    unit: str
    words: str  # "+20 % from nadir: progression by RECIST 1.1"
    source: str  # the page of the rule book
    above: bool = False  # whether the values above the threshold are meant


@dataclass(frozen=True)
class Bar:
    """One line of therapy. ``start`` or ``end`` is None where it is not dated."""

    drug: str
    start: date | None
    end: date | None
    ongoing: bool
    leading: bool
    sources: tuple[str, ...] = ()
    begun: str = ""  # as precise as it is recorded: "2026-05"
    earliest: date | None = None  # before ``start`` where the day of it is not recorded
    gaps: tuple[tuple[date, date], ...] = ()  # interruptions: last day on it, first day on it again

    @property
    def words(self) -> str:
        """The time on the drug, in words."""
        begun = (self.begun or str(self.start)) if self.start else "start not known"
        ended = "ongoing" if self.ongoing else str(self.end) if self.end else "end not known"
        paused = f", {len(self.gaps)} interruption{'s' * (len(self.gaps) > 1)}" if self.gaps else ""
        return f"{begun} to {ended}{paused}"


@dataclass(frozen=True)
class Event:
    """A statement of a day: PET, performance status, biopsy, a procedure, disease elsewhere."""

    lane: str  # "PET", "ECOG", "elsewhere"
    day: date | None  # None: not dated
    words: str
    source: str
    known: bool = True  # False: nothing of this kind is recorded


@dataclass(frozen=True)
class Window:
    """A stretch of days with a meaning: within it a marker rise is neutral."""

    panel: str
    start: date
    end: date
    words: str
    source: str


@dataclass(frozen=True)
class StudyMark:
    """A study of the liver: what was compared, or could have been."""

    id: str
    day: date
    modality: str  # "CT", "modality not known"
    role: str  # "baseline", "index", "followed", ""
    recorded: bool  # False: measurements of a day that name no study

    @property
    def words(self) -> str:
        """The study as it is named beside its mark."""
        role = f" {self.role}" if self.role in ("baseline", "index") else ""
        return f"{self.day} {self.modality}{role}{'' if self.recorded else ' (no study recorded)'}"


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
    studies: tuple[StudyMark, ...]  # every study of the liver

    def of_panel(self, panel: str) -> tuple[Point, ...]:
        """The points of one panel."""
        return tuple(point for point in self.points if point.panel == panel)

    def study(self, role: str) -> StudyMark | None:
        """The study with a role in the comparison."""
        return next((study for study in self.studies if study.role == role), None)
