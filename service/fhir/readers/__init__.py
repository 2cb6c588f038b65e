"""From a resource in R4 shape, cut down and validated, to its record: one function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from service.fhir.given import Given
from service.fhir.readers.history import read_body_structure, read_condition, read_procedure
from service.fhir.readers.imaging import read_imaging_study
from service.fhir.readers.medication import (
    Drug,
    read_administration,
    read_medication,
    read_request,
    read_statement,
    read_substance,
)
from service.fhir.readers.observation import read_observation
from service.fhir.records import Record

Reader: TypeAlias = Callable[[Given, str], "Record | Drug"]

READERS: Mapping[str, Reader] = {
    "Observation": read_observation,
    "MedicationStatement": read_statement,
    "MedicationRequest": read_request,
    "MedicationAdministration": read_administration,
    "Medication": read_medication,
    "Substance": read_substance,
    "ImagingStudy": read_imaging_study,
    "Condition": read_condition,
    "Procedure": read_procedure,
    "BodyStructure": read_body_structure,
}
"""The reader of each resource type that is read."""
