"""One resource, read: brought to R4, checked, cut down, validated, turned into its record.

Of what was read before, the elements are known again by their content (``service.fhir.validation``),
so that a record that comes with one new resource costs little more than that resource.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import orjson

from service.fhir.datatypes import Normalise, concept, joined
from service.fhir.elements import REFERRING, Unreadable
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

_KEPT = 4096  # sets of codes

Concerns: TypeAlias = Callable[[str, Concept], bool]
"""Whether a resource of a type, with these codes (an Observation's components' too), is worth reading."""


@dataclass(frozen=True)
class Reading:
    """What came of a resource: a record, an unread one, both, or why it is passed over.

    Both where the resource could be read but for one of its values.

    Attributes:
        unresolved: whether the record refers to something by other than its name.
    """

    record: Record | Drug | None = None
    unread: UnreadRecord | None = None
    passed_over: str = ""
    unresolved: bool = field(default=False, compare=False)


_BESIDE_THE_POINT = Reading(passed_over=BESIDE_THE_POINT)


class ResourceReader:
    """Reads resources, what they have in common once. Safe to share between threads.

    Making the first one in a process loads the FHIR models, which takes a third of a second.
    """

    def __init__(
        self,
        normalise: Normalise = lambda system: system,
        concerns: Concerns | None = None,
    ) -> None:
        """Set up the reading.

        Args:
            normalise: from a code system as sent to its URI.
            concerns: which Observations to read, the others being passed over unvalidated;
                None for all.
        """
        load_models()
        self._validator = Validator(normalise)
        self._normalise = normalise
        self._concerns = concerns
        self._bears = lru_cache(maxsize=_KEPT)(self._bears_on_it)

    def reads(self, kind: str) -> bool:
        """Whether resources of this type are read at all."""
        return kind in READERS

    def read(self, resource: JsonObject, reference: str) -> Reading:
        """Read one resource of a type that is read, under the name it goes by. Never raises."""
        kind = text_of(resource, "resourceType")
        try:
            return self._attempt(kind, reference, resource)
        except Unreadable as problem:
            return _unread(kind, reference, str(problem))
        except orjson.JSONEncodeError:  # nested too deeply, or a number beyond 64 bits
            return _unread(kind, reference, "the resource: not JSON of a reasonable shape")

    def _attempt(self, kind: str, reference: str, resource: JsonObject) -> Reading:
        resource = to_r4(kind, resource)
        if status := passed_over(kind, resource):
            return Reading(passed_over=f"{kind} not used: {status}")
        if self._is_beside_the_point(kind, resource):
            return _BESIDE_THE_POINT
        given = self._validator.narrowed(kind, resource)
        record = READERS[kind](given, reference)
        gap = values_not_read(given) if kind == "Observation" else ""
        unread = UnreadRecord(reference, kind, gap) if gap else None
        unresolved = [given[name].unresolved for name in REFERRING[kind]]
        return Reading(record, unread, unresolved=True in unresolved)

    def _is_beside_the_point(self, kind: str, resource: JsonObject) -> bool:
        name = _TOLD_BY.get(kind)
        if self._concerns is None or name is None:
            return False
        if "hasMember" in resource and resource["hasMember"] and resource.get("focus"):
            return False  # a group of measurements: it tells which lesion they are of
        holders = [resource]
        if "component" in resource:
            holders += objects_of(resource, "component")
        names = (name, "valueCodeableConcept")  # a finding may be the value of a general question
        told_by = [orjson.dumps(h[n]) for h in holders for n in names if n in h]
        return not self._bears(kind, tuple(told_by))

    def _bears_on_it(self, kind: str, told_by: tuple[bytes, ...]) -> bool:
        found = (orjson.loads(content) for content in told_by)
        codes = (concept(c if isinstance(c, dict) else {}, self._normalise) for c in found)
        return self._concerns is None or self._concerns(kind, joined(codes))


def _unread(kind: str, reference: str, reason: str) -> Reading:
    return Reading(unread=UnreadRecord(reference, kind, reason))
