"""Which Observations speak of the same lesion.

In order of what is to be relied on: the BodyStructure in focus; the DICOM tracking UID; the
tracking identifier; the body site with the label beside it. A tracking UID is unique in the
world, a tracking identifier ("lesion 1") in its report at best, a site in the patient at best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rules.vocabulary import Vocabulary
from service.extract.concepts import readings, spoken
from service.extract.notes import Unusable
from service.fhir.records import BodyStructureRecord, Concept, ObservationRecord, Value

UNNAMED = "lesion:unnamed"

_SITE = "site:"
_STRUCTURE = "BodyStructure/"
_UID_SYSTEM = "urn:dicom:uid"
_UID_PREFIX = "urn:oid:"


class LesionNames:
    """The names that the lesions of one patient go by, and which of them are of one lesion."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        structures: Iterable[BodyStructureRecord],
        observations: Sequence[ObservationRecord],
        measured: Iterable[ObservationRecord],
    ) -> None:
        self._vocabulary = vocabulary
        self._structures: set[str] = set()
        self._leader: dict[str, str] = {}
        self._bearers: dict[str, set[str]] = {}  # of a tracking identifier
        self._labels: dict[str, set[str]] = {}  # beside a site
        for structure in structures:
            self._structures.add(structure.reference)
            self._learn(*_names_of(structure))
        for record in observations:
            self._learn(self._certain(record), self._tracking(record))
        self._own_uids = Counter(uid for record in observations for uid in _own_uids(record))
        for record in measured:
            if not self._is_named(record):
                site, label = self.site(record.body_site)
                self._labels.setdefault(site, set()).add(label)

    def by_name(self, record: ObservationRecord) -> str | None:
        """The lesion that an Observation names by more than a site.

        Raises:
            Unusable: several lesions in focus, or a tracking identifier that several have.
        """
        if len(self.in_focus(record)) > 1:
            raise Unusable("cannot be paired: several lesions are in its focus")
        certain = self._certain(record)
        tracking = self._tracking(record)
        if not certain and not tracking:
            certain = self._by_own_uid(record)
        if certain:
            return self.leader(certain[0])
        return self._by_tracking(tracking[0]) if tracking else None

    def by_site(self, record: ObservationRecord) -> str:
        """The lesion at the site of an Observation; without a site the one that has no name.

        Raises:
            Unusable: a site without a label, where several lesions are told apart by label.
        """
        site, label = self.site(record.body_site)
        labels = self._labels.get(site, set()) - {""}
        if not site or len(labels) <= 1:
            return f"{_SITE}{site}" if site else UNNAMED
        if not label:
            raise Unusable("cannot be paired: several lesions have its site")
        return f"{_SITE}{site} {label}"

    def in_focus(self, record: ObservationRecord) -> list[str]:
        """The lesions whose BodyStructures are in the focus of an Observation."""
        return sorted({self.leader(structure) for structure in self._structures_of(record)})

    def leader(self, name: str) -> str:
        """The name that the lesion of a certain name is called by: the first in the alphabet."""
        while self._leader.get(name, name) != name:
            name = self._leader[name]
        return name

    def _learn(self, certain: Sequence[str], tracking: Iterable[str]) -> None:
        leaders = sorted({self.leader(name) for name in certain})
        for name in (*certain, *leaders):
            self._leader[name] = leaders[0]
        for identifier in tracking:
            self._bearers.setdefault(identifier, set()).update(leaders)

    def _certain(self, record: ObservationRecord) -> list[str]:
        """The BodyStructure in focus and the tracking UID: names that mean one lesion."""
        structures = self._structures_of(record)
        uids = [_uid(value) for value in self._component(record, "tracking uid")]
        return (structures if len(structures) == 1 else []) + uids

    def _structures_of(self, record: ObservationRecord) -> list[str]:
        known = (r for r in record.focus if r in self._structures or r.startswith(_STRUCTURE))
        return list(dict.fromkeys(known))

    def _tracking(self, record: ObservationRecord) -> list[str]:
        return [_folded(value) for value in self._component(record, "tracking identifier")]

    def _component(self, record: ObservationRecord, name: str) -> list[str]:
        found = readings(self._vocabulary, "measurements", record)
        values = (_text(reading.value) for reading in found if reading.term.name == name)
        return [value for value in values if value.strip()]

    def _is_named(self, record: ObservationRecord) -> bool:
        return any((self._certain(record), self._tracking(record), self._by_own_uid(record)))

    def _by_own_uid(self, record: ObservationRecord) -> list[str]:
        """The Observation's own UIDs that another record bears too; any other only numbers it."""
        uids = _own_uids(record)
        return [uid for uid in uids if uid in self._leader or self._own_uids[uid] > 1]

    def _by_tracking(self, identifier: str) -> str:
        lesions = {self.leader(name) for name in self._bearers.get(identifier, ())}
        if len(lesions) > 1:
            raise Unusable("cannot be paired: several lesions have its tracking identifier")
        return lesions.pop() if lesions else f"tracking:{identifier}"

    def site(self, place: Concept) -> tuple[str, str]:
        """The code or words of a body site, and the label that stands beside a code."""
        words = _folded(place.text)
        if not place.codings:
            return words, ""
        known = [c for c in place.codings if self._vocabulary.find("organs", c.system, c.code)]
        code = (known or place.codings)[0].code
        said = {_folded(coding.display) for coding in place.codings}
        return code, "" if words in said else words


def paired_by_site(lesion: str) -> bool:
    """Whether a lesion is known by its site alone."""
    return lesion.startswith(_SITE)


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


def _own_uids(record: ObservationRecord) -> list[str]:
    return [_uid(i.code) for i in record.identifiers if i.system == _UID_SYSTEM]


def _uid(value: str) -> str:
    return f"uid:{value.strip().removeprefix(_UID_PREFIX)}"


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()


def _text(value: Value) -> str:
    if isinstance(value, Concept):
        return spoken(value)
    return str(value) if isinstance(value, str | int) else ""
