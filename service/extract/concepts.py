"""Concepts looked up in the vocabulary: by code, and by word where the design allows it."""

from __future__ import annotations

from functools import lru_cache

from rules.vocabulary import Term, Vocabulary
from service.fhir.records import Concept

OBSERVED = ("measurements", "findings", "markers", "performance", "disease_status")
"""The topics whose codes are questions that Observations answer."""


def coded(vocabulary: Vocabulary, topic: str, concept: Concept) -> tuple[Term, ...]:
    """The terms that the codings of a concept stand for, each once, in the order of the codings."""
    return terms_of(vocabulary, topic, concept.codes)


def coded_or_named(vocabulary: Vocabulary, topic: str, concept: Concept) -> tuple[Term, ...]:
    """The terms of the codings; where no coding is known, those that its words name."""
    found = terms_of(vocabulary, topic, concept.codes)
    return found or vocabulary.find_in_text(topic, concept.words)


def spoken(concept: Concept) -> str:
    """How a person would say the concept: its text, else a display, else a code."""
    candidates = [concept.text, *(c.display for c in concept.codings)]
    candidates += [c.code for c in concept.codings]
    return next((text for text in candidates if text), "")


@lru_cache(maxsize=4096)
def terms_of(
    vocabulary: Vocabulary, topic: str, codes: tuple[tuple[str, str], ...]
) -> tuple[Term, ...]:
    """The terms that system and code of some codings stand for, as ``coded``."""
    # the same few codes come again in every Observation, and are asked for by every reader
    found = (vocabulary.find(topic, system, code) for system, code in codes)
    return tuple({term.name: term for term in found if term is not None}.values())
