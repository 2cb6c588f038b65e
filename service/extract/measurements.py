"""Sizes and attenuations of lesions, in whichever layout they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.timeline import Measurement, Phase, Quantity, Source
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded_or_named
from service.extract.notes import Notes, Unusable
from service.extract.observations import Observed, note_of
from service.extract.phases import PhaseRead, PhaseReader
from service.extract.units import Family, UnitConverter
from service.fhir.records import Amount, Concept, Value

# RECIST 1.1, section 4.3.2: a lesion too small to measure counts 5 mm (Eisenhauer 2009).
TOO_SMALL_TO_MEASURE_MM = Decimal(5)

_PANEL = "size panel"  # its own value, where it has one, is the longest diameter
_QUANTITIES = {_PANEL: Quantity.LONG_AXIS, **{quantity.value: quantity for quantity in Quantity}}


@dataclass(frozen=True, eq=False)
class Measured:
    """An Observation with the sizes and attenuations that it gives, readable or not."""

    observed: Observed
    values: Sequence[tuple[Quantity, Value]]


class MeasurementReader:
    """Reads the values of Observations; of which lesion and study is decided before.

    A size is the Observation's value or a component's, an attenuation likewise, so one
    Observation may hold several measurements. Of attenuations only the mean is read.
    """

    def __init__(self, vocabulary: Vocabulary, units: UnitConverter) -> None:
        self._vocabulary = vocabulary
        self._units = units
        self._phases = PhaseReader(vocabulary)

    def measured(self, observed: Observed) -> Measured | None:
        """What an Observation gives of the size or attenuation of a lesion; None if nothing."""
        answers = observed.record.answers
        values = [
            (_QUANTITIES[quantity], answers[place][1])
            for place, quantity in observed.asked.quantities
            if quantity in _QUANTITIES
            and not (quantity == _PANEL and _is_container(observed, place))
            and not (quantity == Quantity.ATTENUATION and self._is_not_mean(observed))
        ]
        return Measured(observed, values) if values else None

    def measurements(
        self,
        measured: Measured,
        lesion: str,
        study: str,
        phases_of_study: frozenset[Phase],
        notes: Notes,
    ) -> list[Measurement]:
        """What one Observation measured on one lesion; what cannot be read is named."""
        record = measured.observed.record
        read = self._phase(measured.observed, phases_of_study, notes)
        source = Source(record.reference, note_of(record, read.inferred_from))
        return [
            Measurement(
                lesion=lesion,
                study=study,
                quantity=quantity,
                value=number,
                phase=read.phase,
                source=source,
                as_reported=_as_reported(value),
                phase_inferred=bool(read.inferred_from),
            )
            for quantity, value, number in self._numbers(measured, notes)
        ]

    def _is_not_mean(self, observed: Observed) -> bool:
        """Whether a maximum, minimum or deviation was taken of the region."""
        return not all(map(self._is_mean, observed.values("derivation")))

    def _is_mean(self, derivation: Value) -> bool:
        if isinstance(derivation, str):
            derivation = Concept(text=derivation)
        if not isinstance(derivation, Concept):
            return False
        terms = coded_or_named(self._vocabulary, "measurements", derivation)
        return [term.name for term in terms] == ["mean"]

    def _numbers(self, measured: Measured, notes: Notes) -> list[tuple[Quantity, Value, Decimal]]:
        found: list[tuple[Quantity, Value, Decimal]] = []
        reference = measured.observed.record.reference
        for quantity, value in measured.values:
            try:
                if quantity is Quantity.ATTENUATION:
                    number = self._units.number(value, Family.ATTENUATION)
                else:
                    number = self._length(reference, value, notes)
                found.append((quantity, value, number))
            except Unusable as reason:
                notes.cannot_read(reference, f"{quantity.value}: {reason}")
        return found

    def _length(self, reference: str, value: Value, notes: Notes) -> Decimal:
        if isinstance(value, Amount) and value.comparator == "<":
            limit = self._units.convert(value, Family.LENGTH)
            if limit == TOO_SMALL_TO_MEASURE_MM:
                notes.remark(f"{reference}: too small to measure, counted as {limit} mm")
                return limit
        length = self._units.number(value, Family.LENGTH)
        if length < 0:
            raise Unusable("a length below zero")
        return length

    def _phase(self, observed: Observed, of_study: frozenset[Phase], notes: Notes) -> PhaseRead:
        try:
            return self._phases.phase(observed, of_study)
        except Unusable as reason:
            notes.cannot_read(observed.record.reference, str(reason))
            return PhaseRead()


def _is_container(observed: Observed, place: int) -> bool:
    """Whether a panel has no value of its own, its sizes being elsewhere."""
    if observed.record.answers[place][1] is not None:
        return False
    asked = sum(map(len, observed.asked.places.values()))
    return bool(observed.record.has_member) or asked > 1


def _as_reported(value: Value) -> str:
    return f"{value.comparator}{value.value} {value.unit}" if isinstance(value, Amount) else ""
