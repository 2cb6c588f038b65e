"""All numbers of the rule book by name: what pages hold, as code asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from rules.pages import Page, PageError, Table


@dataclass(frozen=True)
class Numbers:
    """The numbers in force, by the name of their parameter; tables and lists by theirs."""

    values: Mapping[str, float]
    tables: Mapping[str, Table]
    lists: Mapping[str, tuple[Mapping[str, Any], ...]]

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The numbers of the parameters for reading, as sentences are filled in with them."""
        return {name: in_words(value) for name, value in self.values.items()}

    def __getitem__(self, name: str) -> float:
        """The number of a parameter.

        Raises:
            PageError: no page has it.
        """
        if name not in self.values:
            raise PageError(f"no page has a parameter {name!r}")
        return self.values[name]


def in_words(value: Decimal | float) -> str:
    """A number for reading: one decimal at most, none where it is whole."""
    rounded = round(float(value), 1)
    return f"{rounded:.0f}" if rounded.is_integer() else f"{rounded:.1f}"


def numbers_of(pages: Iterable[Page]) -> Numbers:
    """Gather the numbers of all pages.

    Raises:
        PageError: two pages use one name.
    """
    values: dict[str, float] = {}
    tables: dict[str, Table] = {}
    lists: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for page in pages:
        _add(values, {k: p.in_force.value for k, p in page.parameters.items()}, page.id)
        _add(tables, page.tables, page.id)
        _add(lists, page.lists, page.id)
    return Numbers(values, tables, lists)


def _add(into: dict[str, Any], more: Mapping[str, Any], page: str) -> None:
    twice = into.keys() & more.keys()
    if twice:
        raise PageError(f"page {page}: {sorted(twice)} stand on another page too; rename one")
    into.update(more)
