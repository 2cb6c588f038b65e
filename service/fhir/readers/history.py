"""Conditions, procedures and body structures."""

from __future__ import annotations

from service.fhir.given import Element, Given
from service.fhir.json_types import object_of, text_of
from service.fhir.records import BodyStructureRecord, ConditionRecord, ProcedureRecord
from service.fhir.statuses import code_of


def read_condition(given: Given, reference: str) -> ConditionRecord:
    """A Condition.

    Raises:
        Unreadable: an element cannot be read.
    """
    return ConditionRecord(
        reference=reference,
        subject=given["subject"].reference,
        clinical_status=given["clinicalStatus"].read(_clinical_status),
        verification_status=given["verificationStatus"].read(_verification_status),
        code=given["code"].concept,
        body_site=given["bodySite"].concepts,
        related_primary=given["extension"].read(_related),
    )


def read_procedure(given: Given, reference: str) -> ProcedureRecord:
    """A Procedure. One that has begun and has no end recorded is undated.

    Raises:
        Unreadable: an element cannot be read.
    """
    performed, end = given["performedDateTime"].date, given["performedPeriod"].end
    return ProcedureRecord(
        reference=reference,
        subject=given["subject"].reference,
        status=given["status"].text,
        code=given["code"].concept,
        body_site=given["bodySite"].concepts,
        performed=performed or end,
    )


def read_body_structure(given: Given, reference: str) -> BodyStructureRecord:
    """A BodyStructure."""
    return BodyStructureRecord(
        reference=reference,
        subject=given["patient"].reference,
        location=given["location"].concept,
        identifiers=given["identifier"].identifiers,
        description=given["description"].text,
    )


def _clinical_status(element: Element) -> str:
    return code_of("Condition", "clinicalStatus", element.holder)


def _verification_status(element: Element) -> str:
    return code_of("Condition", "verificationStatus", element.holder)


def _related(extensions: Element) -> tuple[str, ...]:
    related = (object_of(extension, "valueReference") for extension in extensions.objects)
    return tuple(r for r in (text_of(reference, "reference") for reference in related) if r)
