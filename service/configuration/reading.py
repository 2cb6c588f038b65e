"""The configuration file read: all that is wrong with it is told at once, each with its place."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from service.configuration.tables import Client, Configuration, Database, Operator, Smart

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
        # By way of JSON: strict records are made of tables there, and not of Python's dicts.
        placed = json.dumps(_placed(raw, path.parent), default=str)
        return TypeAdapter(Configuration).validate_json(placed)
    except ValidationError as error:
        raise ConfigurationError(str(path), tuple(_sentences(error))) from None


def _placed(table: Any, folder: Path) -> Any:
    """A table with the paths in it, and in the tables in it, relative to a folder."""
    if isinstance(table, list):
        return [_placed(item, folder) for item in table]
    if not isinstance(table, dict):
        return table
    return {
        name: str(folder / value)
        if name.endswith("_file") and isinstance(value, str)
        else _placed(value, folder)
        for name, value in table.items()
    }


_TABLES: Mapping[str, Any] = {
    "clients": Client,
    "database": Database,
    "operators": Operator,
    "": Configuration,
}


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
    holder = Smart if "smart" in place[:-1] else None
    table = holder or _TABLES.get(str(place[0]) if len(place) > 1 else "")
    names = [f.name for f in fields(table)] if is_dataclass(table) else []
    near = get_close_matches(str(place[-1]), names, 1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}"
