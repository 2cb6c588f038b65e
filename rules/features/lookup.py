"""A timeline with the look-ups that the features need, made once per assessment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rules.timeline import (
    Finding,
    FindingKind,
    Lesion,
    Measurement,
    Organ,
    Phase,
    Quantity,
    Study,
    Timeline,
)

# A lesion measured in several phases is read in the first of these that is there; a value of
# unknown phase comes before the other phases, since it may be portal venous.
_PREFERENCE: tuple[Phase | None, ...] = (
    Phase.PORTAL_VENOUS,
    None,
    Phase.DELAYED,
    Phase.ARTERIAL,
    Phase.UNENHANCED,
)


@dataclass(frozen=True)
class Lookup:
    """Measurements by lesion and study, findings by kind, studies by day."""

    timeline: Timeline

    @cached_property
    def studies(self) -> Mapping[str, Study]:
        """Studies by id."""
        return {study.id: study for study in self.timeline.studies}

    @cached_property
    def lesions(self) -> Mapping[str, Lesion]:
        """Lesions by id."""
        return {lesion.id: lesion for lesion in self.timeline.lesions}

    @cached_property
    def _measurements(self) -> Mapping[tuple[str, str, Quantity], tuple[Measurement, ...]]:
        table: dict[tuple[str, str, Quantity], list[Measurement]] = defaultdict(list)
        for m in self.timeline.measurements:
            table[m.lesion, m.study, m.quantity].append(m)
        return {key: tuple(values) for key, values in table.items()}

    def all_of(self, lesion: str, study: str, quantity: Quantity) -> tuple[Measurement, ...]:
        """Every value of one quantity of one lesion at one study."""
        return self._measurements.get((lesion, study, quantity), ())

    def value(self, lesion: str, study: str, quantity: Quantity) -> Measurement | None:
        """The value to read: portal venous where there is one."""
        values = self.all_of(lesion, study, quantity)
        return min(values, key=lambda m: _PREFERENCE.index(m.phase), default=None)

    def in_phase(
        self, lesion: str, study: str, quantity: Quantity, phase: Phase
    ) -> Measurement | None:
        """The value of one phase."""
        return next((m for m in self.all_of(lesion, study, quantity) if m.phase is phase), None)

    def of_organ(self, organ: Organ) -> tuple[Lesion, ...]:
        """The tumour lesions of an organ."""
        return tuple(
            lesion
            for lesion in self.timeline.lesions
            if lesion.organ is organ and not lesion.reference_region
        )

    def is_node(self, lesion: Lesion) -> bool:
        """Whether a lesion outside the liver is measured as nodes are: by its short axis, if at all."""
        measured = {m.quantity for m in self.timeline.measurements if m.lesion == lesion.id}
        return (
            lesion.organ is Organ.ELSEWHERE
            and Quantity.SHORT_AXIS in measured
            and (lesion.node or Quantity.LONG_AXIS not in measured)
        )

    def measured_in(self, lesions: Iterable[Lesion]) -> tuple[Study, ...]:
        """The studies in which one of these lesions has a value, by day."""
        wanted = {lesion.id for lesion in lesions}
        ids = {m.study for m in self.timeline.measurements if m.lesion in wanted}
        return by_day(self.studies[i] for i in ids)

    def findings(self, *kinds: FindingKind) -> tuple[Finding, ...]:
        """The findings of some kinds, in the order of the timeline."""
        return tuple(f for f in self.timeline.findings if f.kind in kinds)


def by_day(studies: Iterable[Study]) -> tuple[Study, ...]:
    """Studies from the oldest to the newest."""
    return tuple(sorted(studies, key=lambda s: (s.day.latest, s.day.earliest, s.id)))
