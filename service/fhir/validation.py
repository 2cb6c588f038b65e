"""Validation by the models of ``fhir.resources``, the dearest step of a call.

What a model says of a resource is what it says of each element by itself, and of which elements
stand together: what is required, and what is a choice. So an element is validated alone, by the
type that the model declares for it, once by its content; and the whole model is asked for every
combination of elements once, with the first resource that has it. That both say the same is tested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from service.fhir.datatypes import LONGEST_KEPT, Normalise
from service.fhir.elements import (
    CHECKED_ON_CUTTING,
    ELEMENTS,
    REFERENCE,
    VALUES,
    Unreadable,
    cut,
    refuse_other_value,
)
from service.fhir.given import ABSENT, Element, Given
from service.fhir.json_types import Json, JsonObject

if TYPE_CHECKING:
    from pydantic import BaseModel, TypeAdapter, ValidationError

_PARTS_KEPT = 16_384
_COMBINATIONS_KEPT = 4096

_PLAIN_REFERENCE = re.compile(r"[A-Za-z0-9:/._#-]+")

_NOTHING = frozenset(("", b"null"))
"""What counts as absent: as a text, or as JSON."""

_CHOICE = "value[x]"

_LACKING: Mapping[str, dict[str, Element]] = {
    kind: dict.fromkeys((*elements.keys() - VALUES, _CHOICE), ABSENT)
    for kind, elements in ELEMENTS.items()
}
"""A resource of each type without any of its elements."""

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


def load_models() -> None:
    """Load the models, which takes a third of a second, so that no call waits for it."""
    for kind, elements in ELEMENTS.items():
        for name in elements.keys() - CHECKED_ON_CUTTING:
            _type_of(kind, name)


class Validator:
    """Cuts resources down to what is read, and validates that. Safe to share between threads."""

    def __init__(self, normalise: Normalise = str) -> None:
        """Set up the validation; ``normalise`` takes a code system as sent to its URI."""
        self._normalise = normalise
        self._sound = lru_cache(maxsize=_PARTS_KEPT)(self._validated)
        self._combinations: dict[tuple[str, frozenset[str]], str] = {}

    def narrowed(self, kind: str, resource: JsonObject) -> Given:
        """The elements of a resource that are read, found to be as FHIR R4 has them.

        They are shared with other resources of the same content.

        Raises:
            Unreadable: names the element and the cause, not the value.
        """
        found = self._elements(kind, resource)
        combination = (kind, frozenset(found))
        chosen = self._combinations.get(combination)
        if chosen is None:
            chosen = self._combined(combination, found)
        given = _LACKING[kind] | found
        if chosen:
            given[_CHOICE] = found[chosen]
        return given

    def _combined(self, combination: tuple[str, frozenset[str]], found: dict[str, Element]) -> str:
        """Ask the model whether these elements may stand together; tell the choice of value[x]."""
        kind, names = combination
        validate(kind, {name: element.holder[name] for name, element in found.items()})
        if len(self._combinations) >= _COMBINATIONS_KEPT:  # nobody's records are like that
            self._combinations.clear()
        chosen = min(names & VALUES, default="")
        self._combinations[combination] = chosen
        return chosen

    def _elements(self, kind: str, resource: JsonObject) -> dict[str, Element]:
        known = ELEMENTS[kind]
        found: dict[str, Element] = {}
        for name, value in resource.items():
            if name in known:
                # a text is as good a key as its JSON
                content = value if type(value) is str else orjson.dumps(value)
                if content not in _NOTHING:
                    sound = self._sound if len(content) <= LONGEST_KEPT else self._validated
                    found[name] = sound(kind, name, content)
            elif name.startswith("value"):
                refuse_other_value(name, known)
        return found

    def _validated(self, kind: str, name: str, content: str | bytes) -> Element:
        value = content if isinstance(content, str) else orjson.loads(content)
        return Element(name, {name: _sound(kind, name, value)}, self._normalise)


def _list(name: str, value: Json) -> Json:
    if not isinstance(value, list):
        raise Unreadable(name, "not a list")
    return value


def _sound(kind: str, name: str, value: Json) -> Json:
    """An element, cut and validated by its type alone."""
    from pydantic import ValidationError  # noqa: PLC0415 - comes with the models, loaded late

    element = cut(name, value, ELEMENTS[kind][name])
    if name in CHECKED_ON_CUTTING:
        return _list(name, element)
    if ELEMENTS[kind][name] is REFERENCE and _is_plain_reference(element):
        return element
    try:
        _type_of(kind, name).validate_python(element)
    except ValidationError as error:
        within, cause = _told(error)
        raise Unreadable(f"{name}{within}", cause) from None  # its text would quote the value
    return element


def _is_plain_reference(element: Json) -> bool:
    """Whether it needs no model to tell that this is a Reference: each patient brings new ones."""
    reference = element.get("reference") if isinstance(element, dict) else None
    return isinstance(reference, str) and _PLAIN_REFERENCE.fullmatch(reference) is not None


def validate(kind: str, narrowed: JsonObject) -> None:
    """Check a whole resource that has been cut down to the elements that are read.

    Raises:
        Unreadable: it is not as FHIR R4 has it; names the element and the cause, not the value.
    """
    from pydantic import ValidationError  # noqa: PLC0415

    checked = {name: v for name, v in narrowed.items() if name not in CHECKED_ON_CUTTING}
    try:
        _model(kind).model_validate({"resourceType": kind, **checked})
    except ValidationError as error:
        element, cause = _told(error)
        raise Unreadable(element.lstrip(".") or "the resource", cause) from None


def _told(error: ValidationError) -> tuple[str, str]:
    """Where within the model, and why, in our words."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = (part for part in first["loc"] if part != "root")  # the library's own, for a misfit
    element = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    said = first["type"] + first["msg"]
    cause = next((ours for theirs, ours in _CAUSES if theirs in said), "not as FHIR R4 has it")
    return element, cause


@cache
def _model(name: str) -> type[BaseModel]:
    """A model. R4B: the library has no package for 4.0.1."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    model: type[BaseModel] = get_fhir_model_class(name)
    return model


@cache
def _type_of(kind: str, element: str) -> TypeAdapter[Any]:
    """What the model of a resource declares an element to be."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(_model(kind).model_fields[element].rebuild_annotation())
