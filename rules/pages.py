"""The rule book's pages: strict YAML in, typed and checked pages out.

A page holds what a clinician reads: the question, the numbers with unit and source, the sentence
of each rule, the sources, and what is known to be missed. Every error names the file and the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from rules.strict_yaml import load_strict


class PageError(ValueError):
    """A page of the rule book is not as it must be; the message says where and what to do."""


@dataclass(frozen=True)
class DatedValue:
    """A value of a parameter, from a day on, with the id of its source."""

    since: date
    value: float
    source: str


@dataclass(frozen=True)
class Parameter:
    """A number of the rule book. ``row`` is set for one line of a table (``washout[imatinib]``)."""

    name: str
    means: str
    unit: str
    values: tuple[DatedValue, ...]

    @property
    def in_force(self) -> DatedValue:
        """The newest value."""
        return max(self.values, key=lambda v: v.since)


@dataclass(frozen=True)
class Table:
    """Numbers of one meaning by name, with a value for every other name."""

    name: str
    means: str
    unit: str
    source: str
    rows: Mapping[str, float]
    otherwise: float | None

    def of(self, name: str) -> float:
        """The number for a name.

        Raises:
            PageError: the table has neither this row nor a value for all others.
        """
        value = self.rows.get(name, self.otherwise)
        if value is None:
            raise PageError(f"table {self.name} has no row {name!r}; add it to its page")
        return value


@dataclass(frozen=True)
class ItemText:
    """The words of one rule: its title, the sentence it puts on a card, its source."""

    code: str
    title: str
    says: str
    source: str


@dataclass(frozen=True)
class SourceNote:
    """Where something stands: [S] seen, [K] known literature, [A] assumption to be signed off."""

    id: str
    title: str
    place: str
    states: str
    tag: str


@dataclass(frozen=True)
class Page:
    """One page of the rule book."""

    id: str
    title: str
    version: str
    status: str
    asks: str
    says: str
    rationale: str
    parameters: Mapping[str, Parameter]
    tables: Mapping[str, Table]
    items: Mapping[str, ItemText]
    lists: Mapping[str, tuple[Mapping[str, Any], ...]]
    sources: Mapping[str, SourceNote]
    misses: tuple[str, ...]
    review_due: date


_TEXTS = ("title", "version", "status", "asks", "says", "rationale")
_KEYS = {*_TEXTS, "id", "parameters", "tables", "items", "lists", "sources", "misses", "review_due"}


class _Reader:
    """Reads one mapping with errors that name the place."""

    def __init__(self, raw: object, place: str) -> None:
        if not isinstance(raw, dict):
            raise PageError(f"{place}: expected a mapping")
        self.raw, self.place = raw, place

    def only(self, allowed: Iterable[str]) -> None:
        unknown = set(self.raw) - set(allowed)
        if unknown:
            raise PageError(f"{self.place}: unknown keys {sorted(unknown)}")

    def get(self, key: str, kind: type[Any] | tuple[type[Any], ...]) -> Any:
        value = self.raw.get(key)
        if value is None or not isinstance(value, kind) or value == "":
            raise PageError(f"{self.place}.{key}: missing, empty or of the wrong type")
        return value

    def children(self, key: str) -> Iterable[tuple[str, _Reader]]:
        block = self.raw.get(key, {})
        if not isinstance(block, dict):
            raise PageError(f"{self.place}.{key}: expected a mapping")
        return ((str(k), _Reader(v, f"{self.place}.{key}.{k}")) for k, v in block.items())


def read_page(text: str, place: str) -> Page:
    """Read one page.

    Raises:
        PageError: something is missing, unknown, of the wrong type, or an unknown source is named.
    """
    reader = _Reader(load_strict(text, place), place)
    reader.only(_KEYS)
    page = Page(
        id=reader.get("id", str),
        **{key: reader.get(key, str) for key in _TEXTS},
        parameters={k: _parameter(k, r) for k, r in reader.children("parameters")},
        tables={k: _table(k, r) for k, r in reader.children("tables")},
        items={k: _item(k, r) for k, r in reader.children("items")},
        lists=_lists(reader),
        sources={k: _source(k, r) for k, r in reader.children("sources")},
        misses=tuple(reader.get("misses", list)),
        review_due=reader.get("review_due", date),
    )
    _check_sources(page, place)
    return page


def _parameter(name: str, reader: _Reader) -> Parameter:
    reader.only(("means", "unit", "values"))
    values = [_Reader(v, f"{reader.place}.values") for v in reader.get("values", list)]
    return Parameter(
        name,
        reader.get("means", str),
        reader.get("unit", str),
        tuple(
            DatedValue(
                v.get("since", date), float(v.get("value", (int, float))), v.get("source", str)
            )
            for v in values
        ),
    )


def _table(name: str, reader: _Reader) -> Table:
    reader.only(("means", "unit", "source", "rows", "otherwise"))
    rows = reader.get("rows", dict)
    otherwise = reader.raw.get("otherwise")
    return Table(
        name,
        reader.get("means", str),
        reader.get("unit", str),
        reader.get("source", str),
        {str(k): float(v) for k, v in rows.items()},
        None if otherwise is None else float(otherwise),
    )


def _item(code: str, reader: _Reader) -> ItemText:
    reader.only(("title", "says", "source"))
    title, says, source = (reader.get(key, str) for key in ("title", "says", "source"))
    return ItemText(code, title, says, source)


def _source(name: str, reader: _Reader) -> SourceNote:
    reader.only(("title", "place", "states", "tag"))
    tag = reader.get("tag", str)
    if tag not in ("S", "K", "A"):
        raise PageError(f"{reader.place}.tag: {tag!r} is none of S (seen), K (known), A (assumed)")
    title, place, states = (reader.get(key, str) for key in ("title", "place", "states"))
    return SourceNote(name, title, place, states, tag)


def _lists(reader: _Reader) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    block = reader.raw.get("lists", {})
    return {
        name: tuple(_Reader(row, f"{reader.place}.lists.{name}").raw for row in rows)
        for name, rows in block.items()
    }


def sources_named(page: Page) -> set[str]:
    """The ids of all sources that something on the page rests on."""
    return (
        {v.source for p in page.parameters.values() for v in p.values}
        | {t.source for t in page.tables.values()}
        | {i.source for i in page.items.values()}
        | {row["source"] for rows in page.lists.values() for row in rows if "source" in row}
    )


def _check_sources(page: Page, place: str) -> None:
    unknown = sources_named(page) - set(page.sources)
    if unknown:
        raise PageError(f"{place}: no entry under sources for {sorted(unknown)}")


def load_pages() -> tuple[Page, ...]:
    """All pages of the catalog, by folder name."""
    catalog = files("rules") / "catalog"
    folders = sorted(
        (f for f in catalog.iterdir() if (f / "page.yaml").is_file()), key=lambda f: f.name
    )
    return tuple(
        read_page((f / "page.yaml").read_text("utf-8"), f"rules/catalog/{f.name}/page.yaml")
        for f in folders
    )
