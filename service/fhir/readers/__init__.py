"""From a resource in R4 shape, cut down and validated, to its record: one function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from service.fhir.datatypes import Normalise
from service.fhir.json_types import JsonObject
from service.fhir.readers.history import read_body_structure, read_condition, read_procedure
from service.fhir.readers.imaging import read_imaging_study
from service.fhir.readers.medication import (
    Drug,
    read_administration,
    read_drug,
    read_request,
    read_statement,
)
from service.fhir.readers.observation import read_observation
from service.fhir.records import Record

Reader: TypeAlias = Callable[[JsonObject, str, Normalise], "Record | Drug"]

READERS: Mapping[str, Reader] = {
    "Observation": read_observation,
    "MedicationStatement": read_statement,
    "MedicationRequest": read_request,
    "MedicationAdministration": read_administration,
    "Medication": read_drug,
    "Substance": read_drug,
    "ImagingStudy": read_imaging_study,
    "Condition": read_condition,
    "Procedure": read_procedure,
    "BodyStructure": read_body_structure,
}
"""The reader of each resource type that is read."""
