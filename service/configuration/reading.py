"""The configuration file read: all that is wrong with it is told at once, each with its place."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from service.configuration.addresses import FOLDER
from service.configuration.smart import Smart
from service.configuration.tables import Client, Configuration, Database, Operator, OwnAccess

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class ConfigurationError(ValueError):
    """The file cannot be used.

    Attributes:
        problems: one sentence for each thing that is wrong.
        rest: the settings of the file, which are read elsewhere, so that what is wrong with them
            is told as well.
    """

    def __init__(self, problems: tuple[str, ...], rest: Configuration | None = None) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.rest = rest or Configuration()


def read_configuration(path: Path) -> Configuration:
    """Read a file; paths in it start from its own folder.

    Raises:
        ConfigurationError: it cannot be read, is no TOML, or says what it may not.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError((f"cannot be read ({type(error).__name__})",)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError((f"is no TOML: {error}",)) from None
    try:
        # As JSON, whose lists and texts become tuples and enumerations even where types are strict.
        text = json.dumps(raw, default=str)
        return TypeAdapter(Configuration).validate_json(text, context={FOLDER: str(path.parent)})
    except ValidationError as error:
        raise ConfigurationError(tuple(_sentences(error, raw)), _settings(raw)) from None


def _settings(raw: Mapping[str, Any]) -> Configuration:
    tables = {name: raw[name] for name in ("service", "limits") if isinstance(raw.get(name), dict)}
    return Configuration(**tables)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is not known."""
    names = sorted(known)
    near = get_close_matches(name, names, 1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"


_TABLES: Mapping[tuple[str, ...], type[Any]] = {
    (): Configuration,
    ("clients",): Client,
    ("clients", "own_access"): OwnAccess,
    ("clients", "smart"): Smart,
    ("database",): Database,
    ("operators",): Operator,
}


def _sentences(error: ValidationError, raw: Mapping[str, Any]) -> Iterator[str]:
    # The values themselves are left out: a database address holds a password.
    for problem in error.errors(include_url=False, include_input=False):
        place = _place(problem["loc"], raw)
        if problem["type"] == "unexpected_keyword_argument":
            yield f"{place} is not known; {_meant(problem['loc'])}"
        elif problem["type"] == "missing":
            yield f"{place} is missing"
        else:
            text = problem["msg"].removeprefix("Value error, ")
            yield from (f"{place}: {line}" if place else line for line in text.split("\n"))


def _place(location: tuple[int | str, ...], raw: Mapping[str, Any]) -> str:
    """``clients[0] (epic).fhir_servers[1]``: numbers as they stand in the file, from 0."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    if location[:1] == ("clients",) and len(location) > 1 and isinstance(location[1], int):
        client = raw["clients"][location[1]]
        name = client.get("name") if isinstance(client, dict) else None
        head = f".clients[{location[1]}]"
        place = place.replace(head, f"{head} ({name})", 1) if isinstance(name, str) else place
    return place.lstrip(".")


def _meant(location: tuple[int | str, ...]) -> str:
    *path, name = (part for part in location if isinstance(part, str))
    table = _TABLES.get(tuple(path))
    return did_you_mean(name, (f.name for f in fields(table)) if table else ())
