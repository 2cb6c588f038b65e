"""From single records of a drug to the line of therapy that the index study falls into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rules.clinical_facts import AgentUse
from rules.dates import Days, PartialDate, days_between
from rules.exposure import CHECKPOINT_INHIBITOR
from rules.numbers import Numbers
from rules.timeline import Course, Therapy


@dataclass(frozen=True)
class Line:
    """One line of one ingredient. ``last_dose`` is None while ongoing or where undated.

    ``gaps`` are the interruptions inside the line: last day on the drug, first day on it again.
    """

    ingredient: str
    start: PartialDate | None
    last_dose: PartialDate | None
    ongoing: bool
    gaps: tuple[tuple[PartialDate, PartialDate], ...]
    periods: bool  # recorded as periods, so that a gap between two of them means something
    sources: tuple[str, ...]

    @property
    def last_dose_undated(self) -> bool:
        """Over, but nobody says since when."""
        return not self.ongoing and self.last_dose is None


def lines_at(therapies: Iterable[Therapy], day: PartialDate, numbers: Numbers) -> tuple[Line, ...]:
    """The line of each ingredient that a day falls into or follows; none that begins later."""
    records: dict[str, list[Therapy]] = {}
    for therapy in therapies:
        if therapy.start is None or therapy.start.earliest <= day.latest:
            records.setdefault(therapy.ingredient, []).append(therapy)
    return tuple([_current_line(name, records[name], numbers) for name in sorted(records)])


def _current_line(ingredient: str, records: Sequence[Therapy], numbers: Numbers) -> Line:
    dated = sorted([r for r in records if r.start is not None], key=_start)
    undated = [r for r in records if r.start is None]
    current: list[Therapy] = []
    for record in dated:
        restarted = current and _gap(current, record) >= numbers["line_gap"]
        if restarted or _escalated(current, record):
            current = []
        current.append(record)
    return _line(ingredient, current, undated)


def _start(record: Therapy) -> tuple[date, date]:
    assert record.start is not None  # noqa: S101 - only dated records are sorted
    return record.start.earliest, record.start.latest


def _end(record: Therapy) -> PartialDate | None:
    """The last day that a record itself vouches for; a dose is its own end."""
    return record.end or (record.start if record.course is Course.DOSE else None)


def _gap(before: Sequence[Therapy], record: Therapy) -> int:
    """Days without the drug for certain; an unknown end is no known gap."""
    ends = [_end(r) for r in before]
    if record.start is None or any(end is None for end in ends):
        return 0
    return min(days_between(end, record.start).low for end in ends if end is not None)


def _escalated(before: Sequence[Therapy], record: Therapy) -> bool:
    """Whether more is taken a day than ever before in the line; an unknown dose is no escalation."""
    known = [r.daily_mg for r in before if r.daily_mg is not None]
    return bool(known) and record.daily_mg is not None and record.daily_mg > max(known)


def _line(ingredient: str, dated: Sequence[Therapy], undated: Sequence[Therapy]) -> Line:
    records = (*dated, *undated)
    ends = [_end(r) for r in records]
    known_ends = [end for end in ends if end is not None]
    ongoing = [r for r in records if r.ongoing and not r.paused]
    last = max(known_ends, key=lambda d: d.latest, default=None)
    is_ongoing, contradicted = bool(ongoing), _contradicted(ongoing, records)
    open_ended = [r for r, end in zip(records, ends, strict=True) if not r.ongoing and end is None]
    doses = Course.DOSE in [r.course for r in records]
    undatable = contradicted or (bool(open_ended) and not doses)
    return Line(
        ingredient=ingredient,
        start=dated[0].start if dated else None,
        last_dose=None if undatable or is_ongoing else last,
        ongoing=is_ongoing and not contradicted,
        gaps=_gaps(dated),
        periods=not doses,
        sources=tuple([r.source.reference for r in records]),
    )


def _contradicted(ongoing: Sequence[Therapy], records: Sequence[Therapy]) -> bool:
    """One record says the drug goes on, another that it ended after that one began."""
    ended = [r.end for r in records if r.end is not None and r.course is Course.STATEMENT]
    return bool(ongoing) and any(
        all(o.start is None or o.start.earliest <= end.earliest for o in ongoing) for end in ended
    )


def _gaps(dated: Sequence[Therapy]) -> tuple[tuple[PartialDate, PartialDate], ...]:
    periods = [r for r in dated if r.course is not Course.DOSE]
    return tuple(
        (before.end, after.start)
        for before, after in pairwise(periods)
        if before.end is not None and after.start is not None
    )


def agent_use(line: Line, group: str, day: PartialDate, numbers: Numbers) -> AgentUse | None:
    """How long on the line, and since when off it, on a day.

    A date too coarse to tell on which side of a threshold it falls counts as undated. None where
    the line certainly begins after the day.
    """
    since_start = days_between(line.start, day) if line.start else None
    if since_start is not None and since_start.high < 0:
        return None
    return AgentUse(
        line.ingredient,
        group,
        line_days=_certain(since_start, _line_thresholds(numbers)),
        last_dose_days=_last_dose_days(line, group, day, numbers),
    )


def _line_thresholds(numbers: Numbers) -> tuple[float, ...]:
    names = ("minimum_exposure", "late_exposure_start", "late_exposure_end")
    return (0, *(numbers[name] for name in names))


def _last_dose_days(line: Line, group: str, day: PartialDate, numbers: Numbers) -> int | None:
    if line.ongoing:
        return 0
    if line.last_dose is None:
        return None
    window = (
        numbers["checkpoint_inhibitor_window"]
        if group == CHECKPOINT_INHIBITOR
        else numbers.tables["washout"].of(line.ingredient)
    )
    days = _certain(days_between(line.last_dose, day), (window,))
    return None if days is None else max(days, 0)


def _certain(days: Days | None, thresholds: Iterable[float]) -> int | None:
    if days is None or days.crosses(thresholds):
        return None
    return days.low


def too_coarse(line: Line, use: AgentUse) -> bool:
    """Whether a date is there but too coarse to be used."""
    return (line.start is not None and use.line_days is None) or (
        line.last_dose is not None and use.last_dose_days is None
    )
