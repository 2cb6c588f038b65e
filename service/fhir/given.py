"""What is given of a resource: its elements, cut down and validated, each with what it says.

An element says the same in every resource that has it. So what it is as a concept, a date or a
value is worked out when it is first asked for, and kept with the element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from rules.dates import PartialDate
from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.names import is_name, references_in
from service.fhir.records import Coding, Concept, Value

Made = TypeVar("Made")


class Element:
    """One element by its name. Safe to share between threads, and by all resources that have it.

    Attributes:
        holder: the element alone, under its name, as JSON; empty where it is absent. It is not to
            be changed.
        normalise: from a code system as sent to its URI.
    """

    def __init__(self, name: str, holder: JsonObject, normalise: Normalise) -> None:
        self.name, self.holder, self.normalise = name, holder, normalise
        self._made: dict[Callable[[Element], Any], Any] = {}

    def read(self, reader: Callable[[Element], Made]) -> Made:
        """What a reader makes of it, made once.

        Raises:
            Unreadable: whatever the reader raises, every time.
        """
        if reader not in self._made:
            self._made[reader] = reader(self)
        made: Made = self._made[reader]
        return made

    @cached_property
    def text(self) -> str:
        """A string or code, or ""."""
        return text_of(self.holder, self.name)

    @cached_property
    def object(self) -> JsonObject:
        """The JSON object, or an empty one."""
        return object_of(self.holder, self.name)

    @cached_property
    def objects(self) -> list[JsonObject]:
        """The JSON objects of a repeating element."""
        return objects_of(self.holder, self.name)

    @cached_property
    def concept(self) -> Concept:
        """A CodeableConcept."""
        return datatypes.concept(self.object, self.normalise)

    @cached_property
    def concepts(self) -> Concept:
        """The CodeableConcepts of a repeating element as one."""
        return datatypes.concepts(self.holder, self.name, self.normalise)

    @cached_property
    def identifiers(self) -> tuple[Coding, ...]:
        """Identifiers as system and value."""
        return datatypes.identifiers(self.holder, self.normalise)

    @cached_property
    def reference(self) -> str | None:
        """The reference of a Reference, as written."""
        return text_of(self.object, "reference") or None

    @cached_property
    def unresolved(self) -> bool:
        """Whether it refers by other than a name, so that what is meant depends on what else came."""
        return not all(map(is_name, references_in(self.holder)))

    @cached_property
    def references(self) -> tuple[str, ...]:
        """The references of a repeating element, as written."""
        return datatypes.references(self.holder, self.name)

    @cached_property
    def flag(self) -> bool:
        """A boolean, false where it is absent.

        Raises:
            Unreadable: not a boolean; the models would take "true" and 1 for one.
        """
        return datatypes.flag(self.holder, self.name, otherwise=False)

    @cached_property
    def date(self) -> PartialDate | None:
        """A date, dateTime or instant.

        Raises:
            Unreadable: not a date.
        """
        return datatypes.date(self.holder, self.name)

    @cached_property
    def start(self) -> PartialDate | None:
        """Where a Period starts.

        Raises:
            Unreadable: not a date.
        """
        return datatypes.date(self.object, "start")

    @cached_property
    def end(self) -> PartialDate | None:
        """Where a Period ends.

        Raises:
            Unreadable: not a date.
        """
        return datatypes.date(self.object, "end")

    @cached_property
    def within(self) -> PartialDate | None:
        """The days of a Period as one date known only to lie among them.

        Raises:
            Unreadable: not dates, or an end before the start.
        """
        return datatypes.within(self.holder, self.name)

    @cached_property
    def value(self) -> Value:
        """What a value[x] says.

        Raises:
            Unreadable: not of the type it claims.
        """
        return datatypes.value(self.holder, self.normalise)


ABSENT = Element("", {}, str)
"""What is not there: empty or None, whatever it is read as."""

Given: TypeAlias = Mapping[str, Element]
"""The elements of a resource that are read, by name; ``ABSENT`` for each that it does not have.

``value[x]`` is whichever of the choices is given.
"""
