"""Dates as precise as they were recorded, and the days between them as intervals."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?")


@dataclass(frozen=True)
class Days:
    """A number of days, known to lie between ``low`` and ``high`` (equal where it is known)."""

    low: int
    high: int

    def crosses(self, thresholds: Iterable[float]) -> bool:
        """Whether the day matters: some threshold holds at one end of the interval only."""
        return self.low != self.high and any(
            (self.low >= t) != (self.high >= t) or (self.low > t) != (self.high > t)
            for t in thresholds
        )


@dataclass(frozen=True)
class PartialDate:
    """A date known to the day, or only to its month or year: the interval of days it may be."""

    earliest: date
    latest: date

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read a FHIR date or dateTime, as precise as it is; the day is the one written.

        Raises:
            ValueError: the text is not a date.
        """
        match = _DATE.fullmatch(text.strip())
        if match is None:
            raise ValueError("not a FHIR date")
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None  # noqa: S101 - the pattern requires it
        if month is None:
            return cls(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        return cls.on(date(year, month, day))

    @classmethod
    def on(cls, day: date) -> PartialDate:
        """A date known to the day."""
        return cls(day, day)

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return self.earliest == self.latest

    def shifted(self, days: int) -> PartialDate:
        """The same date moved by a number of days."""
        step = timedelta(days=days)
        return PartialDate(self.earliest + step, self.latest + step)

    def __str__(self) -> str:
        if self.exact:
            return self.earliest.isoformat()
        if self.earliest.month == self.latest.month:
            return f"{self.earliest:%Y-%m}"
        return f"{self.earliest:%Y}"


def days_between(start: PartialDate, end: PartialDate) -> Days:
    """Days from ``start`` to ``end``, negative where ``end`` is earlier."""
    return Days((end.earliest - start.latest).days, (end.latest - start.earliest).days)
