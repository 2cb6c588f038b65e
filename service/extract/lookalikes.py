"""Questions of ours in other dress: in words alone, under another code system, or misspelt.

What is read is read by its code. An Observation that seems to ask the same without it is not
guessed at, but not passed over either: it may be the one that speaks for progression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rules.vocabulary import Term, Vocabulary
from service.extract.concepts import OBSERVED, coded
from service.fhir.records import Concept

_KEPT = 4096  # the same few questions come again in every record
_OF_LESIONS = ("measurements", "findings")
_WORD = re.compile(r"[^\W_]+")
_BESIDE = frozenset(("other dimension", "Karnofsky"))  # known, and not used
_MARKER_SERIES = frozenset(("mass", "arbitrary", "molar"))


class Lookalikes:
    """Tells whether a code that is not known seems to ask what a known one does."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        questions = [t for topic in OBSERVED for t in vocabulary.terms(topic) if _is_asked(t)]
        self._words = frozenset(words for term in questions for words in _ways_to_say(term))
        # one that is nothing but digits may be anything in another system
        self._codes = frozenset(
            c.code.casefold() for t in questions for c in t.codes if not c.code.isdigit()
        )
        codes = [(t, c) for topic in OBSERVED for t in vocabulary.terms(topic) for c in t.codes]
        self._own = frozenset(code.system for term, code in codes if code.code == term.name)
        self._standard = frozenset(code.system for _, code in codes) - self._own
        self.asks = lru_cache(maxsize=_KEPT)(self._asks)

    def resembles(self, concept: Concept) -> bool:
        """Whether one of its codes or words is like ours, be it otherwise coded or not."""
        codings = concept.codings
        return (
            any(c.system in self._own or c.code.casefold() in self._codes for c in codings)
            or any(_folded(coding.display) in self._words for coding in codings)
            or any(_folded(text) in self._words for text in concept.text.split("; "))
            or self._speaks_of_lesions(concept.words)
        )

    def _speaks_of_lesions(self, words: str) -> bool:
        """Whether the words name a question among others: "Mean attenuation of the liver"."""
        named = (t for topic in _OF_LESIONS for t in self._vocabulary.find_in_text(topic, words))
        return any(_is_asked(term) for term in named)

    def _asks(self, concept: Concept) -> bool:
        """Whether it is like one of ours and nothing that this product or a standard knows.

        A code of LOINC or SNOMED CT that is not ours asks something else, whatever its words.
        """
        if not self.resembles(concept) or _known(self._vocabulary, concept):
            return False
        standard = (c for c in concept.codings if c.system in self._standard and c.code)
        return not any(c.code.casefold() not in self._codes for c in standard)


def _known(vocabulary: Vocabulary, concept: Concept) -> bool:
    return any(coded(vocabulary, topic, concept) for topic in OBSERVED)


def _is_asked(term: Term) -> bool:
    """Whether a term is a question that moves a grade; what goes with a measurement is not."""
    says = term.attributes
    if "series" in says:
        return says["series"] in _MARKER_SERIES
    if "role" in says:
        return says["role"] == "question"
    return term.name not in _BESIDE and bool(says or term.name == "ECOG")


def _ways_to_say(term: Term) -> Iterator[str]:
    """Its names, and what its codes are displayed as where that is more than one word."""
    names = (*term.names, term.attributes.get("marker", ""))
    yield from (_folded(name) for name in names if name)
    yield from _phrases(code.display for code in term.codes)


def _phrases(texts: Iterable[str]) -> Iterator[str]:
    """The texts of several words: "Length" may be that of anything."""
    yield from (words for words in map(_folded, texts) if " " in words)


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
