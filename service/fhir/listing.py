"""Which resources there are: the id, the date and the status of each, to look a datum up by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.fhir.json_types import Json, JsonObject, object_of, objects_of, text_of

_DATES = (
    "effectiveDateTime",
    "effectiveInstant",
    "started",
    "performedDateTime",
    "onsetDateTime",
    "authoredOn",
    "recordedDate",
    "issued",
    "dateAsserted",
)
_PERIODS = ("effectivePeriod", "performedPeriod")


@dataclass(frozen=True)
class Recorded:
    """How a resource stands in its record; "" where it does not say. ``url`` is where to open it."""

    date: str
    status: str
    url: str = ""


def listing(resources: Iterable[Json]) -> Mapping[str, Recorded]:
    """The resources by their references ("Observation/hu-1")."""
    return dict(_listed(resources))


def of_bundle(bundle: Json) -> Iterator[Json]:
    """The resources of a Bundle."""
    for entry in objects_of(bundle, "entry") if isinstance(bundle, dict) else ():
        yield entry.get("resource")


def _listed(resources: Iterable[Json]) -> Iterator[tuple[str, Recorded]]:
    for resource in resources:
        if isinstance(resource, dict):
            kind, name = text_of(resource, "resourceType"), text_of(resource, "id")
            yield f"{kind}/{name}", Recorded(_date(resource), _status(resource))


def _date(resource: JsonObject) -> str:
    periods = (object_of(resource, name) for name in _PERIODS)
    spans = (_span(period) for period in periods)
    points = (text_of(resource, name) for name in _DATES)
    return next((text for text in (*spans, *points) if text), "")


def _span(period: JsonObject) -> str:
    start, end = text_of(period, "start"), text_of(period, "end")
    return f"{start or '…'} to {end or '…'}" if start or end else ""


def _status(resource: JsonObject) -> str:
    clinical = object_of(resource, "clinicalStatus")
    codes = (text_of(coding, "code") for coding in objects_of(clinical, "coding"))
    return text_of(resource, "status") or next((code for code in codes if code), "")
