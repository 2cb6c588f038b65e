"""Values and facts in the dialect of the engine's own JSON parser, checked before it sees them.

The engine coerces types, compares a number with text as text, drops what it cannot parse
(``1e-07``, ``1e16``) and takes null for a value. So a fact has exactly the fields of its kind,
each of its type; numbers are finite and all written as floating point, texts are short.
Messages name kinds, fields and types, never a value.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Scalar = str | bool | int | float
"""What a field of a fact may hold; there is no null: absence is a value or a fact of its own."""

Schema = Mapping[str, Mapping[str, type]]
"""Kind of fact → its fields → ``str``, ``bool``, ``int`` or ``float``."""

MAX_TEXT = 512  # characters; the engine compares longer texts by their length modulo 65536
MAX_INT = 2**53  # the largest integer up to which floating point is exact


class EngineError(Exception):
    """The rule engine could not be used or failed: nothing may be concluded."""


class FactError(EngineError):
    """A fact is not as the schema says; the engine would have misread it."""


@dataclass(frozen=True)
class Fact:
    """One flat fact: its kind and the values of all fields of that kind."""

    kind: str
    values: Mapping[str, Scalar] = field(hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))


def literal(value: object) -> str:
    """Write a value so that the engine reads exactly it.

    Raises:
        ValueError: the engine has no way to write it; the message continues "the value ...".
    """
    write = _WRITERS.get(type(value))
    if write is None:
        raise ValueError(f"is a {type(value).__name__}, not text, a flag or a number")
    return write(value)


def _text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT} characters; facts carry codes, not prose")
    return _escaped(value)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _integer(value: int) -> str:
    if abs(value) > MAX_INT:
        raise ValueError("is an integer too large to be exact")
    return _number(float(value))


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("is not a finite number; map it to a number or a fact of its own before")
    text = repr(value)
    # The engine ends a number at an exponent that no fraction precedes: 1e-07 is an error to it.
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


_escaped = json.JSONEncoder(ensure_ascii=True).encode
_WRITERS: Mapping[type, Callable[..., str]] = {
    str: _text,
    bool: _flag,
    int: _integer,
    float: _number,
}


@dataclass(frozen=True)
class _Field:
    """One field of one kind: checks a value and writes it with its name."""

    kind: str
    name: str
    type: type

    def write(self, value: Scalar) -> str:
        whole_number = self.type is float and type(value) is int
        if type(value) is not self.type and not whole_number:
            raise FactError(
                f"{self.kind}.{self.name} must be {self.type.__name__},"
                f" got {type(value).__name__}: convert it where the fact is made"
            )
        try:
            return f'"{self.name}":{literal(value)}'
        except ValueError as problem:
            raise FactError(f"{self.kind}.{self.name} {problem}") from None


class FactWriter:
    """Writes facts of one schema as the inside of the engine's JSON objects."""

    def __init__(self, schema: Schema) -> None:
        self._fields = {
            kind: {name: _Field(kind, name, type_) for name, type_ in fields.items()}
            for kind, fields in schema.items()
        }

    def write(self, fact: Fact) -> str:
        """The fact's kind and fields in the order of the schema: equal facts, equal text.

        Raises:
            FactError: unknown kind, a field too many or too few, a wrong type, or a value that
                the engine cannot hold (null, not finite, too long).
        """
        fields = self._fields.get(fact.kind)
        if fields is None:
            raise FactError(f"the schema knows no fact of kind {fact.kind!r}")
        if fact.values.keys() != fields.keys():
            names = ", ".join(sorted(map(str, fact.values.keys() ^ fields.keys())))
            raise FactError(f"a fact of kind {fact.kind!r} lacks, or should not have: {names}")
        written = (field.write(fact.values[name]) for name, field in fields.items())
        return ",".join((f'"kind":"{fact.kind}"', *written))
