"""The contrast phase of a measurement: coded, written, or inferred from its study."""

from __future__ import annotations

from dataclasses import dataclass

from rules.timeline import Phase
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded, readings
from service.extract.notes import Unusable
from service.fhir.records import Concept, ObservationRecord, Value

CONTRAST_PHASE = "contrast phase"


@dataclass(frozen=True)
class PhaseRead:
    """A phase and, unless it was coded, how it was found."""

    phase: Phase | None = None
    inferred_from: str = ""


class PhaseReader:
    """Reads the phase of Observations; what is not said stays unknown."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def phase(self, record: ObservationRecord, of_study: frozenset[Phase]) -> PhaseRead:
        """The phase that the Observation states, else the only one that its study has.

        Raises:
            Unusable: a phase is stated, but not one, or none that is known.
        """
        found = readings(self._vocabulary, "measurements", record)
        stated = [r.value for r in found if r.term.name == CONTRAST_PHASE]
        if stated:
            return self._stated(stated)
        in_method = self._read(record.method, "method")
        if in_method.phase or len(of_study) != 1:
            return in_method
        return PhaseRead(next(iter(of_study)), "phase inferred from the series description")

    def _stated(self, values: list[Value]) -> PhaseRead:
        read = {self._read(value, "component") for value in values}
        if len(read) > 1:
            raise Unusable(f"{CONTRAST_PHASE}: several are stated")
        only = read.pop()
        if only.phase is None:
            raise Unusable(f"{CONTRAST_PHASE}: not one that is known")
        return only

    def _read(self, value: Value, where: str) -> PhaseRead:
        """The one phase that a value names, by code, else by word."""
        words = value if isinstance(value, str) else ""
        if isinstance(value, Concept):
            by_code = coded(self._vocabulary, "phases", value)
            if by_code:
                return PhaseRead(Phase(by_code[0].name)) if len(by_code) == 1 else PhaseRead()
            words = value.words
        named = self._vocabulary.find_in_text("phases", words)
        if len(named) != 1:
            return PhaseRead()
        return PhaseRead(Phase(named[0].name), f"phase read from the text of the {where}")
