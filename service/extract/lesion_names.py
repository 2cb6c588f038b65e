"""Which Observations speak of the same lesion.

In order of what is to be relied on: the BodyStructure in focus; the DICOM tracking UID; the
tracking identifier; the body site with the label beside it. A tracking UID is unique in the
world, a tracking identifier ("lesion 1") in its report at best, a site in the patient at best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rules.vocabulary import Vocabulary
from service.extract.concepts import spoken
from service.extract.notes import Unusable
from service.extract.observations import Observed
from service.fhir.records import BodyStructureRecord, Concept, ObservationRecord, Value

UNNAMED = "lesion:unnamed"

_SITE = "site:"
_STRUCTURE = "BodyStructure/"
_UID_SYSTEM = "urn:dicom:uid"
_UID_PREFIX = "urn:oid:"
_SITES_KEPT = 1024  # the same few sites come again in every record


@dataclass(frozen=True)
class _Called:
    """What an Observation calls its lesion; where no name is certain, its own UIDs may be one."""

    structures: tuple[str, ...]  # BodyStructures in its focus
    certain: tuple[str, ...]  # each means one lesion: the only BodyStructure, the tracking UIDs
    tracking: tuple[str, ...]
    own_uids: tuple[str, ...]


class LesionNames:
    """The names that the lesions of one patient go by, and which of them are of one lesion."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        structures: Iterable[BodyStructureRecord],
        observations: Sequence[Observed],
        measured: Iterable[Observed],
    ) -> None:
        self._vocabulary = vocabulary
        self._structures: set[str] = set()
        self._leader: dict[str, str] = {}
        self._bearers: dict[str, set[str]] = {}  # of a tracking identifier
        self._labels: dict[str, set[str]] = {}  # beside a site
        for structure in structures:
            self._structures.add(structure.reference)
            self._learn(*_names_of(structure))
        self._called = {observed: self._names_in(observed) for observed in observations}
        for called in self._called.values():
            self._learn(called.certain, called.tracking)
        self._own_uids = Counter(uid for c in self._called.values() for uid in c.own_uids)
        for observed in measured:
            if not self._is_named(self._called[observed]):
                site, label = self.site(observed.record.body_site)
                self._labels.setdefault(site, set()).add(label)

    def by_name(self, observed: Observed) -> str | None:
        """The lesion that an Observation names by more than a site.

        Raises:
            Unusable: several lesions in focus, or a tracking identifier that several have.
        """
        called = self._called[observed]
        if len(called.structures) > 1 and len(self.in_focus(observed)) > 1:
            raise Unusable("cannot be paired: several lesions are in its focus")
        if called.certain:
            return self.leader(called.certain[0])
        if called.tracking:
            return self._by_tracking(called.tracking[0])
        return next(map(self.leader, self._shared_uids(called)), None)

    def by_site(self, observed: Observed) -> str:
        """The lesion at the site of an Observation; without a site the one that has no name.

        Raises:
            Unusable: a site without a label, where several lesions are told apart by label.
        """
        site, label = self.site(observed.record.body_site)
        labels = self._labels.get(site, set()) - {""}
        if not site or len(labels) <= 1:
            return f"{_SITE}{site}" if site else UNNAMED
        if not label:
            raise Unusable("cannot be paired: several lesions have its site")
        return f"{_SITE}{site} {label}"

    def in_focus(self, observed: Observed) -> list[str]:
        """The lesions whose BodyStructures are in the focus of an Observation."""
        return sorted({self.leader(name) for name in self._called[observed].structures})

    def leader(self, name: str) -> str:
        """The name that the lesion of a certain name is called by: the first in the alphabet."""
        while self._leader.get(name, name) != name:
            name = self._leader[name]
        return name

    def _learn(self, certain: Sequence[str], tracking: Sequence[str]) -> None:
        if len(certain) < 2 and not tracking:  # as of most records: nothing to bring together
            for name in certain:
                self._leader.setdefault(name, name)
            return
        leaders = sorted({self.leader(name) for name in certain})
        for name in (*certain, *leaders):
            self._leader[name] = leaders[0]
        for identifier in tracking:
            self._bearers.setdefault(identifier, set()).update(leaders)

    def _names_in(self, observed: Observed) -> _Called:
        structures = self._structures_in(observed.record.focus)
        uids = tuple(map(_uid, _stated(observed, "tracking uid")))
        return _Called(
            structures,
            certain=structures + uids if len(structures) == 1 else uids,
            tracking=tuple(map(_folded, _stated(observed, "tracking identifier"))),
            own_uids=tuple(map(_uid, _own_uids(observed.record))),
        )

    def _structures_in(self, focus: tuple[str, ...]) -> tuple[str, ...]:
        known = [r for r in focus if r in self._structures or r.startswith(_STRUCTURE)]
        return tuple(dict.fromkeys(known))

    def _is_named(self, called: _Called) -> bool:
        return bool(called.certain or called.tracking or self._shared_uids(called))

    def _shared_uids(self, called: _Called) -> list[str]:
        """The Observation's own UIDs that another record bears too; any other only numbers it."""
        return [u for u in called.own_uids if u in self._leader or self._own_uids[u] > 1]

    def _by_tracking(self, identifier: str) -> str:
        lesions = {self.leader(name) for name in self._bearers.get(identifier, ())}
        if len(lesions) > 1:
            raise Unusable("cannot be paired: several lesions have its tracking identifier")
        return lesions.pop() if lesions else f"tracking:{identifier}"

    def site(self, place: Concept) -> tuple[str, str]:
        """The code or words of a body site, and the label that stands beside a code."""
        return _site(self._vocabulary, place)


def paired_by_site(lesion: str) -> bool:
    """Whether a lesion is known by its site alone."""
    return lesion.startswith(_SITE)


@lru_cache(maxsize=_SITES_KEPT)
def _site(vocabulary: Vocabulary, place: Concept) -> tuple[str, str]:
    words = _folded(place.text)
    if not place.codings:
        return words, ""
    known = [c for c in place.codings if vocabulary.find("organs", c.system, c.code)]
    code = (known or place.codings)[0].code
    said = {_folded(coding.display) for coding in place.codings}
    return code, "" if words in said else words


def _names_of(structure: BodyStructureRecord) -> tuple[list[str], list[str]]:
    """The certain names of a BodyStructure, and its tracking identifiers."""
    certain, tracking = [structure.reference], []
    for identifier in structure.identifiers:
        if identifier.system == _UID_SYSTEM or identifier.code.startswith(_UID_PREFIX):
            certain.append(_uid(identifier.code))
            continue
        tracking.append(_folded(identifier.code))
        if identifier.system:
            certain.append(f"{identifier.system}|{identifier.code}")
    return certain, tracking


def _stated(observed: Observed, name: str) -> list[str]:
    """What an Observation states under a name, as text."""
    if name not in observed.asked.places:
        return []
    return [text for text in map(_text, observed.values(name)) if text.strip()]


def _own_uids(record: ObservationRecord) -> list[str]:
    return [i.code for i in record.identifiers if i.system == _UID_SYSTEM]


def _uid(value: str) -> str:
    return f"uid:{value.strip().removeprefix(_UID_PREFIX)}"


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()


def _text(value: Value) -> str:
    if isinstance(value, Concept):
        return spoken(value)
    return str(value) if isinstance(value, str | int) else ""
