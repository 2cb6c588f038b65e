"""Validation by the models of ``fhir.resources``, the dearest step of a call.

A model's parts cost more than the model itself, and most parts are the same everywhere: the code of
a diameter, the phase of a series. So parts of the common data types are validated once by content
and handed to the model as they are; only the rest of a resource is validated each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import orjson

from service.fhir.elements import CHECKED_ON_CUTTING, ELEMENTS, Unreadable
from service.fhir.json_types import Json, JsonObject

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_PARTS_KEPT = 8192

# The data type of an element, by its name; within a resource type where the name says too little.
_TYPE_OF = {
    "code": "CodeableConcept",
    "bodySite": "CodeableConcept",
    "method": "CodeableConcept",
    "valueCodeableConcept": "CodeableConcept",
    "medicationCodeableConcept": "CodeableConcept",
    "procedureCode": "CodeableConcept",
    "clinicalStatus": "CodeableConcept",
    "verificationStatus": "CodeableConcept",
    "location": "CodeableConcept",
    "valueQuantity": "Quantity",
    "modality": "Coding",
    "subject": "Reference",
}
_TYPE_WITHIN = {
    "Observation": {"component": "ObservationComponent"},
    "ImagingStudy": {"series": "ImagingStudySeries"},
}

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
    for kind in ELEMENTS:
        _model(kind)


def validate(kind: str, resource: JsonObject) -> None:
    """Check a resource that has been cut down to the elements that are read.

    Raises:
        Unreadable: it is not as FHIR R4 has it; names the element and the cause, not the value.
    """
    for name in CHECKED_ON_CUTTING & resource.keys():
        if not isinstance(resource[name], list):
            raise Unreadable(name, "not a list")
    types = {**_TYPE_OF, **_TYPE_WITHIN.get(kind, {})}
    checked = {
        name: _validated(name, types[name], value) if name in types else value
        for name, value in resource.items()
        if name not in CHECKED_ON_CUTTING
    }
    _check(kind, {"resourceType": kind, **checked})


def _validated(name: str, data_type: str, value: Json) -> object:
    if isinstance(value, list):
        return [_part(f"{name}[{n}]", data_type, item) for n, item in enumerate(value)]
    return _part(name, data_type, value)


def _part(place: str, data_type: str, value: Json) -> object:
    try:
        return _known_part(data_type, orjson.dumps(value))
    except _UnreadablePart as problem:
        raise Unreadable(f"{place}{problem.element}", problem.cause) from None


class _UnreadablePart(Exception):  # noqa: N818 - becomes an Unreadable with its place
    """A part that cannot be read; where it stands is for the caller to say."""

    def __init__(self, element: str, cause: str) -> None:
        super().__init__(element, cause)
        self.element, self.cause = element, cause


@lru_cache(maxsize=_PARTS_KEPT)
def _known_part(data_type: str, content: bytes) -> BaseModel:
    from pydantic import ValidationError  # noqa: PLC0415 - comes with the models, loaded late

    try:
        return _model(data_type).model_validate(orjson.loads(content))
    except ValidationError as error:
        raise _UnreadablePart(*_told(error)) from None  # its text would quote the value


def _check(kind: str, resource: Mapping[str, object]) -> None:
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        _model(kind).model_validate(resource)
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
