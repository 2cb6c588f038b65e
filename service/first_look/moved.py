"""What a change moved: the grade, and the rules that fire now and did not, or the reverse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.assessment import Assessment, Grade


@dataclass(frozen=True)
class NamedRule:
    """A rule by its id, with its title where its page gives one."""

    id: str
    title: str


@dataclass(frozen=True)
class Moved:
    """The difference between two assessments of one patient."""

    before: Grade
    after: Grade
    label_before: str
    label_after: str
    now_fire: tuple[NamedRule, ...]
    fire_no_more: tuple[NamedRule, ...]

    @property
    def grade_moved(self) -> bool:
        """Whether the grade is another."""
        return self.before is not self.after


def moved(before: Assessment, after: Assessment, titles: Mapping[str, str]) -> Moved:
    """What changed from one assessment to the other, in the order of the rule book."""
    was = dict.fromkeys(firing.rule for firing in before.trace)
    is_now = dict.fromkeys(firing.rule for firing in after.trace)

    def named(rules: Iterable[str]) -> tuple[NamedRule, ...]:
        return tuple(NamedRule(rule, titles.get(rule, "")) for rule in rules)

    return Moved(
        before.grade,
        after.grade,
        before.label,
        after.label,
        named(rule for rule in is_now if rule not in was),
        named(rule for rule in was if rule not in is_now),
    )
