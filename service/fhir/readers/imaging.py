"""Imaging studies."""

from __future__ import annotations

from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.records import Concept, ImagingStudyRecord, SeriesRecord


def read_imaging_study(
    resource: JsonObject, reference: str, normalise: Normalise
) -> ImagingStudyRecord:
    """An ImagingStudy. Its modalities are those of the study, then those of its series.

    Raises:
        Unreadable: an element cannot be read.
    """
    series = tuple(_series(item, normalise) for item in objects_of(resource, "series"))
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


def _series(series: JsonObject, normalise: Normalise) -> SeriesRecord:
    site = datatypes.coding(object_of(series, "bodySite"), normalise)
    coded = bool(site.code or site.display)
    return SeriesRecord(
        modality=text_of(object_of(series, "modality"), "code"),
        description=text_of(series, "description"),
        body_site=Concept((site,)) if coded else Concept(),
    )
