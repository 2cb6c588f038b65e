"""What the FHIR endpoint of the published rule book can do."""

from __future__ import annotations

from service.fhir.json_types import Json, JsonObject
from service.knowledge.publication import KINDS, PARAMETERS, Publication

_TYPES = {"url": "uri"}


def capability(publication: Publication) -> JsonObject:
    """The CapabilityStatement: read and search, nothing else."""
    resources: list[Json] = [_of(kind) for kind in KINDS]
    heading = publication.publisher.heading(
        "CapabilityStatement", "metadata", "The rule book as FHIR"
    )
    return {
        **{name: value for name, value in heading.items() if name != "identifier"},
        "date": publication.since.isoformat(),
        "kind": "capability",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{"mode": "server", "resource": resources}],
    }


def _of(kind: str) -> JsonObject:
    parameters: list[Json] = [
        {"name": name, "type": _TYPES.get(name, "token" if name != "name" else "string")}
        for name in PARAMETERS
    ]
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": parameters,
    }
