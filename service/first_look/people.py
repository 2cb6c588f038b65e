"""The invented people of a folder, each with the day that the story is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from service.dates_shifted import told_on
from service.fhir.json_types import Json

_ROW = re.compile(r"^\| \[`([\w-]+)`\]\(people/[^)]*\) \| ([^|]+) \|", re.MULTILINE)
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Person:
    """One story."""

    name: str
    story: str  # a sentence
    told_on: date
    bundle: Json


def load_people(folder: Path) -> Mapping[str, Person]:
    """The people of ``folder``, in the order of the list of stories beside it.

    Raises:
        OSError: the folder cannot be read.
        ValueError: a file is no Bundle that tells its day.
    """
    stories = dict(_stories(folder.parent / "README.md"))
    found = {path.stem: _person(path, stories) for path in sorted(folder.glob("*.json"))}
    listed = [name for name in stories if name in found]
    return {name: found[name] for name in dict.fromkeys((*listed, *found))}


def _stories(listing: Path) -> Iterator[tuple[str, str]]:
    text = listing.read_text("utf-8") if listing.exists() else ""
    for name, story in _ROW.findall(text):
        yield name, story.strip()


def _person(path: Path, stories: Mapping[str, str]) -> Person:
    bundle: Json = orjson.loads(path.read_bytes())
    day = told_on(bundle)
    if day is None or not _NAME.fullmatch(path.stem):
        raise ValueError(f"{path.name}: not a Bundle whose timestamp tells the day of the story")
    return Person(path.stem, stories.get(path.stem, ""), day, bundle)
