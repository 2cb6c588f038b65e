"""The records of what goes out as JSON Schema: as ``wire`` writes them, which leaves out what is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from service.cds.response import Card, Service, member_name
from service.fhir.json_types import JsonObject

_OUTGOING = (Card, Service)
_MODE: JsonSchemaMode = "serialization"
_REFERENCE = "#/components/schemas/{model}"


def schemas() -> dict[str, JsonObject]:
    """By name: those of a card and of a service, and all that they are made of."""
    adapters: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (kind.__name__, _MODE, TypeAdapter(kind)) for kind in _OUTGOING
    ]
    _, found = TypeAdapter.json_schemas(adapters, ref_template=_REFERENCE)
    return {name: _record(schema) for name, schema in found["$defs"].items()}


def _record(schema: Mapping[str, Any]) -> JsonObject:
    if "properties" not in schema:
        return _without_title(schema)
    members = schema["properties"]
    always = [
        n for n, member in members.items() if n in schema.get("required", ()) or _fixed(member)
    ]
    return {
        **_without_title(schema),
        "properties": {member_name(name): _member(member) for name, member in members.items()},
        "required": [member_name(name) for name in always],
    }


def _fixed(member: Mapping[str, Any]) -> bool:
    """Whether a member has a value of its own unless told otherwise; nothing else is ever told."""
    return bool(member.get("default"))


def _member(member: Mapping[str, Any]) -> JsonObject:
    """What a member holds where it is there at all, which is where it is not empty."""
    if _fixed(member):
        return {"const": member["default"]}
    held = next((m for m in member.get("anyOf", ()) if m.get("type") != "null"), member)
    least = {"string": {"minLength": 1}, "array": {"minItems": 1}}.get(held.get("type", ""), {})
    return {**_without_title(held), **least}


def _without_title(schema: Mapping[str, Any]) -> JsonObject:
    return {name: value for name, value in schema.items() if name not in ("title", "default")}
