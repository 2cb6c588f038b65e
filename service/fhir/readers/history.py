"""Conditions, procedures and body structures."""

from __future__ import annotations

from service.fhir import datatypes
from service.fhir.datatypes import Normalise
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.records import BodyStructureRecord, ConditionRecord, ProcedureRecord
from service.fhir.statuses import code_of


def read_condition(resource: JsonObject, reference: str, normalise: Normalise) -> ConditionRecord:
    """A Condition.

    Raises:
        Unreadable: an element cannot be read.
    """
    related = (object_of(e, "valueReference") for e in objects_of(resource, "extension"))
    return ConditionRecord(
        reference=reference,
        subject=text_of(object_of(resource, "subject"), "reference") or None,
        clinical_status=code_of("Condition", "clinicalStatus", resource),
        verification_status=code_of("Condition", "verificationStatus", resource),
        code=datatypes.concept(object_of(resource, "code"), normalise),
        body_site=datatypes.concepts(resource, "bodySite", normalise),
        related_primary=tuple(r for r in (text_of(e, "reference") for e in related) if r),
    )


def read_procedure(resource: JsonObject, reference: str, normalise: Normalise) -> ProcedureRecord:
    """A Procedure. One that has begun and has no end recorded is undated.

    Raises:
        Unreadable: an element cannot be read.
    """
    performed = datatypes.date(resource, "performedDateTime")
    end = datatypes.date(object_of(resource, "performedPeriod"), "end")
    return ProcedureRecord(
        reference=reference,
        subject=text_of(object_of(resource, "subject"), "reference") or None,
        status=text_of(resource, "status"),
        code=datatypes.concept(object_of(resource, "code"), normalise),
        body_site=datatypes.concepts(resource, "bodySite", normalise),
        performed=performed or end,
    )


def read_body_structure(
    resource: JsonObject, reference: str, normalise: Normalise
) -> BodyStructureRecord:
    """A BodyStructure."""
    return BodyStructureRecord(
        reference=reference,
        subject=text_of(object_of(resource, "patient"), "reference") or None,
        location=datatypes.concept(object_of(resource, "location"), normalise),
        identifiers=datatypes.identifiers(resource, normalise),
        description=text_of(resource, "description"),
    )
