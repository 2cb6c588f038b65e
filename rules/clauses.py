"""One clause of a rule read in plain Python, to explain and to remember what the engine said.

It decides nothing: the engine does (rules.engine). Whoever uses it must not let it contradict
what fired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rules.dialect import Scalar
from rules.language import TOLERANCE, Clause, Comparator, Comparison, Membership

Test = Callable[[Scalar], bool]


def test_of(clause: Clause, numbers: Mapping[str, float]) -> Test:
    """Whether the value of a field meets a clause, with the numbers in force."""
    if isinstance(clause, Comparison):
        return _comparison(clause.comparator, numbers[clause.parameter])
    wanted = frozenset(clause.values if isinstance(clause, Membership) else (clause.value,))
    return wanted.__contains__


def _comparison(comparator: Comparator, number: float) -> Test:
    low, high = number - TOLERANCE, number + TOLERANCE
    return {
        Comparator.AT_LEAST: lambda value: float(value) >= low,
        Comparator.LESS_THAN: lambda value: float(value) < low,
        Comparator.AT_MOST: lambda value: float(value) <= high,
        Comparator.MORE_THAN: lambda value: float(value) > high,
    }[comparator]
