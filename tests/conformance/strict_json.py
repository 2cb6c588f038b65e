"""JSON read as strictly as the standard writes it, and a walk over all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import requests


def strictly(response: requests.Response) -> Any:
    """The body: of a JSON media type, RFC 8259, no member twice, no NaN."""
    media_type = response.headers["Content-Type"].partition(";")[0].strip()
    assert media_type in ("application/json", "application/fhir+json")
    return json.loads(response.content, object_pairs_hook=_each_once, parse_constant=_no_constant)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a member twice among {names}"
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def walk(value: Any, place: str = "$") -> Iterator[tuple[str, Any]]:
    """Every value with its place."""
    yield place, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from walk(member, f"{place}.{name}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from walk(member, f"{place}[{number}]")
