"""What ``GET /cds-services`` says: one service for each hook, and what each needs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.cds.errors import ServiceUnknownError
from service.cds.response import Service
from service.cds.speaking import Hook

STANDARD_VERSION = "2.0.1"
"""The version of CDS Hooks that is spoken."""

_TITLES: Mapping[Hook, str] = MappingProxyType(
    {
        Hook.ORDER_SIGN: "Liver response check when orders are signed",
        Hook.ORDER_SELECT: "Liver response check when orders are selected",
        Hook.PATIENT_VIEW: "Liver response check when a chart is opened",
    }
)
_MOMENTS: Mapping[Hook, str] = MappingProxyType(
    {
        Hook.ORDER_SIGN: "Speaks when a change of systemic treatment is signed.",
        Hook.ORDER_SELECT: "Speaks when a change of systemic treatment or liver imaging is "
        "selected.",
        Hook.PATIENT_VIEW: "Speaks when a chart with recent liver imaging is opened.",
    }
)
_PURPOSE = (
    "Tells treatment effect from true progression where liver metastases look worse under "
    "anti-angiogenic or KIT-directed therapy, shows what speaks for and against, and says what "
    "is missing."
)
_NEEDS = (
    "FHIR R4 data of one patient by prefetch: ImagingStudy, imaging Observations, and one of "
    "MedicationStatement, MedicationRequest and MedicationAdministration are needed; the other "
    "keys sharpen the answer. What is needed and not sent is answered with 412."
)
_NEEDS_ORDERS = " The client must be allowed to send unsigned orders in context.draftOrders."


def service_id(hook: Hook) -> str:
    """The id of a hook's service."""
    return f"liver-response-{hook.value}"


def hook_of(service: str) -> Hook:
    """The hook that a service answers.

    Raises:
        ServiceUnknownError: there is no such service.
    """
    for hook in Hook:
        if service == service_id(hook):
            return hook
    raise ServiceUnknownError("No such service; GET /cds-services lists them.")


def services(prefetch: Mapping[str, str]) -> tuple[Service, ...]:
    """The services with their prefetch templates."""
    return tuple(
        Service(
            id=service_id(hook),
            hook=hook.value,
            title=_TITLES[hook],
            description=f"{_PURPOSE} {_MOMENTS[hook]}",
            usage_requirements=_NEEDS + ("" if hook is Hook.PATIENT_VIEW else _NEEDS_ORDERS),
            prefetch=dict(prefetch),
            version=STANDARD_VERSION,
        )
        for hook in Hook
    )
