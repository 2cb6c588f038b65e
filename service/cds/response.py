"""What goes out: cards and the requests they propose, as frozen records, and their JSON.

The records have the members that CDS Hooks 2.0.1 and FHIR R4 give them, in Python's spelling.
``wire`` is the only way from here to JSON. It leaves out what has no value, as both standards ask.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

from service.cds.speaking import Indicator
from service.fhir.json_types import Json, JsonObject
from service.fhir.records import Coding

# What is not sent.
_OURS: MappingProxyType[str, bool] = MappingProxyType({"ours": True})


class Kept:
    """A record that goes out again and again, on one card or on many."""

    @cached_property
    def wired(self) -> Json:
        """As JSON, worked out once."""
        return _wire_record(self, _members(self.__class__))  # type: ignore[arg-type]


@dataclass(frozen=True)
class CodeableConcept(Kept):
    """A FHIR CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Reference(Kept):
    """A FHIR Reference."""

    reference: str


@dataclass(frozen=True)
class Annotation:
    """A FHIR Annotation."""

    text: str


@dataclass(frozen=True)
class Period:
    """A FHIR Period of whole days."""

    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class ServiceRequest:
    """A proposed order: a draft that a person completes, signs or throws away."""

    resource_type: str = "ServiceRequest"
    status: str = "draft"
    intent: str = "proposal"
    subject: Reference
    code: CodeableConcept
    category: tuple[CodeableConcept, ...] = ()
    encounter: Reference | None = None
    occurrence_period: Period | None = None
    reason_code: tuple[CodeableConcept, ...] = ()
    order_detail: tuple[CodeableConcept, ...] = ()
    supporting_info: tuple[Reference, ...] = ()
    note: tuple[Annotation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Action(Kept):
    """One action of a suggestion."""

    type: str = "create"
    description: str
    resource: ServiceRequest


@dataclass(frozen=True)
class Suggestion:
    """An option with one action, never marked as recommended.

    Attributes:
        option: its name on the page of options; for this service alone.
    """

    label: str
    uuid: str
    actions: tuple[Action, ...]
    option: str = field(default="", metadata=_OURS)


@dataclass(frozen=True)
class Source(Kept):
    """Whose guidance a card is."""

    label: str
    topic: Coding
    url: str = ""
    icon: str = ""


@dataclass(frozen=True)
class OfferedReason(Coding, Kept):
    """A reason that a user may give for setting a card aside."""


@dataclass(frozen=True)
class Link(Kept):
    """A way to more; ``app_context`` is for ``smart`` links only."""

    label: str
    url: str
    type: str
    app_context: str = ""


@dataclass(frozen=True)
class Card:
    """A CDS Hooks card."""

    uuid: str
    summary: str
    indicator: Indicator
    source: Source
    detail: str
    suggestions: tuple[Suggestion, ...] = ()
    selection_behavior: str = ""
    override_reasons: tuple[OfferedReason, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Service:
    """One entry of discovery. ``version`` is that of the standard."""

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str
    prefetch: dict[str, str]
    version: str


def wire(value: object) -> Json:
    """A record as JSON: members in camelCase, without null and empty ones.

    Raises:
        TypeError: something that has no JSON form here.
    """
    kind = value.__class__
    if kind in _PLAIN:
        return value  # type: ignore[return-value]
    if isinstance(value, Kept):
        return value.wired
    members = _members(kind)  # type: ignore[arg-type]
    return _wire_record(value, members) if members else _wire_other(value)


def _wire_record(value: object, members: tuple[tuple[str, str], ...]) -> JsonObject:
    found: JsonObject = {}
    for attribute, name in members:
        item = getattr(value, attribute)
        if item.__class__ is str and item:  # most members are, and each call of a function costs
            found[name] = item
        elif item or item.__class__ in _NUMBERS:  # None, "", () and {} say nothing; 0 does
            found[name] = wire(item)
    return found


def _wire_other(value: object) -> Json:
    if isinstance(value, tuple):
        return [wire(item) for item in value]
    if isinstance(value, dict):
        return {str(key): wire(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form here")


_NUMBERS = (int, float, bool)
_PLAIN = (str, *_NUMBERS)


@cache
def _members(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    """The members that are sent, with their names in JSON; none of what is no record."""
    if not is_dataclass(kind):
        return ()
    sent = (field.name for field in fields(kind) if not field.metadata.get("ours"))
    return tuple((name, member_name(name)) for name in sent)


def member_name(name: str) -> str:
    """How a field is called in JSON: in camelCase."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
