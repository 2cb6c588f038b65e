"""Sizes and attenuations of lesions, in whichever layout they were sent."""

from __future__ import annotations

from decimal import Decimal

from rules.timeline import Measurement, Phase, Quantity, Source
from rules.vocabulary import Vocabulary
from service.extract.concepts import Reading, coded_or_named, readings
from service.extract.notes import Notes, Unusable
from service.extract.observations import note_of
from service.extract.phases import PhaseRead, PhaseReader
from service.extract.units import Family, UnitConverter
from service.fhir.records import Amount, Concept, ObservationRecord, Value

# RECIST 1.1, section 4.3.2: a lesion too small to measure counts 5 mm (Eisenhauer 2009).
TOO_SMALL_TO_MEASURE_MM = Decimal(5)

_PANEL = "size panel"  # its own value, where it has one, is the longest diameter
_QUANTITIES = {_PANEL: Quantity.LONG_AXIS, **{quantity.value: quantity for quantity in Quantity}}


class MeasurementReader:
    """Reads the values of Observations; of which lesion and study is decided before.

    A size is the Observation's value or a component's, an attenuation likewise, so one
    Observation may hold several measurements. Of attenuations only the mean is read.
    """

    def __init__(self, vocabulary: Vocabulary, units: UnitConverter) -> None:
        self._vocabulary = vocabulary
        self._units = units
        self._phases = PhaseReader(vocabulary)

    def measures(self, record: ObservationRecord) -> bool:
        """Whether an Observation is of a lesion's size or attenuation, readable or not."""
        return bool(self._readings(record))

    def measurements(
        self,
        record: ObservationRecord,
        lesion: str,
        study: str,
        phases_of_study: frozenset[Phase],
        notes: Notes,
    ) -> list[Measurement]:
        """What one Observation measured on one lesion; what cannot be read is named."""
        read = self._phase(record, phases_of_study, notes)
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
            for quantity, value, number in self._numbers(record, notes)
        ]

    def _readings(self, record: ObservationRecord) -> list[tuple[Quantity, Value]]:
        found = readings(self._vocabulary, "measurements", record)
        return [
            (_QUANTITIES[quantity], reading.value)
            for reading in found
            if (quantity := reading.term.attributes.get("quantity")) in _QUANTITIES
            and not _is_container(reading, found)
            and not (quantity == Quantity.ATTENUATION.value and self._is_not_mean(found))
        ]

    def _is_not_mean(self, found: list[Reading]) -> bool:
        """Whether a maximum, minimum or deviation was taken of the region."""
        values = [reading.value for reading in found if reading.term.name == "derivation"]
        return any(not self._is_mean(value) for value in values)

    def _is_mean(self, derivation: Value) -> bool:
        if isinstance(derivation, str):
            derivation = Concept(text=derivation)
        if not isinstance(derivation, Concept):
            return False
        terms = coded_or_named(self._vocabulary, "measurements", derivation)
        return [term.name for term in terms] == ["mean"]

    def _numbers(
        self, record: ObservationRecord, notes: Notes
    ) -> list[tuple[Quantity, Value, Decimal]]:
        found: list[tuple[Quantity, Value, Decimal]] = []
        for quantity, value in self._readings(record):
            try:
                if quantity is Quantity.ATTENUATION:
                    number = self._units.number(value, Family.ATTENUATION)
                else:
                    number = self._length(record, value, notes)
                found.append((quantity, value, number))
            except Unusable as reason:
                notes.cannot_read(record.reference, f"{quantity.value}: {reason}")
        return found

    def _length(self, record: ObservationRecord, value: Value, notes: Notes) -> Decimal:
        if isinstance(value, Amount) and value.comparator == "<":
            limit = self._units.convert(value, Family.LENGTH)
            if limit == TOO_SMALL_TO_MEASURE_MM:
                notes.remark(f"{record.reference}: too small to measure, counted as {limit} mm")
                return limit
        length = self._units.number(value, Family.LENGTH)
        if length < 0:
            raise Unusable("a length below zero")
        return length

    def _phase(
        self, record: ObservationRecord, of_study: frozenset[Phase], notes: Notes
    ) -> PhaseRead:
        try:
            return self._phases.phase(record, of_study)
        except Unusable as reason:
            notes.cannot_read(record.reference, str(reason))
            return PhaseRead()


def _is_container(reading: Reading, found: list[Reading]) -> bool:
    """Whether this is a panel without a value of its own, its sizes being elsewhere."""
    if reading.term.attributes["quantity"] != _PANEL or reading.value is not None:
        return False
    return bool(reading.record.has_member) or len(found) > 1


def _as_reported(value: Value) -> str:
    return f"{value.comparator}{value.value} {value.unit}" if isinstance(value, Amount) else ""
