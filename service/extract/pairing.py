"""Which lesion each Observation is of, and which cannot be told from one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from rules.timeline import FindingKind, Lesion, Measurement
from service.extract.findings import Stated, Statement
from service.extract.lesion_names import UNNAMED, LesionNames, paired_by_site
from service.extract.lesions import LesionReader
from service.extract.notes import Notes, Unusable
from service.extract.observations import Observed

# What is said to be so is a lesion, even where nobody measured it.
_GROWING: frozenset[Statement] = frozenset(
    ((FindingKind.CHANGE_FROM_PRIOR, "new"), (FindingKind.CHANGE_FROM_PRIOR, "increased"))
)
_REFERENCE_REGION = "reference region:"


@dataclass(frozen=True)
class Paired:
    """An Observation and the lesion it is of, None where it is of none or cannot be paired."""

    observed: Observed
    lesion: str | None


class Pairing:
    """Pairs the Observations of one patient with lesions."""

    def __init__(
        self, names: LesionNames, lesions: LesionReader, statements: Mapping[Observed, Stated]
    ) -> None:
        self._names = names
        self._lesions = lesions
        self._statements = statements

    def measured(self, observations: Iterable[Observed], notes: Notes) -> list[Paired]:
        """Measurements with their lesions; those that cannot be paired are named."""
        found: list[Paired] = []
        for observed in observations:
            try:
                found.append(Paired(observed, self._measured(observed)))
            except Unusable as reason:
                notes.cannot_read(observed.record.reference, str(reason))
                found.append(Paired(observed, None))
        return found

    def stated(self, observations: Sequence[Observed], measured: Set[str | None]) -> list[Paired]:
        """Statements with their lesions, once for each lesion in focus.

        A site alone makes no lesion ("steatosis", of the liver): it stands for the one that was
        measured there, or is stated to be new or larger there.
        """
        named = {observed: self._named(observed) for observed in observations}
        known = set(measured)
        for observed, lesions in named.items():
            if self._is_growing(observed):
                known.update(lesions)
        known -= {UNNAMED}
        return [
            Paired(observed, lesion if lesion in known or not _is_weak(lesion) else None)
            for observed, lesions in named.items()
            for lesion in lesions
        ]

    def _is_growing(self, observed: Observed) -> bool:
        stated = self._statements.get(observed)
        return stated is not None and not _GROWING.isdisjoint(stated.statements)

    def _measured(self, observed: Observed) -> str:
        named = self._names.by_name(observed)
        if named is None and self._lesions.is_reference_region(observed):
            return f"{_REFERENCE_REGION}{self._names.site(observed.record.body_site)[0]}"
        return named or self._names.by_site(observed)

    def _named(self, observed: Observed) -> list[str]:
        """The lesions that a statement is of; one that cannot be paired is of the patient."""
        in_focus = self._names.in_focus(observed)
        if len(in_focus) > 1:
            return in_focus
        try:
            return [self._names.by_name(observed) or self._names.by_site(observed)]
        except Unusable:
            return [UNNAMED]


def _is_weak(lesion: str) -> bool:
    return lesion == UNNAMED or paired_by_site(lesion)


def unpairable(measurements: Iterable[Measurement], lesions: Iterable[Lesion]) -> set[str]:
    """The lesions that stand for several which nothing tells apart.

    Two values of one quantity at one study are of two lesions where nothing but a site, or
    nothing at all, names them. A lesion without any name is the only one or any of the others.
    """
    values: dict[tuple[object, ...], set[Decimal]] = {}
    for m in measurements:
        if _is_weak(m.lesion):
            values.setdefault((m.lesion, m.study, m.quantity, m.phase), set()).add(m.value)
    found = {str(subject[0]) for subject, numbers in values.items() if len(numbers) > 1}
    tumours = {lesion.id for lesion in lesions if not lesion.reference_region}
    return found | ({UNNAMED} if UNNAMED in tumours and len(tumours) > 1 else set())
