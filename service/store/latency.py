"""Durations as a histogram: how many calls took at most so many milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

# Upper bounds in milliseconds, each about a quarter above the last: a percentile is off by no more.
BOUNDS = (
    *(1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0),
    *(10.0, 12.5, 16.0, 20.0, 25.0, 32.0, 40.0, 50.0, 63.0, 80.0),
    *(100.0, 125.0, 160.0, 200.0, 250.0, 320.0, 400.0, 500.0, 630.0, 800.0),
    *(1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3200.0, 4000.0, 5000.0, 10_000.0, inf),
)


def bound_of(milliseconds: float) -> float:
    """The upper bound of the bucket that a duration falls into."""
    return next(bound for bound in BOUNDS if milliseconds <= bound)


def percentile(share: float, histogram: Mapping[float, int]) -> float | None:
    """The upper bound, in milliseconds, that this share of calls stayed within; None without calls."""
    wanted, seen = share * sum(histogram.values()), 0
    for bound in sorted(histogram):
        seen += histogram[bound]
        if seen >= wanted:
            return bound
    return None
