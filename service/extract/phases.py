"""The contrast phase of a measurement: coded, written, or inferred from its study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rules.timeline import Phase
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded
from service.extract.notes import Unusable
from service.extract.observations import Observed
from service.fhir.records import Concept, Value

CONTRAST_PHASE = "contrast phase"
_KEPT = 1024  # the same few phases are stated of every measurement


@dataclass(frozen=True)
class PhaseRead:
    """A phase and, unless it was coded, how it was found."""

    phase: Phase | None = None
    inferred_from: str = ""


class PhaseReader:
    """Reads the phase of Observations; what is not said stays unknown."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._of_concept = lru_cache(maxsize=_KEPT)(self._read_concept)

    def phase(self, observed: Observed, of_study: frozenset[Phase]) -> PhaseRead:
        """The phase that the Observation states, else the only one that its study has.

        Raises:
            Unusable: a phase is stated, but not one, or none that is known.
        """
        stated = observed.values(CONTRAST_PHASE)
        if stated:
            return self._stated(stated)
        in_method = self._of_concept(observed.record.method, "method")
        if in_method.phase or len(of_study) != 1:
            return in_method
        return PhaseRead(next(iter(of_study)), "phase inferred from the series description")

    def _stated(self, values: Sequence[Value]) -> PhaseRead:
        read = [self._read(value, "component") for value in values]
        only = read[0]
        if read.count(only) < len(read):
            raise Unusable(f"{CONTRAST_PHASE}: several are stated")
        if only.phase is None:
            raise Unusable(f"{CONTRAST_PHASE}: not one that is known")
        return only

    def _read(self, value: Value, where: str) -> PhaseRead:
        """The one phase that a value names, by code, else by word."""
        if isinstance(value, Concept):
            return self._of_concept(value, where)
        return self._named(value, where) if isinstance(value, str) else PhaseRead()

    def _read_concept(self, concept: Concept, where: str) -> PhaseRead:
        by_code = coded(self._vocabulary, "phases", concept)
        if not by_code:
            return self._named(concept.words, where)
        return PhaseRead(Phase(by_code[0].name)) if len(by_code) == 1 else PhaseRead()

    def _named(self, words: str, where: str) -> PhaseRead:
        named = self._vocabulary.find_in_text("phases", words)
        if len(named) != 1:
            return PhaseRead()
        return PhaseRead(Phase(named[0].name), f"phase read from the text of the {where}")
