"""A timeline with the look-ups that the features need, made once per assessment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import TypeVar

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

Thing = TypeVar("Thing")
Key = TypeVar("Key")

# A lesion measured in several phases is read in the first of these that is there; a value of
# unknown phase comes before the other phases, since it may be portal venous.
_PREFERENCE: tuple[Phase | None, ...] = (
    Phase.PORTAL_VENOUS,
    None,
    Phase.DELAYED,
    Phase.ARTERIAL,
    Phase.UNENHANCED,
)
_RANK: Mapping[Phase | None, int] = {phase: rank for rank, phase in enumerate(_PREFERENCE)}

ByLesion = Mapping[str, Measurement]
"""The value that is read of each lesion that has one, by the lesion's id."""

_NO_VALUES: ByLesion = MappingProxyType({})
_NO_SIZES: Mapping[str, Decimal] = MappingProxyType({})


class Lookup:
    """Measurements by lesion and study, findings by kind, studies by day."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.studies: Mapping[str, Study] = {study.id: study for study in timeline.studies}
        self.lesions: Mapping[str, Lesion] = {lesion.id: lesion for lesion in timeline.lesions}
        tumours = [lesion for lesion in timeline.lesions if not lesion.reference_region]
        self._tumours = _grouped(tumours, attrgetter("organ"))
        self._findings = _grouped(timeline.findings, attrgetter("kind"))
        self._measured = _Measured(timeline.measurements)
        nodes = {lesion.id for lesion in timeline.lesions if self._is_node(lesion)}
        self._sizes = _sizes(self._measured.values, nodes)
        # The studies in which a tumour lesion of the liver has a value, by day.
        self.liver_studies = self.measured_in(self.of_organ(Organ.LIVER))

    def values(self, study: str, quantity: Quantity) -> ByLesion:
        """The values to read at a study: portal venous where there is one."""
        return self._measured.values.get((study, quantity), _NO_VALUES)

    def value(self, lesion: str, study: str, quantity: Quantity) -> Measurement | None:
        """The value to read of one lesion."""
        return self.values(study, quantity).get(lesion)

    def in_phase(
        self, lesion: str, study: str, quantity: Quantity, phase: Phase
    ) -> Measurement | None:
        """The value of one phase."""
        return self._measured.in_phase.get((lesion, study, quantity, phase))

    def sizes(self, study: str) -> Mapping[str, Decimal]:
        """The longest diameter of each lesion at a study, in mm; of a node its short axis."""
        return self._sizes.get(study, _NO_SIZES)

    def _is_node(self, lesion: Lesion) -> bool:
        """Whether a lesion outside the liver is measured as nodes are: by its short axis, if at all."""
        if lesion.organ is not Organ.ELSEWHERE:
            return False
        measured = {m.quantity for m in self.timeline.measurements if m.lesion == lesion.id}
        return Quantity.SHORT_AXIS in measured and (
            lesion.node or Quantity.LONG_AXIS not in measured
        )

    def of_organ(self, organ: Organ) -> tuple[Lesion, ...]:
        """The tumour lesions of an organ."""
        return self._tumours.get(organ, ())

    def measured_in(self, lesions: Iterable[Lesion]) -> tuple[Study, ...]:
        """The studies in which one of these lesions has a value, by day."""
        of_lesion = self._measured.studies
        ids = set().union(*[of_lesion.get(lesion.id, ()) for lesion in lesions])
        return by_day([self.studies[i] for i in ids])

    def findings(self, kind: FindingKind) -> tuple[Finding, ...]:
        """The findings of a kind, in the order of the timeline."""
        return self._findings.get(kind, ())

    def findings_of(self, kinds: Collection[FindingKind]) -> tuple[Finding, ...]:
        """The findings of some kinds, in the order of the timeline."""
        return tuple([f for f in self.timeline.findings if f.kind in kinds])


class _Measured:
    """The measurements in tables: to read, of one phase, and the studies of each lesion."""

    def __init__(self, measurements: Iterable[Measurement]) -> None:
        self.values: dict[tuple[str, Quantity], dict[str, Measurement]] = defaultdict(dict)
        self.in_phase: dict[tuple[str, str, Quantity, Phase | None], Measurement] = {}
        self.studies: dict[str, set[str]] = defaultdict(set)
        for m in measurements:
            self.studies[m.lesion].add(m.study)
            self.in_phase.setdefault((m.lesion, m.study, m.quantity, m.phase), m)
            values = self.values[m.study, m.quantity]
            if m.lesion not in values or _RANK[m.phase] < _RANK[values[m.lesion].phase]:
                values[m.lesion] = m


def _sizes(
    values: Mapping[tuple[str, Quantity], ByLesion], nodes: set[str]
) -> Mapping[str, Mapping[str, Decimal]]:
    """The size of each lesion, by study."""
    table: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for (study, quantity), measured in values.items():
        for lesion, m in measured.items():
            if quantity is (Quantity.SHORT_AXIS if lesion in nodes else Quantity.LONG_AXIS):
                table[study][lesion] = m.value
    return table


def _grouped(things: Iterable[Thing], key: Callable[[Thing], Key]) -> dict[Key, tuple[Thing, ...]]:
    groups: dict[Key, list[Thing]] = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return {name: tuple(group) for name, group in groups.items()}


def by_day(studies: Iterable[Study]) -> tuple[Study, ...]:
    """Studies from the oldest to the newest."""
    return tuple(sorted(studies, key=lambda s: (s.day.latest, s.day.earliest, s.id)))
