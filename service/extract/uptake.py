"""FDG uptake of lesions: SULpeak and SUVmax."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.timeline import Source, Uptake, UptakeKind
from rules.vocabulary import Vocabulary
from service.extract.concepts import Reading, coded_or_named, readings
from service.extract.notes import Notes, Unusable
from service.extract.observations import note_of
from service.extract.units import Family, UnitConverter
from service.fhir.records import Concept, ObservationRecord, Value

# Only these are read: what each is normalised to, and how the region was summed up.
_KINDS = {("SUL", "peak"): UptakeKind.SUL_PEAK, ("SUV", "maximum"): UptakeKind.SUV_MAX}
_DERIVATION = "derivation"


class UptakeReader:
    """Reads uptake with its normalisation and derivation; which is meant is never guessed."""

    def __init__(self, vocabulary: Vocabulary, units: UnitConverter) -> None:
        self._vocabulary, self._units = vocabulary, units

    def uptakes(self, records: Iterable[ObservationRecord], notes: Notes) -> tuple[Uptake, ...]:
        """Every value that can be used; of the others it is named why not."""
        return tuple(found for record in records for found in self._of(record, notes))

    def _of(self, record: ObservationRecord, notes: Notes) -> Iterator[Uptake]:
        found = readings(self._vocabulary, "measurements", record)
        for reading in found:
            if "uptake" in reading.term.attributes:
                try:
                    yield self._uptake(reading, found)
                except Unusable as reason:
                    notes.cannot_read(record.reference, f"FDG uptake: {reason}")

    def _uptake(self, reading: Reading, found: list[Reading]) -> Uptake:
        record = reading.record
        if record.day is None:
            raise Unusable("undated")
        return Uptake(
            self._kind(reading, found),
            self._units.number(reading.value, Family.UPTAKE),
            record.day,
            Source(record.reference, note_of(record)),
        )

    def _kind(self, reading: Reading, found: list[Reading]) -> UptakeKind:
        stated = {self._derivation(r.value) for r in found if r.term.name == _DERIVATION}
        stated |= {self._derivation(reading.record.method)} - {""}
        kinds = {_KINDS.get((reading.term.attributes["uptake"], how)) for how in stated}
        only = kinds.pop() if len(kinds) == 1 else None
        if only is None:
            raise Unusable("neither SULpeak nor SUVmax by its codes")
        return only

    def _derivation(self, value: Value) -> str:
        if not isinstance(value, Concept):
            return ""
        terms = coded_or_named(self._vocabulary, "measurements", value)
        return next((t.name for t in terms if t.name in ("peak", "maximum", "mean")), "")
