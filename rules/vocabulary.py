"""What counts as imatinib, liver or CEA: terms found by their codes and by the words they go by.

The terms stand in ``rules/terms/<topic>.yaml``, one file a topic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from types import MappingProxyType
from typing import TypeVar

from rules.term_files import (
    CodeSystem,
    Confidence,
    Term,
    TermCode,
    TermsError,
    TopicFile,
    read_systems,
    read_topic,
)

__all__ = [
    "Confidence",
    "Term",
    "TermCode",
    "TermsError",
    "Vocabulary",
    "load_vocabulary",
    "read_vocabulary",
]

_SYSTEMS = "systems"
_TEXTS_KEPT = 4096
_GLUED_UP_TO = 4  # words: nobody writes a longer name as one word
# A decimal is one word: the 0 of "3.0" names nothing.
_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True)
class _Topic:
    """The terms of one topic and the ways to find them.

    ``spellings`` gives the term of each way to write a name, None for a phrase to pass over;
    ``longest`` is the number of words of the longest spelling.
    """

    terms: Mapping[str, Term]
    exact: Mapping[tuple[str, str], Term]
    prefixes: Mapping[tuple[str, str], Term]
    spellings: Mapping[str, Term | None]
    longest: int

    def coded(self, system: str, code: str) -> Term | None:
        """The term of a code: that of the code itself, else that of its longest prefix."""
        if (system, code) in self.exact:
            return self.exact[system, code]
        starts = ((system, code[:end]) for end in range(len(code), 0, -1))
        return next((self.prefixes[start] for start in starts if start in self.prefixes), None)

    def named(self, words: Sequence[str]) -> Iterator[Term]:
        """The terms that the words name, first to last."""
        at = 0
        while at < len(words):
            length = self._name_at(words, at)
            term = self.spellings[" ".join(words[at : at + length])] if length else None
            if term:
                yield term
            at += max(length, 1)

    def _name_at(self, words: Sequence[str], at: int) -> int:
        """How many words the longest name has that begins here; 0 where none does."""
        lengths = range(min(self.longest, len(words) - at), 0, -1)
        return next((n for n in lengths if " ".join(words[at : at + n]) in self.spellings), 0)


class Vocabulary:
    """The terms of all topics. Immutable; ``load_vocabulary`` makes it."""

    def __init__(self, topics: Mapping[str, _Topic], system_uris: Mapping[str, str]) -> None:
        self._topics = MappingProxyType(dict(topics))
        self._system_uris = MappingProxyType(dict(system_uris))
        # The same few texts (series descriptions, drugs) come again and again.
        self._named = lru_cache(maxsize=_TEXTS_KEPT)(self._name)

    def find(self, topic: str, system: str, code: str) -> Term | None:
        """The term of a topic that has this code.

        A code that a term has itself goes before a family of codes (a prefix), and a smaller
        family before a larger one.

        Args:
            topic: the name of the file of terms.
            system: the URI of the code system, as ``normalise_system`` gives it.
            code: with or without its dot (C78.7, C787).

        Raises:
            KeyError: there is no such topic.
        """
        return self._topic(topic).coded(system, _undotted(code))

    def find_in_text(self, topic: str, text: str) -> tuple[Term, ...]:
        """The terms of a topic whose names occur in a text, each once, in order of appearance.

        Whole words are compared, without case, accents and punctuation: "STI-571", "STI 571" and
        "sti571" are one name, and "apatinib" is not in "lapatinib". Of the names that begin at
        one word the longest counts, and the words it covers name nothing else.

        Raises:
            KeyError: there is no such topic.
        """
        return self._named(topic, text)

    def _name(self, topic: str, text: str) -> tuple[Term, ...]:
        named = self._topic(topic).named(_words(text))
        return tuple({term.name: term for term in named}.values())

    def term(self, topic: str, name: str) -> Term:
        """A term by its name.

        Raises:
            KeyError: there is no such topic, or the topic has no such term.
        """
        terms = self._topic(topic).terms
        if name not in terms:
            raise KeyError(f"rules/terms/{topic}.yaml has no term {name!r}; add it there")
        return terms[name]

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics, each the name of a file of terms."""
        return tuple(sorted(self._topics))

    def terms(self, topic: str) -> tuple[Term, ...]:
        """The terms of a topic, in the order of its file.

        Raises:
            KeyError: there is no such topic.
        """
        return tuple(self._topic(topic).terms.values())

    def normalise_system(self, system: str) -> str:
        """The URI of a code system known by this URI, alias or OID; anything else unchanged."""
        return self._system_uris.get(_system_key(system), system)

    def _topic(self, topic: str) -> _Topic:
        if topic not in self._topics:
            raise KeyError(f"no topic {topic!r}; there are {', '.join(sorted(self._topics))}")
        return self._topics[topic]


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary of this package, read once.

    Raises:
        TermsError: a file is not as it must be.
        StrictYamlError: a file is not YAML, or has a key twice.
    """
    found = [f for f in (files("rules") / "terms").iterdir() if f.name.endswith(".yaml")]
    return read_vocabulary({f.name.removesuffix(".yaml"): f.read_text("utf-8") for f in found})


def read_vocabulary(texts: Mapping[str, str]) -> Vocabulary:
    """A vocabulary of files in the form of ``rules/terms``, each text by the name of its topic.

    Raises:
        TermsError: something is missing, unknown, of the wrong type, or of two terms.
        StrictYamlError: a text is not YAML, or has a key twice.
    """
    if _SYSTEMS not in texts:
        raise TermsError(f"{_place(_SYSTEMS)} is missing")
    systems = read_systems(texts[_SYSTEMS], _place(_SYSTEMS))
    uris = {system.name: system.uri for system in systems}
    topics = {
        topic: _index(read_topic(text, _place(topic), uris))
        for topic, text in texts.items()
        if topic != _SYSTEMS
    }
    return Vocabulary(topics, _by_alias(systems))


def _place(topic: str) -> str:
    return f"rules/terms/{topic}.yaml"


def _by_alias(systems: Iterable[CodeSystem]) -> Mapping[str, str]:
    return _unambiguous(
        _place(_SYSTEMS),
        ((_system_key(alias), s.uri) for s in systems for alias in (s.uri, *s.aliases)),
    )


def _index(file: TopicFile) -> _Topic:
    codes = [(term, code) for term in file.terms for code in term.codes]
    spellings = _unambiguous(file.place, _spellings_of(file))
    return _Topic(
        terms=MappingProxyType({term.name: term for term in file.terms}),
        exact=_unambiguous(file.place, ((_key(c), term) for term, c in codes if not c.prefix)),
        prefixes=_unambiguous(file.place, ((_key(c), term) for term, c in codes if c.prefix)),
        spellings=spellings,
        longest=max((spelling.count(" ") + 1 for spelling in spellings), default=0),
    )


def _unambiguous(place: str, pairs: Iterable[tuple[_K, _V]]) -> Mapping[_K, _V]:
    """The pairs as a mapping, where no key is given twice."""
    mapping: dict[_K, _V] = {}
    for key, value in pairs:
        if key in mapping:
            raise TermsError(f"{place}: {key!r} is there twice; keep it where it belongs")
        mapping[key] = value
    return MappingProxyType(mapping)


def _spellings_of(file: TopicFile) -> Iterator[tuple[str, Term | None]]:
    """Every way to write each name of a file, and each phrase to pass over."""
    names: list[tuple[str, Term | None]] = [(name, t) for t in file.terms for name in t.names]
    for name, term in (*names, *((phrase, None) for phrase in file.passed_over)):
        words = _words(name)
        if not words:
            raise TermsError(f"{file.place}: {name!r} has no letter or digit to be found by")
        yield from ((spelling, term) for spelling in sorted(_spellings(words)))


def _spellings(words: Sequence[str]) -> set[str]:
    """A name with its words apart and together: sti 571, sti571."""
    joints = ("", " ") if len(words) <= _GLUED_UP_TO else (" ",)
    gaps = product(joints, repeat=len(words) - 1)
    return {"".join(w + g for w, g in zip(words, (*gap, ""), strict=True)) for gap in gaps}


def _words(text: str) -> list[str]:
    """The words of a text, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c)))


def _key(code: TermCode) -> tuple[str, str]:
    return code.system, _undotted(code.code)


def _undotted(code: str) -> str:
    """ICD codes travel with and without their dot; no other system here uses one."""
    return code.strip().replace(".", "")


def _system_key(system: str) -> str:
    return system.strip().rstrip("/#").casefold()
