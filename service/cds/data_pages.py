"""The YAML pages beside this module, read strictly into frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from rules.strict_yaml import load_strict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


class DataPageError(ValueError):
    """A page of words or options is not as it must be; the message says where."""


def load(name: str) -> Mapping[str, Any]:
    """One page by its file name.

    Raises:
        DataPageError: it is not a mapping.
    """
    place = f"service/cds/{name}"
    return mapping(load_strict((files("service.cds") / name).read_text("utf-8"), place), place)


def mapping(value: object, place: str) -> Mapping[str, Any]:
    """The value as a mapping.

    Raises:
        DataPageError: it is none.
    """
    if not isinstance(value, dict):
        raise DataPageError(f"{place}: expected a mapping")
    return value


def record(kind: type[T], value: object, place: str) -> T:
    """A dataclass from a mapping with exactly its fields; lists become tuples.

    Raises:
        DataPageError: a field is missing or empty, or a key is none of the fields.
    """
    raw = mapping(value, place)
    known = {f.name: f for f in fields(kind)}
    required = {n for n, f in known.items() if f.default is f.default_factory is MISSING}
    wrong = (raw.keys() - known.keys()) | (required - raw.keys())
    wrong |= {key for key, found in raw.items() if found is None or found in ("", [], {})}
    if wrong:
        raise DataPageError(f"{place}: missing, empty or unknown: {', '.join(sorted(wrong))}")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()})
