"""The pages of the criteria: their numbers with unit and source, and what they miss.

Read once by the caller and passed on. Every error names the page and the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

from rules.pages import PageError
from rules.strict_yaml import load_strict

SEEN, KNOWN, ASSUMED = "S", "K", "A"


@dataclass(frozen=True)
class Number:
    """A threshold: what it means, its unit and value, and the id of its source."""

    means: str
    unit: str
    value: Decimal
    source: str


@dataclass(frozen=True)
class Publication:
    """Where a number stands.

    ``tag``: S, the statement was seen in a public source (``seen_at``); K, known literature, not
    read again; A, an assumption of this product that clinicians must sign off.
    """

    tag: str
    title: str
    states: str
    authors: str = ""
    journal: str = ""
    year: int | None = None
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    seen_at: str = ""


@dataclass(frozen=True)
class CriterionPage:
    """One criterion: for whom it was made, its numbers, its sources, its known gaps."""

    id: str
    title: str
    version: str
    population: str
    numbers: Mapping[str, Number]
    sources: Mapping[str, Publication]
    misses: tuple[str, ...]

    def __getitem__(self, name: str) -> Decimal:
        """The value of a number.

        Raises:
            PageError: the page has no number of that name.
        """
        if name not in self.numbers:
            raise PageError(f"{self.id}.numbers: no {name!r}; add it to the page")
        return self.numbers[name].value


def load_criteria() -> Mapping[str, CriterionPage]:
    """All criteria by id, read anew on every call.

    Raises:
        PageError: a page is not as it must be.
        StrictYamlError: a page is not readable as YAML.
    """
    folder = files("rules.criteria") / "pages"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    pages = [read_criterion(f.read_text("utf-8"), f"rules/criteria/pages/{f.name}") for f in found]
    return {page.id: page for page in pages}


def read_criterion(text: str, place: str) -> CriterionPage:
    """Read one page; ``place`` is the path of its file, ``.../<id>.yaml``.

    Raises:
        PageError: a key is missing, unknown or of the wrong type, a number names a
            source that is not there, or the file is not named after its id.
        StrictYamlError: the text is not readable as YAML.
    """
    block = _Block(load_strict(text, place), place)
    block.only("id", "title", "version", "population", "numbers", "sources", "misses")
    page = CriterionPage(
        id=block.text("id"),
        title=block.text("title"),
        version=block.text("version"),
        population=block.text("population"),
        numbers={key: _number(inner) for key, inner in block.blocks("numbers")},
        sources={key: _publication(inner) for key, inner in block.blocks("sources")},
        misses=block.texts("misses"),
    )
    _check(page, place)
    return page


class _Block:
    """One mapping of a page, read with errors that name the place."""

    def __init__(self, raw: object, place: str) -> None:
        if not isinstance(raw, dict):
            raise PageError(f"{place}: expected a mapping")
        self._raw: dict[object, object] = raw
        self.place = place

    def only(self, *keys: str) -> None:
        unknown = sorted(str(key) for key in self._raw.keys() - set(keys))
        if unknown:
            raise PageError(f"{self.place}: unknown keys {unknown}; remove them")

    def text(self, key: str) -> str:
        value = self._raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise PageError(f"{self.place}.{key}: write it as text")
        return " ".join(value.split())

    def optional_text(self, key: str) -> str:
        return self.text(key) if key in self._raw else ""

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._raw.get(key)
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            raise PageError(f"{self.place}.{key}: write it as a list of sentences")
        return tuple(" ".join(v.split()) for v in values)

    def number(self, key: str) -> Decimal:
        value = self._raw.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise PageError(f"{self.place}.{key}: write it as a number")
        return Decimal(str(value))

    def optional_year(self, key: str) -> int | None:
        return int(self.number(key)) if key in self._raw else None

    def blocks(self, key: str) -> list[tuple[str, _Block]]:
        inner = _Block(self._raw.get(key), f"{self.place}.{key}")
        return [(str(k), _Block(v, f"{inner.place}.{k}")) for k, v in inner._raw.items()]


def _number(block: _Block) -> Number:
    block.only("means", "unit", "value", "source")
    return Number(
        means=block.text("means"),
        unit=block.text("unit"),
        value=block.number("value"),
        source=block.text("source"),
    )


def _publication(block: _Block) -> Publication:
    optional = ("authors", "journal", "pages", "doi", "pmid", "seen_at")
    block.only("tag", "title", "states", "year", *optional)
    tag = block.text("tag")
    if tag not in (SEEN, KNOWN, ASSUMED):
        raise PageError(f"{block.place}.tag: write S (seen), K (known) or A (assumed)")
    if tag == SEEN:
        block.text("seen_at")
    return Publication(
        tag=tag,
        title=block.text("title"),
        states=block.text("states"),
        year=block.optional_year("year"),
        **{key: block.optional_text(key) for key in optional},
    )


def _check(page: CriterionPage, place: str) -> None:
    if not place.endswith(f"/{page.id}.yaml"):
        raise PageError(f"{place}: holds the id {page.id!r}; name the file after it")
    named = {number.source for number in page.numbers.values()}
    missing = sorted(named - page.sources.keys())
    if missing:
        raise PageError(f"{place}.sources: no entry for {missing}; add one")
