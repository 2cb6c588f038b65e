"""The configuration file read: all that is wrong with it is told at once, each with its place."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from service.configuration.tables import Client, Configuration, Database

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class ConfigurationError(ValueError):
    """The file cannot be used. ``problems`` has one sentence for each thing that is wrong."""

    def __init__(self, place: str, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(f"{place}: {problem}" for problem in problems))
        self.problems = problems


def read_configuration(path: Path) -> Configuration:
    """Read a file.

    Raises:
        ConfigurationError: it cannot be read, is no TOML, or says what it may not.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(path), (f"cannot be read ({type(error).__name__})",)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(str(path), (f"is no TOML: {error}",)) from None
    try:
        return TypeAdapter(Configuration).validate_python(
            _from_here(raw, path.parent), strict=False
        )
    except ValidationError as error:
        raise ConfigurationError(str(path), tuple(_sentences(error))) from None


def _from_here(raw: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The file with the paths in it relative to its own folder."""
    clients = raw.get("clients")
    if not isinstance(clients, list):
        return dict(raw)
    placed = [
        {**client, "jwks_file": str(folder / client["jwks_file"])}
        if isinstance(client, dict) and isinstance(client.get("jwks_file"), str)
        else client
        for client in clients
    ]
    return {**raw, "clients": placed}


_TABLES: Mapping[str, Any] = {"clients": Client, "database": Database, "": Configuration}


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        place = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]
        )
        text = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "unexpected_keyword_argument":
            text = f"is not known{_meant(problem['loc'])}"
        yield f"{place.lstrip('.') or 'the file'}: {text}"


def _meant(place: tuple[int | str, ...]) -> str:
    table = _TABLES.get(str(place[0]) if len(place) > 1 else "")
    names = [f.name for f in fields(table)] if is_dataclass(table) else []
    near = get_close_matches(str(place[-1]), names, 1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}"
