"""Tumour marker results, each in the unit of its series."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from rules.timeline import MarkerValue, Source
from rules.vocabulary import Term
from service.extract.conflicts import settled
from service.extract.notes import Notes, Unusable
from service.extract.observations import Observed, note_of
from service.extract.units import Family, UnitConverter
from service.fhir.records import Amount, ObservationRecord

# LOINC property -> units; a marker reported in other terms (presence, activity) is not followed
_FAMILIES = {
    "mass": Family.MASS_CONCENTRATION,
    "arbitrary": Family.ARBITRARY_CONCENTRATION,
    "molar": Family.MOLAR_CONCENTRATION,
}


class MarkerReader:
    """Reads marker results by their LOINC code; the property decides which units may occur."""

    def __init__(self, units: UnitConverter) -> None:
        self._units = units

    def values(self, observations: Iterable[Observed], notes: Notes) -> tuple[MarkerValue, ...]:
        """All results; two that disagree for one day are both left out, named."""
        found: list[MarkerValue] = []
        for observed in observations:
            for term in observed.asked.markers:
                if term.attributes["series"] in _FAMILIES:
                    try:
                        found.append(self._value(observed.record, term))
                    except Unusable as reason:
                        why = f"{term.attributes['marker']}: {reason}"
                        notes.cannot_read(observed.record.reference, why)
        return settled(
            found,
            subject=lambda m: (m.marker, m.series, m.day),
            value=lambda m: m.value,
            what=lambda m: f"{m.marker} on one day",
            notes=notes,
        )

    def _value(self, record: ObservationRecord, term: Term) -> MarkerValue:
        series = term.attributes["series"]
        family = _FAMILIES[series]
        value = self._units.number(record.value, family)
        if record.day is None:
            raise Unusable("undated")
        return MarkerValue(
            marker=term.attributes["marker"],
            series=series,
            value=value,
            unit=family.value,
            day=record.day,
            source=Source(record.reference, note_of(record)),
            upper_limit=self._upper_limit(record, family),
        )

    def _upper_limit(self, record: ObservationRecord, family: Family) -> Decimal | None:
        """The limit of the reference range; without a unit it is in that of the result."""
        limit, result = record.upper_limit, record.value
        if limit is None or not isinstance(result, Amount):
            return None
        try:
            return self._units.number(
                Amount(limit.value, limit.unit or result.unit, limit.comparator), family
            )
        except Unusable:
            return None
