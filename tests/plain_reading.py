"""The rules of rules.language read in plain Python, by going through all facts.

It shares no code with the engine's side beyond the words themselves: slow, obvious, and the
measure of what the engine ought to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product

from rules.engine import Fact
from rules.language import Clause, Comparator, Comparison, Condition, Flag, Membership, Rule

Firing = tuple[str, tuple[int, ...]]  # a rule, and which of the facts it fired on


def firings(
    rules: Sequence[Rule], numbers: Mapping[str, float], facts: Sequence[Fact]
) -> Counter[Firing]:
    """Every rule with every combination of facts, by position, that meets its conditions."""
    return Counter(
        (rule.id, chosen)
        for rule in rules
        for chosen in product(*(_meeting(facts, *pattern, numbers) for pattern in rule.when))
    )


def unused(rules: Sequence[Rule], numbers: Mapping[str, float], facts: Sequence[Fact]) -> set[int]:
    """The positions of the facts that meet no condition of any rule."""
    patterns = (pattern for rule in rules for pattern in rule.when)
    used = (place for pattern in patterns for place in _meeting(facts, *pattern, numbers))
    return set(range(len(facts))) - set(used)


def _meeting(
    facts: Sequence[Fact], kind: str, condition: Condition, numbers: Mapping[str, float]
) -> list[int]:
    return [place for place, fact in enumerate(facts) if _meets(fact, kind, condition, numbers)]


def _meets(fact: Fact, kind: str, condition: Condition, numbers: Mapping[str, float]) -> bool:
    return fact.kind == kind and all(_true(fact, c, numbers) for c in condition.clauses)


def _true(fact: Fact, clause: Clause, numbers: Mapping[str, float]) -> bool:
    value = fact.values[clause.field]
    if isinstance(clause, Membership):
        return value in clause.values
    if isinstance(clause, Flag):
        return value is clause.value
    assert isinstance(clause, Comparison)
    assert isinstance(value, float | int)
    number = numbers[clause.parameter]
    return {
        Comparator.AT_LEAST: value >= number - 1e-9,
        Comparator.LESS_THAN: value < number - 1e-9,
        Comparator.AT_MOST: value <= number + 1e-9,
        Comparator.MORE_THAN: value > number + 1e-9,
    }[clause.comparator]
