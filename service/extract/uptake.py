"""FDG uptake of lesions: SULpeak and SUVmax."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.timeline import Source, Uptake, UptakeKind
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded_or_named
from service.extract.notes import Notes, Unusable
from service.extract.observations import Observed, note_of
from service.extract.units import Family, UnitConverter
from service.fhir.records import Concept, Value

# Only these are read: what each is normalised to, and how the region was summed up.
_KINDS = {("SUL", "peak"): UptakeKind.SUL_PEAK, ("SUV", "maximum"): UptakeKind.SUV_MAX}
_DERIVATION = "derivation"


class UptakeReader:
    """Reads uptake with its normalisation and derivation; which is meant is never guessed."""

    def __init__(self, vocabulary: Vocabulary, units: UnitConverter) -> None:
        self._vocabulary, self._units = vocabulary, units

    def uptakes(self, observations: Iterable[Observed], notes: Notes) -> tuple[Uptake, ...]:
        """Every value that can be used; of the others it is named why not."""
        asked = (o for o in observations if o.asked.uptakes)
        return tuple(found for observed in asked for found in self._of(observed, notes))

    def _of(self, observed: Observed, notes: Notes) -> Iterator[Uptake]:
        for place, normalised in observed.asked.uptakes:
            _, value = observed.record.answers[place]
            try:
                yield self._uptake(observed, normalised, value)
            except Unusable as reason:
                notes.cannot_read(observed.record.reference, f"FDG uptake: {reason}")

    def _uptake(self, observed: Observed, normalised: str, value: Value) -> Uptake:
        record = observed.record
        if record.day is None:
            raise Unusable("undated")
        return Uptake(
            self._kind(observed, normalised),
            self._units.number(value, Family.UPTAKE),
            record.day,
            Source(record.reference, note_of(record)),
        )

    def _kind(self, observed: Observed, normalised: str) -> UptakeKind:
        stated = {self._derivation(value) for value in observed.values(_DERIVATION)}
        stated |= {self._derivation(observed.record.method)} - {""}
        kinds = {_KINDS.get((normalised, how)) for how in stated}
        only = kinds.pop() if len(kinds) == 1 else None
        if only is None:
            raise Unusable("neither SULpeak nor SUVmax by its codes")
        return only

    def _derivation(self, value: Value) -> str:
        if not isinstance(value, Concept):
            return ""
        terms = coded_or_named(self._vocabulary, "measurements", value)
        return next((t.name for t in terms if t.name in ("peak", "maximum", "mean")), "")
