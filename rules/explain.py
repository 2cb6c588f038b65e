"""Why a grade: every rule of the book as true, false or not known, with the numbers it asked for.

The engine decides what is true; this only reads it. A rule that did not fire is false where some
condition fails on a fact that is known, and unknown where all that it lacks is knowledge: a false
rule stays false whatever may be found out, an unknown one may yet fire.

Rules of the later strata ask what was found, which is always known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from rules.assessment import Grade, Settles
from rules.clauses import test_of
from rules.condition_words import Threshold, asked_for, in_words, printed
from rules.dialect import Scalar
from rules.engine import Fact
from rules.field_words import YES_NO
from rules.judge import Judgement
from rules.known import Field
from rules.language import Clause, Comparison, Condition, Flag, Rule
from rules.words import number
from rules.working_memory import BEYOND_ANY_THRESHOLD

NOT_KNOWN, NONE = "not known", "none"


class Truth(str, Enum):
    """What can be said of a rule or of one of its conditions."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class ExplanationError(RuntimeError):
    """The engine and the explanation read a rule differently: nothing is explained."""


@dataclass(frozen=True)
class ConditionReading:
    """One condition of a rule: "attenuation fall at least 10 HU", the value as read, its truth."""

    text: str
    value: str
    truth: Truth
    threshold: Threshold | None = None


@dataclass(frozen=True)
class RuleReading:
    """One rule: where it stands, whether it holds, and on what."""

    rule: str
    page: str
    truth: Truth
    conditions: tuple[ConditionReading, ...]


@dataclass(frozen=True)
class Explanation:
    """Why a grade, and what would change it."""

    grade: Grade
    because: str
    readings: tuple[RuleReading, ...]  # in the order of the rule book
    settles: tuple[Settles, ...]  # the most telling first

    def of_page(self, page: str) -> tuple[RuleReading, ...]:
        """The rules of one page."""
        return tuple(reading for reading in self.readings if reading.page == page)


@dataclass(frozen=True)
class Explainer:
    """Reads rules against one judgement after another."""

    rules: tuple[tuple[str, Rule], ...]  # page, rule
    numbers: Mapping[str, float]
    thresholds: Mapping[str, Threshold]

    def readings(self, judgement: Judgement, unknown: frozenset[Field]) -> tuple[RuleReading, ...]:
        """Every rule as it was judged. ``unknown`` are the fields that hold no knowledge.

        Raises:
            ExplanationError: a rule fired whose conditions are not met here, or the reverse.
        """
        fired = {
            (match.rule, frozenset(f.kind for f in match.facts)) for match in judgement.matches
        }
        return tuple(
            _Asked(self, judgement.memory, unknown, _key(rule) in fired).about(page, rule)
            for page, rule in self.rules
        )


def _key(rule: Rule) -> tuple[str, frozenset[str]]:
    """A rule among those of all strata: an obstacle and the grade that it leads to share a name."""
    return rule.id, frozenset(kind for kind, _ in rule.when)


def _all(truths: set[Truth]) -> Truth:
    """Three-valued "and"."""
    if Truth.FALSE in truths:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.TRUE


@dataclass(frozen=True)
class _Asked:
    """What one rule was asked about, and whether it fired."""

    book: Explainer
    memory: tuple[Fact, ...]
    unknown: frozenset[Field]
    fired: bool

    def about(self, page: str, rule: Rule) -> RuleReading:
        conditions = tuple(
            reading for kind, when in rule.when for reading in self._conditions(kind, when)
        )
        truth = _all({condition.truth for condition in conditions})
        if (truth is Truth.TRUE) is not self.fired:
            raise ExplanationError(f"rule {rule.id} is read differently from what the engine fired")
        return RuleReading(rule.id, page, truth, conditions)

    def _conditions(self, kind: str, condition: Condition) -> Iterator[ConditionReading]:
        facts = self._facts(kind, condition)
        for clause in condition.clauses:
            values = tuple(fact.values[clause.field] for fact in facts)
            known = (kind, clause.field) not in self.unknown
            yield ConditionReading(
                in_words(kind, clause, self.book.thresholds),
                self._value(kind, clause, values) if known else NOT_KNOWN,
                self._truth(clause, values, known),
                asked_for(clause, self.book.thresholds),
            )

    def _facts(self, kind: str, condition: Condition) -> tuple[Fact, ...]:
        """Of several facts of a kind the one that meets the whole condition, else all of them."""
        facts = tuple(fact for fact in self.memory if fact.kind == kind)
        met = (f for f in facts if all(self._met(c, f.values[c.field]) for c in condition.clauses))
        first = next(met, None)
        return facts if first is None else (first,)

    def _met(self, clause: Clause, value: Scalar) -> bool:
        return test_of(clause, self.book.numbers)(value)

    def _truth(self, clause: Clause, values: tuple[Scalar, ...], known: bool) -> Truth:
        met = any(self._met(clause, value) for value in values)
        # A number that is not known has a stand-in; to meet that says nothing, unless it is meant.
        stand_in = isinstance(clause, Comparison) and not known and not self.fired
        if met and not stand_in:
            return Truth.TRUE
        return Truth.FALSE if known else Truth.UNKNOWN

    def _unit(self, clause: Clause) -> str:
        threshold = asked_for(clause, self.book.thresholds)
        unit = printed(threshold.unit) if threshold else ""
        return f" {unit}" if unit else ""

    def _value(self, kind: str, clause: Clause, values: tuple[Scalar, ...]) -> str:
        if isinstance(clause, Flag):
            yes, no = YES_NO[kind, clause.field]
            return ", ".join(yes if value else no for value in values) or NONE
        limit = self.book.numbers[clause.parameter] if isinstance(clause, Comparison) else None
        return ", ".join(_in_words(value, limit) + self._unit(clause) for value in values) or NONE


def _in_words(value: Scalar, limit: float | None) -> str:
    if isinstance(value, str):
        return value
    if value == BEYOND_ANY_THRESHOLD:
        return "beyond any"
    # Rounding must not make a number look like the limit that it falls short of.
    hidden = limit is not None and value != limit and number(value) == number(limit)
    return f"{value:.9g}" if hidden else number(value)
