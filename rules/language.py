"""The few words that a rule may use.

A condition speaks of one fact and is built from words: ``is_``, ``one_of``, ``holds``, ``fails``,
``at_least``, ``at_most``, ``more_than``, ``less_than``. Conditions on the same fact go together
with ``&``; a rule asks for one fact of each kind it names::

    rule("M4", pet=is_("response", "PMD") & at_least("line_days", "pet_reliable_after"))

Numbers are never written here: a comparison names a parameter of the rule book's page. There is
no "not" on purpose, since unknown is never "no": absence is a value of its own. Whatever Python
would quietly misread (``and``, ``or``, ``not``, a chained comparison) stops at load.

This module knows neither the engine nor medicine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

TOLERANCE = 1e-9
"""What an inclusive comparison forgives, so that the rounding of a quotient never decides."""

NAME = re.compile(r"[a-z][a-z0-9_]*")
_RULE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")

_ONLY_AND = (
    "conditions on one fact go together with & only. Instead of `or` write one_of(...) or a second"
    " rule; instead of `not` write fails(...) or the opposite comparison; a second kind of fact is"
    " a second keyword of rule(...)"
)


class Comparator(str, Enum):
    """How a number of a fact stands to a parameter.

    ``AT_LEAST`` and ``LESS_THAN`` are exact complements, and so are ``AT_MOST`` and ``MORE_THAN``.
    """

    AT_LEAST = "at least"  # value >= parameter - TOLERANCE
    LESS_THAN = "less than"  # value < parameter - TOLERANCE
    AT_MOST = "at most"  # value <= parameter + TOLERANCE
    MORE_THAN = "more than"  # value > parameter + TOLERANCE


@dataclass(frozen=True)
class Membership:
    """The text in a field is one of these."""

    field: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_name("field", self.field)
        if not self.values:
            raise ValueError(f"one_of({self.field!r}) names no value")
        for value in self.values:
            _check_text(self.field, value)
        if len(set(self.values)) < len(self.values):
            raise ValueError(f"one_of({self.field!r}) names a value twice")


@dataclass(frozen=True)
class Flag:
    """A yes-or-no field is as said."""

    field: str
    value: bool

    def __post_init__(self) -> None:
        _check_name("field", self.field)


@dataclass(frozen=True)
class Comparison:
    """The number in a field stands so to the parameter of that name."""

    field: str
    comparator: Comparator
    parameter: str

    def __post_init__(self) -> None:
        _check_name("field", self.field)
        if not isinstance(self.parameter, str):
            raise TypeError(
                f"{self.comparator.value} on {self.field!r} takes the name of a parameter,"
                f" not a {type(self.parameter).__name__}: put the number on the page"
            )
        _check_name("parameter", self.parameter)


Clause = Membership | Flag | Comparison


def _only_and(_condition: Condition, *_other: object) -> NoReturn:
    raise TypeError(_ONLY_AND)


@dataclass(frozen=True)
class Condition:
    """What one fact must be: all of its clauses. Supports ``&`` and nothing else.

    Raises:
        TypeError: on ``and``, ``or``, ``not``, ``|``, ``~`` and comparisons, with advice.
        ValueError: it is empty, says something twice, or can never be met.
    """

    clauses: tuple[Clause, ...]

    def __post_init__(self) -> None:
        if not self.clauses:
            raise ValueError("a condition without a clause would be met by every fact")
        if len(set(self.clauses)) < len(self.clauses):
            raise ValueError("a condition says the same thing twice")
        exact = [c.field for c in self.clauses if not isinstance(c, Comparison)]
        if len(set(exact)) < len(exact):
            raise ValueError("one field cannot be two things: name both values in one one_of(...)")

    def __and__(self, other: Condition) -> Condition:
        if not isinstance(other, Condition):
            raise TypeError(_ONLY_AND)
        return Condition(self.clauses + other.clauses)

    # `and`, `or` and `not` ask for the truth of their operands; 1 < x < 3 is such an `and`.
    __bool__ = _only_and
    __or__ = __ror__ = __xor__ = __rxor__ = __rand__ = __invert__ = _only_and
    __lt__ = __le__ = __gt__ = __ge__ = _only_and


@dataclass(frozen=True)
class Rule:
    """Fires for every combination of facts, one of each kind, that meet its conditions.

    Raises:
        TypeError: something that is no condition was given as one.
        ValueError: a malformed name, no condition at all, or one kind twice.
    """

    id: str
    when: tuple[tuple[str, Condition], ...]  # kind of fact, what such a fact must be

    def __post_init__(self) -> None:
        if not _RULE_ID.fullmatch(self.id):
            raise ValueError(f"rule id {self.id!r} must be letters, digits, '_', '.' or '-'")
        if not self.when:
            raise ValueError(f"rule {self.id} has no condition; give one keyword per kind of fact")
        for kind, condition in self.when:
            _check_name(f"kind in rule {self.id}:", kind)
            if not isinstance(condition, Condition):
                raise TypeError(
                    f"rule {self.id}, {kind}: expected a condition such as is_(...),"
                    f" got {type(condition).__name__}"
                )
        if len(set(self.kinds())) < len(self.when):
            raise ValueError(f"rule {self.id} names a kind twice; join its conditions with &")

    def kinds(self) -> tuple[str, ...]:
        """The kinds of fact it reads, as written."""
        return tuple(kind for kind, _ in self.when)

    def fields(self) -> tuple[tuple[str, str], ...]:
        """The fields it reads, each once, with their kind."""
        pairs = ((kind, c.field) for kind, condition in self.when for c in condition.clauses)
        return tuple(dict.fromkeys(pairs))

    def parameters(self) -> tuple[str, ...]:
        """The names of all numbers it uses, each once."""
        clauses = (clause for _, condition in self.when for clause in condition.clauses)
        return tuple(dict.fromkeys(c.parameter for c in clauses if isinstance(c, Comparison)))


def rule(rule_id: str, /, **when: Condition) -> Rule:
    """A rule; each keyword is a kind of fact and says what one fact of that kind must be."""
    return Rule(rule_id, tuple(when.items()))


def is_(field: str, value: str) -> Condition:
    """The field holds exactly this text."""
    return Condition((Membership(field, (value,)),))


def one_of(field: str, *values: str) -> Condition:
    """The field holds one of these texts."""
    return Condition((Membership(field, values),))


def holds(field: str) -> Condition:
    """The flag is set."""
    return Condition((Flag(field, True),))


def fails(field: str) -> Condition:
    """The flag is known not to be set."""
    return Condition((Flag(field, False),))


def at_least(field: str, parameter: str) -> Condition:
    """The number is the parameter or above."""
    return Condition((Comparison(field, Comparator.AT_LEAST, parameter),))


def at_most(field: str, parameter: str) -> Condition:
    """The number is the parameter or below."""
    return Condition((Comparison(field, Comparator.AT_MOST, parameter),))


def more_than(field: str, parameter: str) -> Condition:
    """The number is above the parameter: exactly where ``at_most`` is not met."""
    return Condition((Comparison(field, Comparator.MORE_THAN, parameter),))


def less_than(field: str, parameter: str) -> Condition:
    """The number is below the parameter: exactly where ``at_least`` is not met."""
    return Condition((Comparison(field, Comparator.LESS_THAN, parameter),))


def _check_name(what: str, name: str) -> None:
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a name, got {type(name).__name__}")
    if not NAME.fullmatch(name):
        raise ValueError(f"{what} {name!r} must be lower-case letters, digits and '_'")


def _check_text(field: str, value: str) -> None:
    if not isinstance(value, str):
        raise TypeError(
            f"{field!r} is compared with a {type(value).__name__}: is_ and one_of compare text;"
            " for flags use holds and fails, for numbers at_least and its kin"
        )
    if not value:
        raise ValueError(f"{field!r} is compared with empty text; name the value for 'absent'")
