"""Plain JSON with its type, and getters that take any shape and never raise."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""What a JSON parser returns."""

JsonObject: TypeAlias = "dict[str, Json]"
"""A JSON object."""


def text_of(holder: JsonObject, name: str) -> str:
    """The string member of that name, or ""."""
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def object_of(holder: JsonObject, name: str) -> JsonObject:
    """The object member of that name, or an empty one."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def list_of(holder: JsonObject, name: str) -> list[Json]:
    """The list member of that name, or an empty one."""
    value = holder.get(name)
    return value if isinstance(value, list) else []


def objects_of(holder: JsonObject, name: str) -> list[JsonObject]:
    """The objects in the list member of that name; what is no object is left out."""
    value = holder.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
