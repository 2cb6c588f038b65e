"""Lesions: where each is, what it is called, and whether it is a target or a region of reference."""

from __future__ import annotations

from collections.abc import Sequence

from rules.timeline import Lesion, Organ
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded_or_named, spoken
from service.extract.findings import FindingReader
from service.extract.notes import Notes, Unusable
from service.extract.observations import Observed
from service.extract.sites import organ_of
from service.fhir.records import BodyStructureRecord, Concept

_NODE = "lymph node"
_TARGET = {"target lesion": True, "non-target lesion": False}
_REFERENCE_REGION = "reference region"
_DESCRIBING = frozenset((*_TARGET, _REFERENCE_REGION))


class LesionReader:
    """Reads what the BodyStructures and Observations of one lesion say of it together."""

    def __init__(self, vocabulary: Vocabulary, findings: FindingReader) -> None:
        self._vocabulary = vocabulary
        self._findings = findings

    def describes(self, observed: Observed) -> bool:
        """Whether an Observation says that a lesion is a target or a region of reference."""
        return not _DESCRIBING.isdisjoint(observed.asked.places)

    def is_reference_region(self, observed: Observed) -> bool:
        """Whether an Observation is of normal liver kept for comparison; in doubt it is not."""
        asked = _REFERENCE_REGION in observed.asked.places
        return asked and True in self._flags(observed, _REFERENCE_REGION, Notes())

    def lesion(
        self,
        lesion: str,
        structures: Sequence[BodyStructureRecord],
        observations: Sequence[Observed],
        notes: Notes,
    ) -> Lesion:
        """The lesion of this id; its BodyStructure goes before its Observations."""
        sites = _sites(structures, observations)
        site = spoken(sites[0]) if sites else ""
        named = [s.description for s in structures] + _tracked(observations)
        label = next(text for text in (*named, site, lesion) if text)
        organ, doubt = _organ({organ_of(self._vocabulary, place) for place in sites})
        if doubt:
            why = f"its lesion may be in the liver: {doubt}"
            notes.cannot_read(observations[0].record.reference, why)
        describing = [o for o in observations if self.describes(o)]
        return Lesion(
            id=lesion,
            label=label,
            site=site,
            organ=organ,
            target=self._target(describing, notes),
            node=_NODE in self._places(sites),
            reference_region=any(map(self.is_reference_region, describing)),
        )

    def _places(self, sites: Sequence[Concept]) -> set[str]:
        return {
            term.name for site in sites for term in coded_or_named(self._vocabulary, "organs", site)
        }

    def _target(self, describing: Sequence[Observed], notes: Notes) -> bool | None:
        """Whether the lesion is stated to be a target; None where nothing or both are stated."""
        stated: set[bool] = set()
        for observed in describing:
            for name, meaning in _TARGET.items():
                stated |= {flag == meaning for flag in self._flags(observed, name, notes)}
        if len(stated) < 2:
            return next(iter(stated), None)
        for observed in describing:
            if not _TARGET.keys().isdisjoint(observed.asked.places):
                why = "conflict: target lesion and not target lesion"
                notes.cannot_read(observed.record.reference, why)
        return None

    def _flags(self, observed: Observed, name: str, notes: Notes) -> set[bool]:
        found: set[bool] = set()
        for value in observed.values(name):
            try:
                found.add(self._findings.flag(value))
            except Unusable as reason:
                notes.cannot_read(observed.record.reference, f"{name}: {reason}")
        return found


def _sites(
    structures: Sequence[BodyStructureRecord], observations: Sequence[Observed]
) -> list[Concept]:
    """Where the lesion is said to be, each site once: by its BodyStructure, else Observations."""
    located = dict.fromkeys(structure.location for structure in structures)
    found = dict.fromkeys(observed.record.body_site for observed in observations)
    return list(filter(spoken, located)) or list(filter(spoken, found))


def _tracked(observations: Sequence[Observed]) -> list[str]:
    """The tracking identifiers, as written."""
    name = "tracking identifier"
    tracked = [o for o in observations if name in o.asked.places]
    return [v for observed in tracked for v in observed.values(name) if isinstance(v, str)]


def _organ(organs: set[Organ]) -> tuple[Organ, str]:
    """The one organ that the sites of a lesion are in, and why it is unknown where it is."""
    known = organs - {Organ.UNKNOWN}
    if len(known) == 1:
        return known.pop(), ""
    return Organ.UNKNOWN, "its sites disagree" if known else "the organ it is in is not stated"
