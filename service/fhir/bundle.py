"""What a Bundle, a list of resources or one resource holds, opened but not yet read.

Every type of Bundle is opened alike: what counts is the resources in it. Entries that speak of
the exchange (outcomes, failed responses, further pages) become facts about the contents.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from service.fhir.json_types import Json, JsonObject, list_of, object_of, objects_of, text_of
from service.fhir.names import relative
from service.fhir.records import UnreadRecord

_TYPE = re.compile(r"[A-Z][A-Za-z]{0,62}")
# Longer than FHIR allows and with the underscore: both are seen.
_ID = re.compile(r"[A-Za-z0-9._-]+")
_DEEPEST = 8  # Bundles within Bundles; a batch response has two levels
_FAILED = frozenset(("error", "fatal"))


class Entry(NamedTuple):
    """One resource and the name it goes by.

    Attributes:
        whole: the resource as it is kept and versioned: itself, or what contains it.
        contained: whether it is part of another resource.
    """

    kind: str
    resource: JsonObject
    reference: str
    whole: JsonObject
    contained: bool = False

    @property
    def meta(self) -> JsonObject:
        """Its version, or that of the resource that contains it."""
        return object_of(self.whole, "meta")


@dataclass(frozen=True)
class Contents:
    """What was found on opening.

    Attributes:
        names: from ``urn:uuid:`` to "Type/id".
        failed: the source reported an error in place of some of the data.
        truncated: there are further pages that were not sent.
        searched: the resource types asked for, as far as the Bundle says so itself.
    """

    entries: tuple[Entry, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[UnreadRecord, ...] = ()
    failed: bool = False
    truncated: bool = False
    searched: frozenset[str] = frozenset()

    @property
    def kinds(self) -> set[str]:
        """The types of the resources found, contained ones aside."""
        return {entry.kind for entry in self.entries if not entry.contained}


def open_up(source: Json, where: str) -> Contents:
    """Open whatever was given. Never raises.

    Args:
        source: a Bundle, a list of resources and Bundles, or one resource.
        where: what it is called when something in it has no name of its own: "Bundle".
    """
    opener = _Opener()
    if isinstance(source, list):
        for number, item in enumerate(source):
            opener.add(item, f"{where}[{number}]")
    else:
        opener.add(source, where)
    return opener.contents()


class _Opener:
    """Collects what is found; one for each opening."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._names: dict[str, str] = {}
        self._unread: list[UnreadRecord] = []
        self._searched: set[str] = set()
        self._failed = self._truncated = False

    def contents(self) -> Contents:
        return Contents(
            tuple(self._entries),
            self._names,
            tuple(self._unread),
            self._failed,
            self._truncated,
            frozenset(self._searched),
        )

    def add(self, source: Json, where: str, full_url: str = "", depth: int = 0) -> None:
        resource = source if isinstance(source, dict) else {}
        kind = text_of(resource, "resourceType")
        if not _TYPE.fullmatch(kind):
            self._leave(where, "the resource: it has no resourceType")
        elif kind == "OperationOutcome":
            severities = [text_of(issue, "severity") for issue in objects_of(resource, "issue")]
            self._failed |= not _FAILED.isdisjoint(severities)
        elif kind != "Bundle":
            self._add_resource(resource, kind, full_url)
        elif depth > _DEEPEST:
            self._leave(where, "the Bundle: nested too deeply")
        else:
            self._add_bundle(resource, where, depth)

    def _add_bundle(self, bundle: JsonObject, where: str, depth: int) -> None:
        if not isinstance(bundle.get("entry"), list | None):
            self._leave(where, "entry: not a list")
        for link in objects_of(bundle, "link"):
            self._follow(text_of(link, "relation"), text_of(link, "url"))
        for number, entry in enumerate(list_of(bundle, "entry")):
            self._add_entry(entry, f"{where}.entry[{number}]", depth)

    def _follow(self, relation: str, url: str) -> None:
        self._truncated |= relation == "next"
        searched = url.partition("?")[0].rpartition("/")[2]
        if relation == "self" and _TYPE.fullmatch(searched):
            self._searched.add(searched)

    def _add_entry(self, entry: Json, where: str, depth: int) -> None:
        if not isinstance(entry, dict):
            self._leave(where, "the entry: not an object")
            return
        if "response" in entry and _is_failure(object_of(entry, "response")):
            self._failed = True
        if "resource" in entry and entry["resource"] is not None:
            self.add(entry["resource"], where, text_of(entry, "fullUrl"), depth + 1)

    def _add_resource(self, resource: JsonObject, kind: str, full_url: str) -> None:
        reference = _name(resource, kind, full_url)
        if full_url and full_url.startswith("urn:"):
            self._names[full_url] = reference
        self._entries.append(Entry(kind, resource, reference, resource))
        if "contained" in resource:
            self._entries.extend(_contained(resource, reference))

    def _leave(self, where: str, reason: str) -> None:
        self._unread.append(UnreadRecord(where, "", reason))


def _is_failure(response: JsonObject) -> bool:
    return text_of(response, "status").startswith(("4", "5"))


def _contained(owner: JsonObject, reference: str) -> Iterator[Entry]:
    """The resources within a resource: versions of it, and of its patient unless they say whose."""
    if text_of(owner, "status") == "entered-in-error":
        return
    subject = owner.get("subject") or owner.get("patient")
    for part in objects_of(owner, "contained"):
        kind = text_of(part, "resourceType")
        whose = "patient" if kind == "BodyStructure" else "subject"
        of_owner: JsonObject = {whose: subject} if subject else {}
        name = f"{reference}#{text_of(part, 'id')}"
        yield Entry(kind, {**of_owner, **part}, name, owner, contained=True)


def _name(resource: JsonObject, kind: str, full_url: str) -> str:
    """ "Type/id"; without an id, after its fullUrl; without either, after its content."""
    identity = text_of(resource, "id")
    if _ID.fullmatch(identity):
        return f"{kind}/{identity}"
    named = relative(full_url, "")
    if named.startswith(f"{kind}/"):
        return named
    last = re.split("[:/]", full_url)[-1]
    if full_url.startswith("urn:") and _ID.fullmatch(last):
        return f"{kind}/{last}"
    return f"{kind}/unnamed-{_digest(resource)}"


def _digest(resource: JsonObject) -> str:
    try:
        return hashlib.blake2b(orjson.dumps(resource), digest_size=4).hexdigest()
    except TypeError:  # nested too deeply; it will be named as unread
        return "0"
