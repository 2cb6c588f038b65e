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
from functools import lru_cache
from types import MappingProxyType

Scalar = str | bool | int | float
"""What a field of a fact may hold; there is no null: absence is a value or a fact of its own."""

Schema = Mapping[str, Mapping[str, type]]
"""Kind of fact → its fields → ``str``, ``bool``, ``int`` or ``float``."""

MAX_TEXT = 512  # characters; the engine compares longer texts by their length modulo 65536
MAX_INT = 2**53  # the largest integer up to which floating point is exact

_ROWS_KEPT = 256  # of each kind, as written
_Row = tuple[Scalar, ...]  # the values of a fact in the order of the schema


class EngineError(Exception):
    """The rule engine could not be used or failed: nothing may be concluded."""


class FactError(EngineError):
    """A fact is not as the schema says; the engine would have misread it."""


@dataclass(frozen=True, init=False)
class Fact:
    """One flat fact: its kind and the values of all fields of that kind."""

    kind: str
    values: Mapping[str, Scalar] = field(hash=False)

    def __init__(self, kind: str, values: Mapping[str, Scalar]) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "values", MappingProxyType(dict(values)))


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
    """One field of one kind: checks a value and writes it."""

    kind: str
    name: str
    type: type

    def write(self, value: Scalar) -> str:
        found = type(value)
        if found is not self.type and not (self.type is float and found is int):
            raise FactError(
                f"{self.kind}.{self.name} must be {self.type.__name__},"
                f" got {found.__name__}: convert it where the fact is made"
            )
        try:
            return _WRITERS[found](value)
        except ValueError as problem:
            raise FactError(f"{self.kind}.{self.name} {problem}") from None


class _Kind:
    """All fields of one kind: checks a fact of that kind and writes it."""

    def __init__(self, kind: str, fields: Mapping[str, type]) -> None:
        self._kind = kind
        self._names, self._types = tuple(fields), tuple(fields.values())
        self._fields = tuple([_Field(kind, name, type_) for name, type_ in fields.items()])
        self._writers = tuple([_WRITERS[type_] for type_ in self._types])
        self._template = ",".join([f'"kind":"{kind}"', *[f'"{name}":%s' for name in fields]])
        # Texts and flags take few values, which patients share; numbers are each patient's own.
        self._few = not {int, float}.intersection(self._types)
        self._kept = lru_cache(maxsize=_ROWS_KEPT)(self._written)

    def write(self, values: Mapping[str, Scalar]) -> str:
        in_order = tuple(values) == self._names
        row = tuple(values.values()) if in_order else self._ordered(values)
        if tuple(map(type, row)) != self._types:
            return self._checked(row)
        # Kept by values of exactly these types: True, 1 and 1.0 are one key to a dictionary.
        return self._kept(row) if self._few else self._written(row)

    def _ordered(self, values: Mapping[str, Scalar]) -> _Row:
        strange = values.keys() ^ self._names
        if strange:
            names = ", ".join(sorted(map(str, strange)))
            raise FactError(f"a fact of kind {self._kind!r} lacks, or should not have: {names}")
        return tuple([values[name] for name in self._names])

    def _written(self, row: _Row) -> str:
        """A row of the right types, at one go."""
        try:
            return self._template % tuple([w(v) for w, v in zip(self._writers, row, strict=True)])
        except ValueError:
            return self._checked(row)

    def _checked(self, row: _Row) -> str:
        """A row field by field, to take whole numbers for floating ones or say what is wrong."""
        fields = [field.write(value) for field, value in zip(self._fields, row, strict=True)]
        return self._template % tuple(fields)


class FactWriter:
    """Writes facts of one schema as the inside of the engine's JSON objects."""

    def __init__(self, schema: Schema) -> None:
        self._kinds = {kind: _Kind(kind, fields) for kind, fields in schema.items()}

    def write(self, fact: Fact) -> str:
        """The fact's kind and fields in the order of the schema: equal facts, equal text.

        Raises:
            FactError: unknown kind, a field too many or too few, a wrong type, or a value that
                the engine cannot hold (null, not finite, too long).
        """
        if fact.kind not in self._kinds:
            raise FactError(f"the schema knows no fact of kind {fact.kind!r}")
        return self._kinds[fact.kind].write(fact.values)
