"""On generated rules and facts the engine says what a plain reading of the same rules says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import and_
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_reading import firings, unused

from rules.engine import Engine, Fact
from rules.language import (
    Condition,
    Rule,
    at_least,
    at_most,
    fails,
    holds,
    less_than,
    more_than,
    one_of,
    rule,
)

Near = Callable[[Mapping[str, float]], float]  # a value, once the thresholds are known

KINDS = ("growth", "liver", "marker", "pet")
FIELDS: Mapping[str, type] = {"status": str, "flag": bool, "percent": float, "days": int}
SCHEMA = dict.fromkeys(KINDS, FIELDS)
PARAMETERS = ("first", "second", "third")
COMPARISONS = (at_least, at_most, more_than, less_than)
WORDS = ("new", "newer", "5", "true", 'say "näher"', "\\")
NUMBERS = (0.0, -0.0, 5.0, 20.0, 1 / 3, -15.0, 1e-7, 1e-9, 1e16, 1e300, 2.0**53)
STEPS = (0.0, 1e-9, -1e-9, 2e-9, -2e-9, 1e-12, -1e-12, 1e-9 + 1e-12, -1e-9 - 1e-12, 1.0, -1.0)


def beside(parameter: str, step: float, towards: float | None) -> Near:
    """A threshold plus a step, or the floating-point number next to that."""

    def value(numbers: Mapping[str, float]) -> float:
        there = numbers[parameter] + step
        return there if towards is None else math.nextafter(there, towards)

    return value


def whole(near: Near) -> Callable[[Mapping[str, float]], int]:
    return lambda numbers: round(min(max(near(numbers), -(2.0**53)), 2.0**53))


def conditions() -> st.SearchStrategy[Condition]:
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True)
    clauses = (
        words.map(lambda chosen: one_of("status", *chosen)),
        st.sampled_from((holds("flag"), fails("flag"))),
        st.builds(apply, st.sampled_from(COMPARISONS), st.just("percent"), parameters),
        st.builds(apply, st.sampled_from(COMPARISONS), st.just("days"), parameters),
    )
    return st.sets(st.integers(0, 3), min_size=1, max_size=2).flatmap(
        lambda chosen: st.tuples(*(clauses[c] for c in sorted(chosen))).map(conjunction)
    )


def apply(word: Callable[[str, str], Condition], field: str, parameter: str) -> Condition:
    return word(field, parameter)


def conjunction(parts: Iterable[Condition]) -> Condition:
    return reduce(and_, parts)


parameters = st.sampled_from(PARAMETERS)
numbers_of_a_page = st.fixed_dictionaries(
    dict.fromkeys(PARAMETERS, st.sampled_from(NUMBERS) | st.floats(-1e3, 1e3))
)
rule_sets = st.lists(
    st.dictionaries(st.sampled_from(KINDS), conditions(), min_size=1, max_size=3),
    min_size=4,
    max_size=12,
).map(lambda made: [rule(f"R{place}", **when) for place, when in enumerate(made)])
values = st.builds(
    beside, parameters, st.sampled_from(STEPS), st.sampled_from((None, math.inf, -math.inf))
) | st.floats(allow_nan=False, allow_infinity=False).map(lambda there: lambda _: there)
drawn_facts = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from((*WORDS, "")) | st.text(max_size=6),
        st.booleans(),
        values,
        values.map(whole),
    ),
    min_size=4,
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(rule_sets, numbers_of_a_page, drawn_facts, st.booleans(), st.randoms())
def test_the_engine_says_what_a_plain_reading_says(
    rules: list[Rule],
    numbers: dict[str, float],
    drawn: list[tuple[str, str, bool, Near, Near]],
    one_twice: bool,
    random: Random,
) -> None:
    drawn = drawn + drawn[:1] if one_twice else drawn
    facts = [
        Fact(kind, {"status": word, "flag": flag, "percent": x(numbers), "days": n(numbers)})
        for kind, word, flag, x, n in drawn
    ]
    engine = Engine(rules, numbers, SCHEMA)

    evaluation = engine.evaluate(facts)

    read = firings(rules, numbers, facts)
    idle = unused(rules, numbers, facts)
    assert Counter((match.rule, match.facts) for match in evaluation.matches) == Counter(
        (name, at(facts, places)) for name, places in read.elements()
    )
    assert Counter(evaluation.unused) == Counter(at(facts, sorted(idle)))
    assert engine.evaluate(random.sample(facts, len(facts))) == evaluation


def at(facts: Sequence[Fact], places: Sequence[int]) -> tuple[Fact, ...]:
    return tuple(facts[place] for place in places)


@pytest.mark.parametrize("number", [20.0, 0.0, -15.0, 1 / 3, 1e-7, 0.1 + 0.2, 1e6, 1e16])
@pytest.mark.parametrize("step", STEPS)
def test_at_and_around_a_threshold_complements_stay_complements(number: float, step: float) -> None:
    words = {
        "at_least": at_least,
        "less_than": less_than,
        "at_most": at_most,
        "more_than": more_than,
    }
    engine = Engine(
        [rule(name, growth=word("percent", "limit")) for name, word in words.items()],
        {"limit": number},
        {"growth": {"percent": float}},
    )
    value = number + step

    fired = set(engine.evaluate([Fact("growth", {"percent": value})]).fired)

    assert fired == {
        "at_least" if value >= number - 1e-9 else "less_than",
        "at_most" if value <= number + 1e-9 else "more_than",
    }
