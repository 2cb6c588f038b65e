"""Finding a sentence of the rule book by words: in rules, numbers, tables, cases, gaps and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from rules.criteria.pages import CriterionPage
from rules.document.contents import CaseWords, Contents, Grid, RuleWords

LONGEST = 100
"""How much of a question is read, in characters."""


class Kind(str, Enum):
    """What a passage is, in the order in which found ones are listed."""

    RULE = "rule"
    NUMBER = "number"
    TABLE = "table"
    CASE = "case"
    PAGE = "page"
    GAP = "gap"
    SOURCE = "source"


@dataclass(frozen=True)
class Passage:
    """A sentence that can be found, and where it stands.

    Attributes:
        page: the id of its page; ``criterion``: whether that is of a published criterion.
        anchor: its place on the page; empty for the page itself.
        name: what it is called: the code of a rule, the title of a table.
        text: the sentence.
        beside: what it is found by as well and which is not shown.
    """

    kind: Kind
    page: str
    page_title: str
    criterion: bool
    anchor: str
    name: str
    text: str
    beside: str = ""

    def has(self, words: Sequence[str]) -> bool:
        """Whether every word stands in it."""
        text = f"{self.name} {self.text} {self.beside}".casefold()
        return all(word in text for word in words)

    def called(self, words: Sequence[str]) -> bool:
        """Whether its name is what was asked for."""
        return self.name.casefold().split() == list(words)


def words_of(question: str) -> tuple[str, ...]:
    """The words that are looked for."""
    return tuple(dict.fromkeys(question[:LONGEST].casefold().split()))


def found(passages: Iterable[Passage], question: str) -> tuple[Passage, ...]:
    """The passages that have every word: what is called so first, then by kind, then as they stand."""
    words, kinds = words_of(question), list(Kind)
    hits = [passage for passage in passages if words and passage.has(words)]
    return tuple(sorted(hits, key=lambda hit: (not hit.called(words), kinds.index(hit.kind))))


def pieces(text: str, words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """A text cut into what was looked for (true) and what stands between."""
    lower, begun = text.lower(), 0
    while begun < len(text):
        hits = ((lower.find(word, begun), -len(word)) for word in words)
        place, length = min((hit for hit in hits if hit[0] >= 0), default=(len(text), 0))
        if place > begun:
            yield text[begun:place], False
        if length:
            yield text[place : place - length], True
        begun = place - length


def passages_of(has: Contents) -> Iterator[Passage]:
    """Everything on a page that can be found."""
    page = has.page

    def at(kind: Kind, anchor: str, name: str, text: str, beside: str = "") -> Passage:
        return Passage(kind, page.id, page.title, False, anchor, name, text, beside)

    yield at(Kind.PAGE, "", page.id, f"{page.asks} {page.says} {page.rationale}", page.title)
    yield from (at(Kind.RULE, rule.code, rule.code, _said(rule), _ways(rule)) for rule in has.rules)
    yield from (at(Kind.RULE, way.id, way.id, way.conditions) for way in has.nameless)
    for value in has.values:
        text = f"{value.means}: {value.text}, since {value.since}"
        yield at(Kind.NUMBER, f"number-{value.name}", value.source.title, text, value.name)
    yield from (at(Kind.TABLE, *row) for grid in (*has.tables, *has.lists) for row in _rows(grid))
    for number, case in enumerate(has.cases, 1):
        yield at(Kind.CASE, f"case-{number}", f"case {number}", _case(case), case.because)
    yield from (at(Kind.GAP, f"gap-{n}", "", gap) for n, gap in enumerate(page.misses, 1))
    for source in page.sources.values():
        text = f"{source.title}: {source.states} ({source.place})"
        yield at(Kind.SOURCE, f"source-{source.id}", "", text)


def passages_of_criterion(page: CriterionPage) -> Iterator[Passage]:
    """Everything on the page of a published criterion that can be found."""

    def at(kind: Kind, anchor: str, name: str, text: str, beside: str = "") -> Passage:
        return Passage(kind, page.id, page.title, True, anchor, name, text, beside)

    yield at(Kind.PAGE, "", page.id, f"Made for: {page.population}", page.title)
    for name, value in page.numbers.items():
        text = f"{value.means}: {value.value} {value.unit}"
        yield at(Kind.NUMBER, f"number-{name}", page.sources[value.source].title, text, name)
    yield from (at(Kind.GAP, f"gap-{n}", "", gap) for n, gap in enumerate(page.misses, 1))
    for name, source in page.sources.items():
        where = f"{source.authors} {source.journal} {source.year or ''} {source.doi} {source.pmid}"
        text = f"{source.title}: {source.states}"
        yield at(Kind.SOURCE, f"source-{name}", source.authors, text, where)


def _said(rule: RuleWords) -> str:
    return f"{rule.title}. {rule.says}"


def _case(case: CaseWords) -> str:
    found_there = f"; finds {', '.join(case.finds)}" if case.finds else ""
    return f"{case.name} ({case.given}){found_there}"


def _ways(rule: RuleWords) -> str:
    numbers = " ".join(number.parameter for number in rule.numbers)
    ways = " ".join(f"{way.id} {way.conditions}" for way in rule.ways)
    return f"{ways} {numbers} {rule.source.title}"


def _rows(grid: Grid) -> Iterator[tuple[str, str, str, str]]:
    for row in grid.rows:
        yield f"table-{grid.name}", grid.title, " · ".join(filter(None, row.cells)), grid.name
