"""What the engine said, remembered for all facts that no rule can tell apart.

To find what would settle a question, one patient is judged a dozen times over with one thing
changed, and most of these have been judged before, for this patient or for another: two sets of
facts that meet the same clauses of the same rules fire the same rules, whatever their numbers.
The engine is asked once for each such set. The grade of a patient is never taken from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from threading import Lock

from cachetools import LRUCache

from rules.clauses import Test, test_of
from rules.engine import Evaluation, Fact, Match
from rules.judge import Reasoner, Strata
from rules.language import Clause, Rule

KEPT = 8_192

_Signature = tuple[tuple[str, tuple[bool, ...]], ...]
"""Of each fact its kind, and which clauses about that kind it meets."""

_Places = tuple[tuple[str, tuple[int, ...]], ...]
"""The rules that fired, each with the places of the facts it fired on."""


class Remembered:
    """An engine that answers from memory what it was asked before. Safe to share by threads."""

    def __init__(
        self, engine: Reasoner, rules: Iterable[Rule], numbers: Mapping[str, float]
    ) -> None:
        self._engine = engine
        self._tests = _tests(rules, numbers)
        self._kept: LRUCache[_Signature, _Places] = LRUCache(KEPT)
        self._lock = Lock()

    def evaluate(self, facts: Iterable[Fact]) -> Evaluation:
        """What fires on these facts. Facts that met no condition are not told.

        Raises:
            EngineError: the engine failed; nothing may be concluded.
        """
        facts = tuple(facts)
        signature = tuple((fact.kind, self._met(fact)) for fact in facts)
        with self._lock:
            places = self._kept.get(signature)
        if places is None:
            places = self._ask(facts)
            with self._lock:
                self._kept[signature] = places
        return Evaluation(tuple(Match(rule, tuple(facts[n] for n in on)) for rule, on in places))

    def _met(self, fact: Fact) -> tuple[bool, ...]:
        values = fact.values
        return tuple([test(values[field]) for field, test in self._tests.get(fact.kind, ())])

    def _ask(self, facts: tuple[Fact, ...]) -> _Places:
        matches = self._engine.evaluate(facts).matches
        return tuple((m.rule, tuple(facts.index(fact) for fact in m.facts)) for m in matches)


def remembering(strata: Strata, grade_rules: Iterable[Rule]) -> Strata:
    """The same rule book, to be asked again and again about much the same patient."""
    numbers = strata.numbers.values
    items = [item.rule for item in strata.items.values()]
    tally = [item.rule for item in strata.tally_items.values()]
    return replace(
        strata,
        item_engine=Remembered(strata.item_engine, items, numbers),
        tally_engine=Remembered(strata.tally_engine, tally, numbers),
        grade_engine=Remembered(strata.grade_engine, grade_rules, numbers),
    )


def _tests(
    rules: Iterable[Rule], numbers: Mapping[str, float]
) -> Mapping[str, tuple[tuple[str, Test], ...]]:
    """Of each kind of fact, every clause of any rule as a field and its test."""
    clauses: dict[str, dict[Clause, None]] = {}
    for rule in rules:
        for kind, condition in rule.when:
            clauses.setdefault(kind, {}).update(dict.fromkeys(condition.clauses))
    return {
        kind: tuple((clause.field, test_of(clause, numbers)) for clause in found)
        for kind, found in clauses.items()
    }
