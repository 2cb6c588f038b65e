"""The version lock: changed content of a page, its rules or its criteria needs a new version.

``python -m rules.lock`` checks, ``python -m rules.lock --write`` records new versions. A page whose
content changed under an unchanged version is refused either way: a version names one content.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from rules.criteria.pages import load_criteria
from rules.pages import load_pages
from rules.strict_yaml import load_strict

LOCK = "lock.yaml"


@dataclass(frozen=True)
class Locked:
    """One unit under lock: its id, version and a hash of its content."""

    id: str
    version: str
    hash: str


def current() -> tuple[Locked, ...]:
    """Every page and criterion as it is now."""
    pages = ((p.id, p.version, f"catalog/{p.id}") for p in load_pages())
    criteria = ((c.id, c.version, f"criteria/pages/{c.id}.yaml") for c in load_criteria().values())
    return tuple(Locked(i, version, _hash(place)) for i, version, place in (*pages, *criteria))


def recorded() -> Mapping[str, Locked]:
    """Every page and criterion as the lock has it."""
    text = (files("rules") / LOCK).read_text("utf-8")
    raw: Any = load_strict(text, f"rules/{LOCK}")
    return {name: Locked(name, row["version"], row["hash"]) for name, row in raw.items()}


def complaints(now: Iterable[Locked], lock: Mapping[str, Locked]) -> tuple[str, ...]:
    """What is not as locked, one sentence each; empty where all is."""
    now = tuple(now)
    gone = sorted(lock.keys() - {unit.id for unit in now})
    return (
        *(text for unit in now if (text := _complaint(unit, lock.get(unit.id)))),
        *(f"{name}: is locked but gone; ids are for ever, retire it on its page" for name in gone),
    )


def _complaint(unit: Locked, locked: Locked | None) -> str | None:
    if locked is None:
        return f"{unit.id}: is not locked; run python -m rules.lock --write"
    if unit == locked:
        return None
    if unit.version == locked.version:
        return f"{unit.id}: its content changed and its version did not; raise the version"
    return f"{unit.id}: has a new version; run python -m rules.lock --write"


def _hash(place: str) -> str:
    digest = hashlib.sha256()
    for name, content in _files(place):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


def _files(place: str) -> Iterable[tuple[str, bytes]]:
    root = files("rules") / place
    if root.is_file():
        return [(place, root.read_bytes())]
    parts = (child for child in root.iterdir() if child.name in ("page.yaml", "rules.py"))
    return sorted((child.name, child.read_bytes()) for child in parts)


def write(now: Iterable[Locked]) -> str:
    """The lock as text."""
    rows = (f'{u.id}: {{version: "{u.version}", hash: "{u.hash}"}}' for u in now)
    head = "# Page or criterion: version and content. Written by python -m rules.lock --write."
    return "\n".join((head, *sorted(rows))) + "\n"


def main(arguments: list[str]) -> int:
    """Check the lock, or record new versions."""
    now, lock = current(), recorded()
    found = complaints(now, lock)
    blocking = [text for text in found if "raise the version" in text]
    if "--write" in arguments and not blocking:
        with open(str(files("rules") / LOCK), "w", encoding="utf-8") as target:
            target.write(write(now))
        return 0
    for text in found:
        print(text, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
