"""What the data refers to and does not bring: drugs by reference, and the places of lesions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from service.fhir.bundle import Entry, open_up
from service.fhir.json_types import Json, JsonObject, object_of, objects_of, text_of

MOST_REFERRED = 20
"""More than this of drugs and lesions is no patient; the rest stays without a name, and says so."""

# Of this server: what is elsewhere is not asked for.
_HERE = re.compile(r"(?:Medication|BodyStructure)/[A-Za-z0-9._-]{1,64}")


def referred(sources: Iterable[Json]) -> Iterator[str]:
    """The "Type/id" of each drug and lesion that is referred to and not there, each once."""
    entries = [entry for source in sources for entry in open_up(source, "").entries]
    there = {entry.reference for entry in entries}
    named = (reference for entry in entries for reference in _references(entry))
    yield from (
        name for name in dict.fromkeys(named) if _HERE.fullmatch(name) and name not in there
    )


def _references(entry: Entry) -> Iterator[str]:
    resource = entry.resource
    if entry.kind.startswith("Medication"):
        yield from _reference(resource, "medicationReference")
        yield from _reference(object_of(resource, "medication"), "reference")
    if entry.kind == "Observation":
        yield from _reference(resource, "bodyStructure")
        yield from (text_of(focus, "reference") for focus in objects_of(resource, "focus"))


def _reference(resource: JsonObject, name: str) -> Iterator[str]:
    yield text_of(object_of(resource, name), "reference")
