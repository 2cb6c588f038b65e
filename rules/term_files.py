"""The files of terms, ``rules/terms/*.yaml``: strict YAML in, checked terms out.

``systems.yaml`` gives each code system a short name, its URI and its aliases. Every other file is
a topic: ``sources`` (a short name for each provenance), ``terms`` (attributes, names, codes) and
``passed_over`` (phrases that contain a name and do not mean it). A name or phrase may hold choices:
``(colon|rectal) cancer`` is two names. Every error names the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar

from rules.strict_yaml import load_strict

_T = TypeVar("_T")
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


class TermsError(ValueError):
    """A file of terms is not as it must be; the message says where and what to do."""


class Confidence(str, Enum):
    """How well a code is known. What nobody has seen in a named public source is not shipped."""

    VERIFIED = "verified"
    WEAK = "weak"  # one informal source only


@dataclass(frozen=True)
class TermCode:
    """A code of a term. ``prefix``: it stands for every code that begins with it (C50, L01)."""

    system: str  # URI
    code: str
    display: str
    source: str
    confidence: Confidence = Confidence.VERIFIED
    prefix: bool = False


@dataclass(frozen=True)
class Term:
    """One thing that records name in many ways. ``names`` are the words matched in text."""

    name: str
    attributes: Mapping[str, str]
    codes: tuple[TermCode, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class CodeSystem:
    """A code system: its URI, and what else it is called."""

    name: str
    uri: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class TopicFile:
    """What the file of a topic holds."""

    place: str
    terms: tuple[Term, ...]
    passed_over: tuple[str, ...]


def read_systems(text: str, place: str) -> tuple[CodeSystem, ...]:
    """The code systems of ``systems.yaml``.

    Raises:
        TermsError: something is missing, unknown or of the wrong type.
        StrictYamlError: the text is not YAML, or has a key twice.
    """
    blocks = _Block.of_text(text, place).only("systems").child("systems").children()
    return tuple(
        CodeSystem(name, block.only("uri", "aliases").get("uri", str), block.texts("aliases"))
        for name, block in blocks
    )


def read_topic(text: str, place: str, systems: Mapping[str, str]) -> TopicFile:
    """The terms of a topic.

    Args:
        text: the file.
        place: what the file is called in errors.
        systems: the URI of each code system by its short name.

    Raises:
        TermsError: something is missing, unknown or of the wrong type.
        StrictYamlError: the text is not YAML, or has a key twice.
    """
    block = _Block.of_text(text, place).only("sources", "terms", "passed_over")
    sources = block.child("sources").table()
    terms = (_term(name, b, systems, sources) for name, b in block.child("terms").children())
    return TopicFile(place, tuple(terms), block.names("passed_over"))


@dataclass(frozen=True)
class _Block:
    """One mapping of a file, read with errors that name the place."""

    raw: Mapping[str, Any]
    place: str

    @classmethod
    def of_text(cls, text: str, place: str) -> _Block:
        return cls(_checked(load_strict(text, place), dict, place), place)

    def only(self, *allowed: str) -> _Block:
        unknown = sorted(str(key) for key in self.raw if key not in allowed)
        if unknown:
            raise TermsError(f"{self.place}: unknown keys {unknown}; allowed are {list(allowed)}")
        return self

    def get(self, key: str, kind: type[_T]) -> _T:
        return _checked(self.raw.get(key), kind, f"{self.place}.{key}")

    def optional(self, key: str, otherwise: _T) -> _T:
        return self.get(key, type(otherwise)) if key in self.raw else otherwise

    def texts(self, key: str) -> tuple[str, ...]:
        place = f"{self.place}.{key}"
        return tuple(_checked(text, str, place) for text in self._items(key))

    def names(self, key: str) -> tuple[str, ...]:
        return tuple(name for text in self.texts(key) for name in _each_choice(text))

    def table(self) -> Mapping[str, str]:
        return MappingProxyType({str(key): self.get(key, str) for key in self.raw})

    def child(self, key: str) -> _Block:
        return _Block(self.optional(key, {}), f"{self.place}.{key}")

    def children(self) -> Iterator[tuple[str, _Block]]:
        return (
            (_checked(key, str, self.place), _Block(self.get(key, dict), f"{self.place}.{key}"))
            for key in self.raw
        )

    def listed(self, key: str) -> Iterator[_Block]:
        place = f"{self.place}.{key}"
        return (_Block(_checked(item, dict, place), place) for item in self._items(key))

    def _items(self, key: str) -> list[object]:
        return self.get(key, list) if key in self.raw else []


def _checked(value: object, kind: type[_T], place: str) -> _T:
    if isinstance(value, kind) and value != "":
        return value
    raise TermsError(f"{place}: missing, empty or not {kind.__name__}; codes and words are quoted")


def _each_choice(name: str) -> Iterator[str]:
    """The names that a name with choices stands for: "(a|b) c" is "a c" and "b c"."""
    choice = _CHOICE.search(name)
    if choice is None:
        yield name
        return
    for alternative in choice.group(1).split("|"):
        yield from _each_choice(name[: choice.start()] + alternative + name[choice.end() :])


def _term(name: str, block: _Block, systems: Mapping[str, str], sources: Mapping[str, str]) -> Term:
    block.only("attributes", "names", "codes")
    return Term(
        name=name,
        attributes=block.child("attributes").table(),
        codes=tuple(_code(b, systems, sources) for b in block.listed("codes")),
        names=block.names("names"),
    )


def _code(block: _Block, systems: Mapping[str, str], sources: Mapping[str, str]) -> TermCode:
    block.only("system", "code", "display", "source", "confidence", "prefix")
    return TermCode(
        system=_one_of(systems, block, "system"),
        code=block.get("code", str),
        display=block.get("display", str),
        source=_one_of(sources, block, "source"),
        confidence=_confidence(block),
        prefix=block.optional("prefix", False),
    )


def _one_of(known: Mapping[str, str], block: _Block, key: str) -> str:
    name = block.get(key, str)
    if name not in known:
        raise TermsError(f"{block.place}.{key}: {name!r} is not one of {', '.join(sorted(known))}")
    return known[name]


def _confidence(block: _Block) -> Confidence:
    stated = block.optional("confidence", Confidence.VERIFIED.value)
    try:
        return Confidence(stated)
    except ValueError:
        known = ", ".join(c.value for c in Confidence)
        raise TermsError(f"{block.place}.confidence: {stated!r} is not one of {known}") from None
