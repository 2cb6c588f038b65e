"""One resource, read: brought to R4, checked, cut down, validated, turned into its record.

Reading depends on nothing but the resource and its name, so results are kept: an EHR sends the
same resources again with every call. At most ``keep`` of them, each with the bytes it was read
from, which is about 7 kB for a resource of common size and 30 MB when all places are taken: in
memory only, and gone with the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias

import orjson

from service.fhir.datatypes import Normalise, concept, joined
from service.fhir.elements import ELEMENTS, Unreadable, narrow
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.readers import READERS
from service.fhir.readers.medication import Drug
from service.fhir.readers.observation import values_not_read
from service.fhir.records import Concept, Record, UnreadRecord
from service.fhir.shapes import to_r4
from service.fhir.statuses import passed_over

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

BESIDE_THE_POINT = "Observation that does not bear on the question"

# Never read: not worth keeping, nor telling apart by.
_ASIDE = ("id", "meta", "text", "contained")

# What the library says, by type or message, in our words; the first that fits.
_CAUSES = (
    ("missing", "missing"),
    ("model_validation_format", "not an object"),
    ("Expect any of", "none of the choices of a required element"),
    ("got multiple", "more than one choice of the same element"),
    ("Decimal", "not a number"),
    ("DateTime", "not a date"),
    ("datetime", "not a date"),
    ("Date", "not a date"),
    ("Instant", "not an instant"),
    ("Time", "not a time"),
    ("string_type", "not a text"),
    ("string_pattern", "not a text that this element may have"),
    ("list_type", "not a list"),
    ("int_", "not a whole number"),
    ("bool_", "not a boolean"),
)

Concerns: TypeAlias = Callable[[Concept], bool]
"""Whether an Observation with these codes, its own and its components', is worth reading."""


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
        _models()
        self._normalise = normalise
        self._concerns = concerns
        self._known = lru_cache(maxsize=keep)(self._read)

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
        if kind == "Observation" and self._is_beside_the_point(resource):
            return Reading(passed_over=BESIDE_THE_POINT)
        resource = narrow(resource, ELEMENTS[kind])
        _validate(kind, resource)
        record = READERS[kind](resource, reference, self._normalise)
        gap = values_not_read(resource) if kind == "Observation" else ""
        return Reading(record, UnreadRecord(reference, kind, gap) if gap else None)

    def _is_beside_the_point(self, observation: JsonObject) -> bool:
        if self._concerns is None:
            return False
        holders = (observation, *objects_of(observation, "component"))
        codes = (concept(object_of(holder, "code"), self._normalise) for holder in holders)
        return not self._concerns(joined(codes))


def _unread(kind: str, reference: str, reason: str) -> Reading:
    return Reading(unread=UnreadRecord(reference, kind, reason))


@cache
def _models() -> Mapping[str, type[BaseModel]]:
    """The models of the resources that are read. R4B: the library has no package for 4.0.1."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - a third of a second

    return {kind: get_fhir_model_class(kind) for kind in READERS}


def _validate(kind: str, resource: JsonObject) -> None:
    from pydantic import ValidationError  # noqa: PLC0415 - comes with the models, loaded late

    try:
        _models()[kind].model_validate({"resourceType": kind, **resource})
    except ValidationError as error:
        raise _named(error) from None  # its text would quote the value


def _named(error: ValidationError) -> Unreadable:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = (part for part in first["loc"] if part != "root")  # the library's own, for a misfit
    element = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    said = first["type"] + first["msg"]
    cause = next((ours for theirs, ours in _CAUSES if theirs in said), "not as FHIR R4 has it")
    return Unreadable(element.lstrip(".") or "the resource", cause)
