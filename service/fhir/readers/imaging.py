"""Imaging studies."""

from __future__ import annotations

from functools import lru_cache

import orjson

from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.given import Element, Given
from service.fhir.json_types import JsonObject, object_of, text_of
from service.fhir.records import Concept, ImagingStudyRecord, SeriesRecord

_SERIES_KEPT = 4096


def read_imaging_study(given: Given, reference: str) -> ImagingStudyRecord:
    """An ImagingStudy. Its modalities are those of the study, then those of its series.

    Raises:
        Unreadable: an element cannot be read.
    """
    own, of_series = given["modality"].read(_codes), given["series"].read(_modalities)
    return ImagingStudyRecord(
        reference=reference,
        subject=given["subject"].reference,
        status=given["status"].text,
        started=given["started"].date,
        modalities=tuple(dict.fromkeys(own + of_series)),
        description=given["description"].text,
        procedure=given["procedureCode"].concepts,
        series=given["series"].read(_all_series),
        identifiers=given["identifier"].identifiers,
    )


def _codes(modality: Element) -> tuple[str, ...]:
    codes = (text_of(coding, "code") for coding in modality.objects)
    return tuple(code for code in codes if code)


def _modalities(series: Element) -> tuple[str, ...]:
    return tuple(one.modality for one in series.read(_all_series) if one.modality)


def _all_series(series: Element) -> tuple[SeriesRecord, ...]:
    return tuple(_series(orjson.dumps(item), series.normalise) for item in series.objects)


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
