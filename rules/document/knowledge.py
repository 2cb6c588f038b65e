"""One page of the catalog as a section: rules, numbers, cases, gaps, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.cases import Case, common_given
from rules.condition_words import Threshold, conditions_of, printed
from rules.document.case_words import given_words
from rules.document.markdown import bullets, plain, section, table
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
        page = self.page
        return section(
            2,
            page.title,
            f"*{plain(page.asks)}*",
            plain(page.says),
            f"**Why.** {plain(page.rationale)}",
            f"Version {page.version} · {plain(page.status)} · review due {page.review_due}",
            section(
                3, "Rules", *(self._rule(item) for item in page.items.values()), self._nameless()
            ),
            section(3, "Numbers", table(_NUMBER, self._numbers()), *map(self._table, page.tables)),
            section(3, "Tables", *map(self._list, page.lists)),
            section(3, "Worked cases", self._common(), table(_CASE, map(self._case, self.cases))),
            section(3, "Known gaps", bullets(page.misses)),
            section(3, "Sources", table(_SOURCE, map(_source, page.sources.values()))),
        )

    def _rule(self, item: ItemText) -> str:
        """What an item says, and every way in which it comes about."""
        said = plain(_PLACEHOLDER.sub(self._filled, item.says))
        ways = [" and ".join(conditions_of(rule, self.thresholds)) for rule in self._rules_of(item)]
        return "\n\n".join(
            filter(None, (
                f"**{item.code}: {plain(item.title)}** ({self._tagged(item.source)})",
                f"> {said}",
                bullets(f"when {way}" for way in ways),
            ))
        )  # fmt: skip

    def _rules_of(self, item: ItemText) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.id.partition(".")[0] == item.code)

    def _nameless(self) -> str:
        """Rules that put no sentence on a card."""
        rest = [rule for rule in self.rules if rule.id.partition(".")[0] not in self.page.items]
        conditions = (" and ".join(conditions_of(rule, self.thresholds)) for rule in rest)
        rows = [(rule.id, way) for rule, way in zip(rest, conditions, strict=True)]
        return table(("Rule", "Fires when"), rows)

    def _filled(self, found: re.Match[str]) -> str:
        threshold = self.thresholds.get(found[1])
        return f"[{found[1].replace('_', ' ')}]" if threshold is None else number(threshold.value)

    def _tagged(self, source: str) -> str:
        note = self.page.sources[source]
        return f"{plain(note.title)} \\[{note.tag}\\]"

    def _numbers(self) -> Iterator[Sequence[str]]:
        for parameter in self.page.parameters.values():
            for value in sorted(parameter.values, key=lambda v: v.since, reverse=True):
                yield (
                    parameter.means,
                    f"{number(value.value)} {printed(parameter.unit)}",
                    str(value.since),
                    *self._cited(value.source),
                )

    def _cited(self, source: str) -> tuple[str, str]:
        note = self.page.sources[source]
        return note.title, note.tag

    def _table(self, name: str) -> str:
        found = self.page.tables[name]
        rows = [
            (row, f"{number(value)} {printed(found.unit)}") for row, value in found.rows.items()
        ]
        if found.otherwise is not None:
            rows.append(("any other", f"{number(found.otherwise)} {printed(found.unit)}"))
        return (
            f"{plain(found.means)} ({self._tagged(found.source)}):\n\n{table(('', 'Value'), rows)}"
        )

    def _list(self, name: str) -> str:
        rows = self.page.lists[name]
        columns = list(
            dict.fromkeys(column for row in rows for column in row if column != "source")
        )
        cells = [
            (*(_said(row.get(column, "")) for column in columns), *self._cited(row["source"]))
            for row in rows
        ]
        head = (*(_spaced(column) for column in columns), "source", "tag")
        return f"{_spaced(name).capitalize()}:\n\n{table(head, cells)}"

    def _common(self) -> str:
        given = common_given(self.page.id) if self.cases else {}
        return (
            f"Synthetic. In every case, unless it says otherwise: {plain(given_words(given))}."
            if given
            else ""
        )

    def _case(self, case: Case) -> Sequence[str]:
        found = ", ".join((*case.finds, *(f"not {code}" for code in case.not_finds)))
        return case.name, given_words(case.given) or "as in every case", case.grade, found


_NUMBER = ("What", "Value", "Since", "Source", "Tag")
_CASE = ("Case", "Given", "Grade", "Finds")
_SOURCE = ("Source", "Where", "States", "Tag")


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
