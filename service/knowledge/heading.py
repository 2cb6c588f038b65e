"""What every published resource has: its canonical address, version, status and fingerprint."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.assessment import RulebookId
from service.fhir.json_types import Json, JsonObject

HASH_SYSTEM = "urn:liver-response-cds:rule-book"
"""The identifier system under which each resource names the content of the rule book it is of."""

_NO_ID = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_ID = 64
_NOT_VALIDATED = (
    "Not validated for care and not signed off by clinicians. Codes of LOINC, SNOMED CT, RxNorm and "
    "other systems are used under their own licences."
)


@dataclass(frozen=True)
class Publisher:
    """Where resources are published and which rule book they are of.

    Attributes:
        base: the address of the FHIR endpoint, or a URN where there is no public address.
    """

    base: str
    book: RulebookId

    @classmethod
    def at(cls, public_url: str | None, book: RulebookId) -> Publisher:
        """The publisher of a service with this public address."""
        return cls(f"{public_url}/fhir" if public_url else "urn:liver-response-cds:fhir", book)

    def canonical(self, kind: str, identity: str) -> str:
        """The canonical address of a resource."""
        separator = ":" if self.base.startswith("urn:") else "/"
        return separator.join((self.base, kind, identity))

    def heading(self, kind: str, identity: str, title: str, version: str = "") -> JsonObject:
        """The members that every resource begins with."""
        fingerprint = f"{self.book.version}#{self.book.hash}"
        return {
            "resourceType": kind,
            "id": identity,
            "url": self.canonical(kind, identity),
            "identifier": [{"system": HASH_SYSTEM, "value": fingerprint}],
            "version": version or self.book.version,
            "name": "".join(part.capitalize() for part in _NO_ID.split(identity)),
            "title": title,
            "status": "draft",
            "experimental": True,
            "copyright": _NOT_VALIDATED,
        }


def identity(*parts: str) -> str:
    """A FHIR id from words: "agents-imatinib"."""
    return _NO_ID.sub("-", "-".join(parts)).strip("-").lower()[:_LONGEST_ID].rstrip("-")


def concept(system: str, code: str, display: str = "") -> JsonObject:
    """A CodeableConcept with one coding."""
    coding: JsonObject = {"system": system, "code": code}
    return {"coding": [{**coding, "display": display} if display else coding]}


def some(**members: Json) -> JsonObject:
    """The members that have something in them: FHIR has no empty ones."""
    return {name: value for name, value in members.items() if value not in ("", [], {}, None)}
