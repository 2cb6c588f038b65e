"""Which statuses count, which are passed over, and that any other cannot be read.

The models accept any string as a status, so the lists are checked here. "Unknown" counts where
the record still says that something was taken or done, and not where it leaves a result open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.fhir.elements import Unreadable
from service.fhir.json_types import JsonObject, objects_of


@dataclass(frozen=True)
class CodeList:
    """The codes an element may have: those that count, and those that are passed over."""

    element: str
    used: frozenset[str]
    ignored: frozenset[str]


def _list(element: str, used: str, ignored: str = "") -> CodeList:
    return CodeList(element, frozenset(used.split()), frozenset(ignored.split()))


STATUSES: Mapping[str, tuple[CodeList, ...]] = {
    "Observation": (
        _list(
            "status",
            "final amended corrected preliminary",
            "entered-in-error cancelled unknown registered",
        ),
    ),
    "MedicationStatement": (
        _list(
            "status",
            "active completed stopped on-hold unknown",
            "entered-in-error not-taken intended draft",
        ),
    ),
    "MedicationRequest": (
        _list(
            "status",
            "active completed stopped on-hold",
            "entered-in-error cancelled draft unknown",
        ),
        _list(
            "intent",
            "order original-order reflex-order filler-order instance-order",
            "proposal plan option",
        ),
    ),
    "MedicationAdministration": (
        _list(
            "status",
            "completed in-progress stopped",
            "entered-in-error not-done on-hold unknown",
        ),
    ),
    "Medication": (_list("status", "active inactive", "entered-in-error"),),
    "Substance": (_list("status", "active inactive", "entered-in-error"),),
    "ImagingStudy": (
        _list("status", "available registered unknown inactive", "entered-in-error cancelled"),
    ),
    "Condition": (
        _list(
            "verificationStatus",
            "unconfirmed provisional differential confirmed",
            "entered-in-error refuted",
        ),
        _list("clinicalStatus", "active recurrence relapse inactive remission resolved unknown"),
    ),
    "Procedure": (
        _list(
            "status",
            "completed in-progress stopped on-hold unknown",
            "entered-in-error not-done preparation",
        ),
    ),
    # not active is how a BodyStructure is marked as created in error
    "BodyStructure": (_list("active", "true", "false"),),
}
"""The code lists of each resource type."""


def passed_over(kind: str, resource: JsonObject) -> str:
    """Why this resource is not to be used ("status is cancelled"), or "" where it is.

    A missing status is left to the validation of the resource.

    Raises:
        Unreadable: a code that the element does not have.
    """
    for codes in STATUSES[kind]:
        told = resource.get(codes.element)
        if isinstance(told, str) and told in codes.used:  # as nearly all are
            continue
        given = _codes(resource, codes.element)
        if ignored := given & codes.ignored:
            return f"{codes.element} is {min(ignored)}"
        if given and not given & codes.used:
            raise Unreadable(codes.element, "not a code that this element has")
    return ""


def code_of(kind: str, element: str, resource: JsonObject) -> str:
    """The code that counts in such an element, or ""."""
    codes = next(codes for codes in STATUSES[kind] if codes.element == element)
    return min(_codes(resource, element) & codes.used, default="")


def _codes(resource: JsonObject, element: str) -> set[str]:
    value = resource.get(element)
    if isinstance(value, dict):
        codes = (coding.get("code") for coding in objects_of(value, "coding"))
        return {code for code in codes if isinstance(code, str)}
    if isinstance(value, bool):
        return {str(value).lower()}
    return {value} if isinstance(value, str) and value else set()
