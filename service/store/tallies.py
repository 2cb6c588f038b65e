"""The counts by day, read: for the operators' page and for metrics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from service.store.engines import Use
from service.store.latency import percentile
from service.store.store import Store
from service.store.tables import tally

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Tally:
    """How often something was so on a day."""

    day: date
    client: str
    service: str
    what: str
    name: str
    value: str
    times: int


@dataclass(frozen=True)
class Tallies:
    """Counts of some days, and sums over them."""

    rows: tuple[Tally, ...]

    def of(self, what: str) -> Tallies:
        """Those that say one thing: "call", "grade", "card", "withheld", "state", "latency"."""
        return Tallies(tuple(row for row in self.rows if row.what == what))

    def by(self, key: Callable[[Tally], K]) -> dict[K, int]:
        """The sums of all that share a key."""
        sums: defaultdict[K, int] = defaultdict(int)
        for row in self.rows:
            sums[key(row)] += row.times
        return dict(sums)

    @property
    def total(self) -> int:
        """The sum of all."""
        return sum(row.times for row in self.rows)

    def split(self, key: Callable[[Tally], K]) -> dict[K, Tallies]:
        """Those that share a key, together."""
        parts: defaultdict[K, list[Tally]] = defaultdict(list)
        for row in self.rows:
            parts[key(row)].append(row)
        return {name: Tallies(tuple(rows)) for name, rows in parts.items()}

    @property
    def histogram(self) -> dict[float, int]:
        """Of durations: the calls by the upper bound of their bucket, in milliseconds."""
        return self.of("latency").by(lambda row: float(row.value))

    def within(self, share: float) -> float | None:
        """How many milliseconds this share of calls stayed within; None without calls."""
        return percentile(share, self.histogram)


def read_tallies(store: Store, since: date | None = None) -> Tallies:
    """The counts since a day, or all.

    Raises:
        StoreAwayError: the store does not answer.
    """
    query = select(tally) if since is None else select(tally).where(tally.c.day >= since)
    ordered = query.order_by(tally.c.day, tally.c.client, tally.c.service)
    with store.transaction(Use.AT_LEISURE) as connection:
        return Tallies(tuple(_tallies(connection.execute(ordered))))


def _tallies(rows: Iterable[Iterable[object]]) -> Iterable[Tally]:
    return (Tally(*row) for row in rows)  # type: ignore[arg-type]
