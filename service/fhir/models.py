"""One resource, read: brought to R4, checked, cut down, validated, turned into its record.

Reading depends on nothing but the resource and its name, so results are kept: an EHR sends the
same resources again with every call. At most ``keep`` of them, each with the bytes it was read
from, which is about 7 kB for a resource of common size and 30 MB when all places are taken: in
memory only, and gone with the process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import orjson

from service.fhir.datatypes import Normalise, concept, joined
from service.fhir.elements import Unreadable
from service.fhir.json_types import JsonObject, objects_of, text_of
from service.fhir.readers import READERS
from service.fhir.readers.medication import Drug
from service.fhir.readers.observation import values_not_read
from service.fhir.records import Concept, Record, UnreadRecord
from service.fhir.shapes import to_r4
from service.fhir.statuses import passed_over
from service.fhir.validation import Validator, load_models

BESIDE_THE_POINT = "does not bear on the question"

# The element whose codes tell whether a resource bears on the question.
_TOLD_BY = {
    "Observation": "code",
    "MedicationStatement": "medicationCodeableConcept",
    "MedicationRequest": "medicationCodeableConcept",
    "MedicationAdministration": "medicationCodeableConcept",
}

# Never read: not worth keeping, nor telling apart by.
_ASIDE = ("id", "meta", "text", "contained")

Concerns: TypeAlias = Callable[[str, Concept], bool]
"""Whether a resource of a type, with these codes (an Observation's components' too), is worth reading."""


@dataclass(frozen=True)
class Reading:
    """What came of a resource: a record, an unread one, both, or why it is passed over.

    Both where the resource could be read but for one of its values.
    """

    record: Record | Drug | None = None
    unread: UnreadRecord | None = None
    passed_over: str = ""


class ResourceReader:
    """Reads resources, each content once. Safe to share between threads.

    Making the first one in a process loads the FHIR models, which takes a third of a second.
    """

    def __init__(
        self,
        normalise: Normalise = lambda system: system,
        concerns: Concerns | None = None,
        keep: int = 4096,
    ) -> None:
        """Set up the reading.

        Args:
            normalise: from a code system as sent to its URI.
            concerns: which Observations to read, the others being passed over unvalidated;
                None for all.
            keep: how many resources to remember; 0 for none.
        """
        load_models()
        self._validator = Validator()
        self._normalise = normalise
        self._concerns = concerns
        self._known = lru_cache(maxsize=keep)(self._read)
        self._bears = lru_cache(maxsize=keep)(self._bears_on_it)

    def reads(self, kind: str) -> bool:
        """Whether resources of this type are read at all."""
        return kind in READERS

    def read(self, resource: JsonObject, reference: str) -> Reading:
        """Read one resource of a type that is read, under the name it goes by. Never raises."""
        kind = text_of(resource, "resourceType")
        try:
            content = orjson.dumps({k: v for k, v in resource.items() if k not in _ASIDE})
        except TypeError:  # nested too deeply, or a number beyond 64 bits
            return _unread(kind, reference, "the resource: not JSON of a reasonable shape")
        return self._known(reference, content)

    def _read(self, reference: str, content: bytes) -> Reading:
        resource: JsonObject = orjson.loads(content)
        kind = text_of(resource, "resourceType")
        try:
            return self._attempt(kind, reference, resource)
        except Unreadable as problem:
            return _unread(kind, reference, str(problem))

    def _attempt(self, kind: str, reference: str, resource: JsonObject) -> Reading:
        resource = to_r4(kind, resource)
        if status := passed_over(kind, resource):
            return Reading(passed_over=f"{kind} not used: {status}")
        if self._is_beside_the_point(kind, resource):
            return Reading(passed_over=BESIDE_THE_POINT)
        resource = self._validator.narrowed(kind, resource)
        record = READERS[kind](resource, reference, self._normalise)
        gap = values_not_read(resource) if kind == "Observation" else ""
        return Reading(record, UnreadRecord(reference, kind, gap) if gap else None)

    def _is_beside_the_point(self, kind: str, resource: JsonObject) -> bool:
        name = _TOLD_BY.get(kind)
        if self._concerns is None or name is None:
            return False
        if resource.get("hasMember") and resource.get("focus"):
            return False  # a group of measurements: it tells which lesion they are of
        holders = (resource, *objects_of(resource, "component"))
        names = (name, "valueCodeableConcept")  # a finding may be the value of a general question
        told_by = tuple(orjson.dumps(h[n]) for h in holders for n in names if n in h)
        return not self._bears(kind, told_by)

    def _bears_on_it(self, kind: str, told_by: tuple[bytes, ...]) -> bool:
        found = (orjson.loads(content) for content in told_by)
        codes = (concept(c if isinstance(c, dict) else {}, self._normalise) for c in found)
        return self._concerns is None or self._concerns(kind, joined(codes))


def _unread(kind: str, reference: str, reason: str) -> Reading:
    return Reading(unread=UnreadRecord(reference, kind, reason))
