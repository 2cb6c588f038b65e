"""A CDS Hooks request as a frozen call: lenient about what is not needed, plain about what is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from service.cds.authorization import Authorization, read_authorization
from service.cds.draft_orders import WHERE as DRAFT_ORDERS
from service.cds.draft_orders import Drafts, read_drafts
from service.cds.errors import CallInvalidError
from service.cds.speaking import Hook
from service.fhir.datatypes import Normalise
from service.fhir.errors import OtherPatientError
from service.fhir.json_types import Json, JsonObject, object_of, text_of

# Longer than FHIR's 64 characters, which clients exceed.
_ID = re.compile(r"[^\s/?#]{1,256}")


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        authorization: for ``fhir_server``; None where no token came that can be used.
        selections: the selected orders; None for a hook without selections.
        prefetch: as sent, for ``service.fhir.prefetch`` alone to read.
    """

    hook: Hook
    hook_instance: str
    user_id: str
    patient_id: str
    encounter_id: str | None = None
    fhir_server: str | None = None
    authorization: Authorization | None = None
    drafts: Drafts = field(default_factory=Drafts)
    selections: tuple[str, ...] | None = None
    prefetch: JsonObject = field(default_factory=dict, repr=False)


def read_call(body: Json, hook: Hook, normalise: Normalise) -> Call:
    """Read the body of a request to the service of a hook. Unknown members are ignored.

    Raises:
        CallInvalidError: something needed is missing or of the wrong type.
        OtherPatientError: the call speaks of more than one patient.
    """
    if not isinstance(body, dict):
        raise CallInvalidError("The body is not a JSON object.", "", "structure")
    _check_hook(_text(body, "hook"), hook)
    context = body.get("context")
    if not isinstance(context, dict):
        raise _must("context", "a JSON object")
    patient = _patient(context)
    return Call(
        hook=hook,
        hook_instance=_text(body, "hookInstance"),
        user_id=_text(context, "userId", "context."),
        patient_id=patient,
        encounter_id=_encounter(context),
        fhir_server=_fhir_server(body, patient),
        authorization=read_authorization(object_of(body, "fhirAuthorization")),
        drafts=_drafts(context, hook, patient, normalise),
        selections=_selections(context) if hook is Hook.ORDER_SELECT else None,
        prefetch=_optional_object(body, "prefetch"),
    )


def _check_hook(sent: str, hook: Hook) -> None:
    if sent != hook.value:
        raise CallInvalidError(
            f"This service answers the hook {hook.value}; send the call to the service of its "
            "own hook, as discovery lists them.",
            "hook",
        )


def _patient(context: JsonObject) -> str:
    patient = _text(context, "patientId", "context.")
    if not _ID.fullmatch(patient):
        raise CallInvalidError(
            "context.patientId is not an id; send the bare id, without 'Patient/'.",
            "context.patientId",
        )
    return patient


def _encounter(context: JsonObject) -> str | None:
    encounter = _optional_text(context, "encounterId", "context.")
    return encounter.rpartition("/")[2] or None if encounter else None


def _fhir_server(body: JsonObject, patient: str) -> str | None:
    server = _optional_text(body, "fhirServer")
    authorization = _optional_object(body, "fhirAuthorization")
    if authorization and server is None:
        raise CallInvalidError(
            "fhirAuthorization is sent without fhirServer; send both or neither.",
            "fhirServer",
            "required",
        )
    if text_of(authorization, "patient") not in ("", patient):
        raise OtherPatientError(
            "fhirAuthorization is for another patient than context.patientId.",
            where="fhirAuthorization.patient",
        )
    return server


def _drafts(context: JsonObject, hook: Hook, patient: str, normalise: Normalise) -> Drafts:
    if hook is Hook.PATIENT_VIEW:
        return Drafts()
    bundle = context.get("draftOrders")
    if bundle is None:
        raise CallInvalidError(
            f"{DRAFT_ORDERS} is missing; send the draft orders. Some clients leave them out "
            "until they are given access to unsigned orders.",
            DRAFT_ORDERS,
            "required",
        )
    if not isinstance(bundle, dict) or not isinstance(bundle.get("entry"), list | None):
        raise _must(DRAFT_ORDERS, "a Bundle with a list of entries")
    return read_drafts(bundle, patient, normalise)


def _selections(context: JsonObject) -> tuple[str, ...]:
    selections = context.get("selections")
    if selections is None:
        raise CallInvalidError(
            "context.selections is missing; send the selected orders.",
            "context.selections",
            "required",
        )
    if not isinstance(selections, list):
        raise _must("context.selections", "a list of references")
    return tuple(_selection(item) for item in selections)


def _selection(item: Json) -> str:
    if not isinstance(item, str):
        raise _must("context.selections", "a list of references")
    return item.strip()


def _text(holder: JsonObject, name: str, place: str = "") -> str:
    """A member that is needed and must be a text with something in it."""
    found = _optional_text(holder, name, place)
    if found is None:
        where = f"{place}{name}"
        raise CallInvalidError(f"{where} is missing or blank; send it.", where, "required")
    return found


def _optional_text(holder: JsonObject, name: str, place: str = "") -> str | None:
    found = holder.get(name)
    if found is not None and not isinstance(found, str):
        raise _must(f"{place}{name}", "a text")
    return (found or "").strip() or None


def _optional_object(holder: JsonObject, name: str) -> JsonObject:
    found = holder.get(name)
    if found is not None and not isinstance(found, dict):
        raise _must(name, "a JSON object")
    return object_of(holder, name)


def _must(where: str, what: str) -> CallInvalidError:
    return CallInvalidError(f"{where} must be {what}.", where, "structure")
