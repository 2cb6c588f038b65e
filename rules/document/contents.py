"""What a page of the rule book says, in words and in order, whoever shows it: a document or a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.condition_words import Threshold
from rules.pages import Page, SourceNote


@dataclass(frozen=True)
class Way:
    """One way in which a rule comes about: its id, and its conditions, all of which must hold."""

    id: str
    conditions: str
    asks: tuple[Threshold, ...]


@dataclass(frozen=True)
class RuleWords:
    """A rule: its sentence with the numbers filled in, where it stands, and its ways.

    What a patient's data fill in stands in brackets. ``numbers`` are those that its conditions and
    its sentence name, each once; some stand on another page.
    """

    code: str
    title: str
    says: str
    source: SourceNote
    ways: tuple[Way, ...]
    numbers: tuple[Threshold, ...]


@dataclass(frozen=True)
class Value:
    """A number from a day on, as it is printed; ``in_force`` is false once a newer one stands."""

    name: str
    means: str
    amount: str
    unit: str
    since: date
    source: SourceNote
    in_force: bool

    @property
    def text(self) -> str:
        """The number with its unit."""
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True)
class Row:
    """A row of a table, with its own source or that of the table."""

    cells: tuple[str, ...]
    source: SourceNote


@dataclass(frozen=True)
class Grid:
    """A table of a page: many numbers of one meaning, or a list."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class CaseWords:
    """A worked case: its sentence, what is given beyond what all cases share, what it leads to."""

    name: str
    given: str
    grade: str
    because: str
    finds: tuple[str, ...]
    not_finds: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """Everything on one page. ``tables`` hold numbers, ``lists`` hold what else is tabled.

    ``nameless`` are the rules that put no sentence on a card; ``common`` is what every case shares.
    """

    page: Page
    rules: tuple[RuleWords, ...]
    nameless: tuple[Way, ...]
    values: tuple[Value, ...]
    tables: tuple[Grid, ...]
    lists: tuple[Grid, ...]
    common: str
    cases: tuple[CaseWords, ...]
