"""Two records of one thing: the same value counts once, two values count as none."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import Protocol, TypeVar

from rules.timeline import Source
from service.extract.notes import Notes


class Sourced(Protocol):
    """A value with the record it came from."""

    @property
    def source(self) -> Source:
        """The record."""


Fact = TypeVar("Fact", bound=Sourced)


def settled(
    facts: Iterable[Fact],
    subject: Callable[[Fact], Hashable],
    value: Callable[[Fact], Decimal | int],
    what: Callable[[Fact], str],
    notes: Notes,
) -> tuple[Fact, ...]:
    """One fact of each subject.

    Of records that agree the one without a reservation stays, then the first by reference.
    Records that disagree are all left out and named with ``what`` they are about: which of two
    live results is right is not for a rule to guess.
    """
    groups: dict[Hashable, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(subject(fact), []).append(fact)
    kept: list[Fact] = []
    for group in groups.values():
        if len(group) == 1:
            kept += group
            continue
        if len({value(fact) for fact in group}) == 1:
            kept.append(min(group, key=lambda f: (bool(f.source.note), f.source.reference)))
            continue
        for fact in group:
            notes.cannot_read(fact.source.reference, f"conflict: two values for {what(fact)}")
    return tuple(kept)
