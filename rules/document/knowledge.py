"""One page of the catalog in words, and as a section: rules, numbers, cases, gaps, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rules.cases import Case, common_given
from rules.condition_words import Threshold, asked_for, conditions_of, printed
from rules.document.case_words import given_words
from rules.document.contents import CaseWords, Contents, Grid, Row, RuleWords, Value, Way
from rules.document.markdown import bullets, plain, section, table
from rules.items import code_of
from rules.language import Rule
from rules.pages import ItemText, Page, SourceNote
from rules.words import number

TAGS: Mapping[str, str] = {
    "S": "seen",
    "K": "known literature, not read again",
    "A": "assumption: needs sign-off",
}
_PLACEHOLDER = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Chapter:
    """What one page of the catalog consists of."""

    page: Page
    rules: tuple[Rule, ...]
    cases: tuple[Case, ...]
    thresholds: Mapping[str, Threshold]

    def markdown(self) -> str:
        """The page as a section of the document."""
        return _markdown(self.contents)

    @cached_property
    def contents(self) -> Contents:
        """Everything that the page says, in words."""
        return Contents(
            page=self.page,
            rules=tuple(self._rule(item) for item in self.page.items.values()),
            nameless=tuple(map(self._way, self._nameless())),
            values=tuple(self._values()),
            tables=tuple(map(self._table, self.page.tables)),
            lists=tuple(map(self._list, self.page.lists)),
            common=given_words(common_given(self.page.id)) if self.cases else "",
            cases=tuple(map(_case, self.cases)),
        )

    def _rule(self, item: ItemText) -> RuleWords:
        """What an item says, and every way in which it comes about."""
        ways = tuple(self._way(rule) for rule in self.rules if code_of(rule.id) == item.code)
        named = [self.thresholds.get(name) for name in _PLACEHOLDER.findall(item.says)]
        asked = (*(number for way in ways for number in way.asks), *filter(None, named))
        return RuleWords(
            code=item.code,
            title=item.title,
            says=_PLACEHOLDER.sub(self._filled, item.says),
            source=self.page.sources[item.source],
            ways=ways,
            numbers=tuple(dict.fromkeys(asked)),
        )

    def _way(self, rule: Rule) -> Way:
        clauses = (clause for _, condition in rule.when for clause in condition.clauses)
        asks = filter(None, (asked_for(clause, self.thresholds) for clause in clauses))
        return Way(rule.id, " and ".join(conditions_of(rule, self.thresholds)), tuple(asks))

    def _nameless(self) -> Iterator[Rule]:
        return (rule for rule in self.rules if code_of(rule.id) not in self.page.items)

    def _filled(self, found: re.Match[str]) -> str:
        threshold = self.thresholds.get(found[1])
        return f"[{_spaced(found[1])}]" if threshold is None else number(threshold.value)

    def _values(self) -> Iterator[Value]:
        for parameter in self.page.parameters.values():
            for value in sorted(parameter.values, key=lambda v: v.since, reverse=True):
                yield Value(
                    name=parameter.name,
                    means=parameter.means,
                    amount=number(value.value),
                    unit=printed(parameter.unit),
                    since=value.since,
                    source=self.page.sources[value.source],
                    in_force=value is parameter.in_force,
                )

    def _table(self, name: str) -> Grid:
        found, unit = self.page.tables[name], printed(self.page.tables[name].unit)
        source = self.page.sources[found.source]
        rows = [(row, f"{number(value)} {unit}") for row, value in found.rows.items()]
        if found.otherwise is not None:
            rows.append(("any other", f"{number(found.otherwise)} {unit}"))
        return Grid(name, found.means, ("", "Value"), tuple(Row(row, source) for row in rows))

    def _list(self, name: str) -> Grid:
        rows = self.page.lists[name]
        columns = list(dict.fromkeys(key for row in rows for key in row if key != "source"))
        filled = (
            Row(
                tuple(_said(row.get(column, "")) for column in columns),
                self.page.sources[row["source"]],
            )
            for row in rows
        )
        return Grid(name, _spaced(name).capitalize(), tuple(map(_spaced, columns)), tuple(filled))


def _case(case: Case) -> CaseWords:
    given = given_words(case.given) or "as in every case"
    return CaseWords(case.name, given, case.grade, case.because or "", case.finds, case.not_finds)


_NUMBER = ("What", "Value", "Since", "Source", "Tag")
_CASE = ("Case", "Given", "Grade", "Finds")
_SOURCE = ("Source", "Where", "States", "Tag")
_RULE = ("Rule", "Fires when")


def _markdown(has: Contents) -> str:
    page = has.page
    return section(
        2,
        page.title,
        f"*{plain(page.asks)}*",
        plain(page.says),
        f"**Why.** {plain(page.rationale)}",
        f"Version {page.version} · {plain(page.status)} · review due {page.review_due}",
        section(3, "Rules", *map(_rule_section, has.rules), _nameless_table(has.nameless)),
        section(
            3, "Numbers", table(_NUMBER, map(_value_row, has.values)), *map(_table, has.tables)
        ),
        section(3, "Tables", *map(_list, has.lists)),
        section(3, "Worked cases", _shared(has.common), table(_CASE, map(_case_row, has.cases))),
        section(3, "Known gaps", bullets(page.misses)),
        section(3, "Sources", table(_SOURCE, map(_source, page.sources.values()))),
    )


def _rule_section(rule: RuleWords) -> str:
    head = f"**{rule.code}: {plain(rule.title)}** ({_tagged(rule.source)})"
    ways = bullets(f"when {way.conditions}" for way in rule.ways)
    return "\n\n".join(filter(None, (head, f"> {plain(rule.says)}", ways)))


def _nameless_table(ways: Iterable[Way]) -> str:
    return table(_RULE, ((way.id, way.conditions) for way in ways))


def _tagged(note: SourceNote) -> str:
    return f"{plain(note.title)} \\[{note.tag}\\]"


def _value_row(value: Value) -> Sequence[str]:
    return value.means, value.text, str(value.since), value.source.title, value.source.tag


def _table(grid: Grid) -> str:
    cells = table(grid.head, (row.cells for row in grid.rows))
    return f"{plain(grid.title)} ({_tagged(grid.rows[0].source)}):\n\n{cells}"


def _list(grid: Grid) -> str:
    rows = ((*row.cells, row.source.title, row.source.tag) for row in grid.rows)
    return f"{grid.title}:\n\n{table((*grid.head, 'source', 'tag'), rows)}"


def _shared(common: str) -> str:
    shared = f"In every case, unless it says otherwise: {plain(common)}."
    return f"Synthetic. {shared}" if common else ""


def _case_row(case: CaseWords) -> Sequence[str]:
    found = ", ".join((*case.finds, *(f"not {code}" for code in case.not_finds)))
    return case.name, case.given, case.grade, found


def _source(note: SourceNote) -> Sequence[str]:
    return note.title, note.place, note.states, f"{note.tag}: {TAGS[note.tag]}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _said(value: Any) -> str:
    """A value of a case or a list as a person would write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_spaced(str(key))}: {_said(part)}" for key, part in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "; ".join(_said(part) for part in value)
    return "unknown" if value is None else str(value)
