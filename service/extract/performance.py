"""ECOG performance status."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from rules.timeline import PerformanceStatus, Source
from service.extract.conflicts import settled
from service.extract.notes import Notes, Unusable
from service.extract.observations import Observed, note_of
from service.fhir.records import Amount, Concept, ObservationRecord, Value

_STEPS = range(6)  # ECOG 0 to 5
_WRITTEN_STEP = re.compile(r"(?<![\d.,-])[0-5](?![\d.,%-])")


class PerformanceReader:
    """Reads ECOG as an integer, a quantity, or a coded or written answer that names one step."""

    def statuses(
        self, observations: Iterable[Observed], notes: Notes
    ) -> tuple[PerformanceStatus, ...]:
        """The ECOG status of each Observation that has one."""
        found: list[PerformanceStatus] = []
        for record in [o.record for o in observations if "ECOG" in o.asked.performance]:
            try:
                found.append(_status(record))
            except Unusable as reason:
                notes.cannot_read(record.reference, f"ECOG: {reason}")
        return settled(
            found,
            subject=lambda status: status.day,
            value=lambda status: status.ecog,
            what=lambda _: "ECOG on one day",
            notes=notes,
        )


def _status(record: ObservationRecord) -> PerformanceStatus:
    if record.day is None:
        raise Unusable("undated")
    return PerformanceStatus(
        _step(record.value), record.day, Source(record.reference, note_of(record))
    )


def _step(value: Value) -> int:
    stated = _numbers(value)
    steps = [step for step in _STEPS if step in stated]
    if len(stated) != 1 or not steps:
        raise Unusable("not one step from 0 to 5")
    return steps[0]


def _numbers(value: Value) -> set[Decimal] | set[int]:
    """The numbers that a value states, in whatever form."""
    if isinstance(value, Amount):
        return set() if value.comparator else {value.value}
    if isinstance(value, Concept):
        return _numbers(value.words)
    if isinstance(value, str):
        return {int(step) for step in _WRITTEN_STEP.findall(value)}
    return {value} if isinstance(value, int) and not isinstance(value, bool) else set()
