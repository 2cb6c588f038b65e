"""A condition of a rule in words, with the number that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.field_words import NAMES, UNITS, YES_NO
from rules.language import Clause, Comparison, Flag, Membership, Rule
from rules.pages import Page
from rules.words import number


@dataclass(frozen=True)
class Threshold:
    """A number that a condition asks for: its name, its value, its unit (UCUM) and its page."""

    parameter: str
    value: float
    unit: str
    page: str

    @property
    def text(self) -> str:
        """The value with its unit as it is printed: "15 %"."""
        return f"{number(self.value)} {printed(self.unit)}".strip()


def thresholds_of(pages: tuple[Page, ...]) -> Mapping[str, Threshold]:
    """Every number that a rule may ask for, as its page has it now."""
    return {
        name: Threshold(name, parameter.in_force.value, parameter.unit, page.id)
        for page in pages
        for name, parameter in page.parameters.items()
    }


def printed(unit: str) -> str:
    """A UCUM unit as people write it."""
    return UNITS.get(unit, unit)


def in_words(kind: str, clause: Clause, thresholds: Mapping[str, Threshold]) -> str:
    """One condition: "attenuation fall at least 10 HU"."""
    if isinstance(clause, Flag):
        yes, no = YES_NO[kind, clause.field]
        return yes if clause.value else no
    name = NAMES[kind, clause.field]
    if isinstance(clause, Membership):
        return f"{name} {' or '.join(clause.values)}"
    return f"{name} {clause.comparator.value} {thresholds[clause.parameter].text}"


def conditions_of(rule: Rule, thresholds: Mapping[str, Threshold]) -> Iterator[str]:
    """All conditions of a rule, in the order they are written."""
    for kind, condition in rule.when:
        yield from (in_words(kind, clause, thresholds) for clause in condition.clauses)


def asked_for(clause: Clause, thresholds: Mapping[str, Threshold]) -> Threshold | None:
    """The number that a condition compares with; None where it compares with none."""
    return thresholds[clause.parameter] if isinstance(clause, Comparison) else None
