"""What changed on a page of the rule book: which number came into force on which day, for which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from rules.document.contents import Value


@dataclass(frozen=True)
class Change:
    """A number that came into force, and what stood before it; None where it was the first."""

    now: Value
    before: Value | None


def history(values: Sequence[Value]) -> list[tuple[date, list[Change]]]:
    """All changes by day, the newest day first."""
    found = sorted(_changes(values), key=lambda change: change.now.since, reverse=True)
    return [(day, list(part)) for day, part in groupby(found, lambda change: change.now.since)]


def _changes(values: Sequence[Value]) -> Iterator[Change]:
    for _, dated in groupby(values, lambda value: value.name):
        newest_first = list(dated)
        yield from map(Change, newest_first, (*newest_first[1:], None))
