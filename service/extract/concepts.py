"""Concepts looked up in the vocabulary: by code, and by word where the design allows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rules.vocabulary import Term, Vocabulary
from service.fhir.records import Concept, ObservationRecord, Value


@dataclass(frozen=True)
class Reading:
    """One coded value of an Observation: the Observation's own, or that of a component."""

    record: ObservationRecord
    term: Term
    value: Value


def coded(vocabulary: Vocabulary, topic: str, concept: Concept) -> tuple[Term, ...]:
    """The terms that the codings of a concept stand for, each once, in the order of the codings."""
    return _coded(vocabulary, topic, concept.codes)


def coded_or_named(vocabulary: Vocabulary, topic: str, concept: Concept) -> tuple[Term, ...]:
    """The terms of the codings; where no coding is known, those that its words name."""
    return coded(vocabulary, topic, concept) or vocabulary.find_in_text(topic, concept.words)


def readings(vocabulary: Vocabulary, topic: str, record: ObservationRecord) -> list[Reading]:
    """The values of an Observation whose code belongs to a topic, its own first."""
    asked = _asked(vocabulary, topic, record.questions)
    return [Reading(record, term, record.answers[place][1]) for place, term in asked]


def spoken(concept: Concept) -> str:
    """How a person would say the concept: its text, else a display, else a code."""
    candidates = [concept.text, *(c.display for c in concept.codings)]
    candidates += [c.code for c in concept.codings]
    return next((text for text in candidates if text), "")


@lru_cache(maxsize=4096)
def _coded(
    vocabulary: Vocabulary, topic: str, codes: tuple[tuple[str, str], ...]
) -> tuple[Term, ...]:
    # the same few codes come again in every Observation, and are asked for by every reader
    found = (vocabulary.find(topic, system, code) for system, code in codes)
    return tuple({term.name: term for term in found if term is not None}.values())


@lru_cache(maxsize=4096)
def _asked(
    vocabulary: Vocabulary, topic: str, questions: tuple[tuple[tuple[str, str], ...], ...]
) -> tuple[tuple[int, Term], ...]:
    """The terms of a topic that are asked, each with the place of its answer."""
    return tuple(
        (place, term)
        for place, codes in enumerate(questions)
        for term in _coded(vocabulary, topic, codes)
    )
