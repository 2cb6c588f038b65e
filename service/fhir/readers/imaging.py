"""Imaging studies."""

from __future__ import annotations

from functools import lru_cache

import orjson

from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.records import Concept, ImagingStudyRecord, SeriesRecord

_SERIES_KEPT = 4096


def read_imaging_study(
    resource: JsonObject, reference: str, normalise: Normalise
) -> ImagingStudyRecord:
    """An ImagingStudy. Its modalities are those of the study, then those of its series.

    Raises:
        Unreadable: an element cannot be read.
    """
    series = tuple(
        _series(orjson.dumps(item), normalise) for item in objects_of(resource, "series")
    )
    own = [text_of(item, "code") for item in objects_of(resource, "modality")]
    return ImagingStudyRecord(
        reference=reference,
        subject=text_of(object_of(resource, "subject"), "reference") or None,
        status=text_of(resource, "status"),
        started=datatypes.date(resource, "started"),
        modalities=tuple(dict.fromkeys(m for m in (*own, *(s.modality for s in series)) if m)),
        description=text_of(resource, "description"),
        procedure=datatypes.concepts(resource, "procedureCode", normalise),
        series=series,
        identifiers=datatypes.identifiers(resource, normalise),
    )


@lru_cache(maxsize=_SERIES_KEPT)
def _series(content: bytes, normalise: Normalise) -> SeriesRecord:
    # cut to what is read, the same few series of one hospital's protocols come again and again
    series: JsonObject = orjson.loads(content)
    site = datatypes.coding(object_of(series, "bodySite"), normalise)
    coded = bool(site.code or site.display)
    return SeriesRecord(
        modality=text_of(object_of(series, "modality"), "code"),
        description=text_of(series, "description"),
        body_site=Concept((site,)) if coded else Concept(),
    )
