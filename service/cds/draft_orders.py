"""``context.draftOrders`` as sent, leniently read: what each order asks for, not what it means.

Clients send Bundles without a type, ids beyond FHIR's length, single objects where R4 has lists,
Medications as further entries, orders in the shapes of DSTU2, STU3, R4 and R5. Nothing here is
validated by a model; types that are no orders of ours are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from service.fhir.bundle import Contents, Entry, open_up
from service.fhir.datatypes import Normalise, concept, joined
from service.fhir.errors import OtherPatientError
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.readers.medication import Drug, read_drug
from service.fhir.records import Concept, MedicationRecord
from service.fhir.references import References
from service.fhir.shapes import to_r4

WHERE = "context.draftOrders"

_KEPT, _LONGEST_KEPT = 256, 1 << 16  # at most 16 MB, in bytes


@dataclass(frozen=True)
class DraftOrder:
    """One order, before anybody asks what it means.

    Attributes:
        reference: "MedicationRequest/x", or a name made from its content.
        asked: the medication, or the service.
        category: what kind of order it says it is.
        reason: why it is ordered.
        replaces: references of the orders that it takes the place of.
        parts: references of the orders that it holds together.
        lost: its medication is a reference that leads nowhere and has no words.
    """

    reference: str
    kind: str
    status: str
    asked: Concept
    category: Concept = field(default_factory=Concept)
    reason: Concept = field(default_factory=Concept)
    route: Concept = field(default_factory=Concept)
    replaces: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    do_not_perform: bool = False
    lost: bool = False


@dataclass(frozen=True)
class Drafts:
    """The orders of a call. ``unread`` names the entries that are no resources at all."""

    orders: tuple[DraftOrder, ...] = ()
    unread: tuple[str, ...] = field(default=())


def read_drafts(bundle: JsonObject, patient_id: str, normalise: Normalise) -> Drafts:
    """Read a Bundle of draft orders.

    The last ones are kept: the same orders come when they are selected and when they are signed.

    Raises:
        OtherPatientError: an order is for another patient.
    """
    try:
        content = orjson.dumps(bundle)
    except TypeError:  # nested too deeply, or a number beyond 64 bits
        return _read_all(bundle, patient_id, normalise)
    if len(content) > _LONGEST_KEPT:
        return _read_all(bundle, patient_id, normalise)
    return _known(content, patient_id, normalise)


@lru_cache(maxsize=_KEPT)
def _known(content: bytes, patient_id: str, normalise: Normalise) -> Drafts:
    return _read_all(orjson.loads(content), patient_id, normalise)


def _read_all(bundle: JsonObject, patient_id: str, normalise: Normalise) -> Drafts:
    contents = open_up({"resourceType": "Bundle", **bundle}, WHERE)
    references = _references(contents, patient_id, normalise)
    entries = [entry for entry in contents.entries if entry.kind in _READERS]
    for entry in entries:
        _check_subject(entry, references, patient_id)
    found = {entry.reference: _read(entry, references, normalise) for entry in entries}
    parts = {part for order in found.values() for part in order.parts}
    # What an order merely contains (the one before it, say) is not ordered.
    ordered = [found[e.reference] for e in entries if not e.contained or e.reference in parts]
    return Drafts(tuple(ordered), tuple(item.reference for item in contents.unread))


def _references(contents: Contents, patient_id: str, normalise: Normalise) -> References:
    drugs: dict[str, Drug] = {
        entry.reference: read_drug(to_r4(entry.kind, entry.resource), entry.reference, normalise)
        for entry in contents.entries
        if entry.kind in ("Medication", "Substance")
    }
    patient = f"Patient/{patient_id}"
    return References({f"urn:uuid:{patient_id}": patient, **contents.names}, drugs)


def _check_subject(entry: Entry, references: References, patient_id: str) -> None:
    subject = object_of(entry.resource, "subject") or object_of(entry.resource, "patient")
    name = references.name(text_of(subject, "reference"), entry.reference)
    if name.startswith("Patient/") and name != f"Patient/{patient_id}":
        raise OtherPatientError(
            "An order is for another patient than context.patientId. "
            "Send only orders of the patient in context.",
            where=WHERE,
        )


def _read(entry: Entry, references: References, normalise: Normalise) -> DraftOrder:
    return _READERS[entry.kind](entry, references, normalise)


def _medication_order(entry: Entry, references: References, normalise: Normalise) -> DraftOrder:
    resource = to_r4("MedicationRequest", entry.resource)
    record = references.link(_medication_record(entry, resource, normalise))
    assert isinstance(record, MedicationRecord)  # noqa: S101 - linking keeps the type
    return DraftOrder(
        reference=entry.reference,
        kind=entry.kind,
        status=record.status,
        asked=record.medication,
        category=_concepts(resource, "category", normalise),
        reason=_reason(resource, normalise),
        route=record.route,
        replaces=(record.prior,) if record.prior else (),
        do_not_perform=record.do_not_perform,
        lost=not record.resolved and not record.medication.words,
    )


def _medication_record(
    entry: Entry, resource: JsonObject, normalise: Normalise
) -> MedicationRecord:
    drug = object_of(resource, "medicationReference")
    coded = _concepts(resource, "medicationCodeableConcept", normalise)
    dosages = _objects(resource, "dosageInstruction")
    return MedicationRecord(
        reference=entry.reference,
        subject=None,
        resource_type="MedicationRequest",
        status=text_of(resource, "status"),
        intent=text_of(resource, "intent"),
        medication=joined((coded, Concept(text=text_of(drug, "display")))),
        resolved=not drug or bool(coded.codings),
        start=None,
        end=None,
        authored=None,
        route=joined(_concepts(dosage, "route", normalise) for dosage in dosages),
        prior=text_of(object_of(resource, "priorPrescription"), "reference") or None,
        do_not_perform=resource.get("doNotPerform") is True,
        medication_reference=text_of(drug, "reference") or None,
    )


def _service_order(entry: Entry, references: References, normalise: Normalise) -> DraftOrder:
    resource = entry.resource
    code = object_of(resource, "code")
    details = _concepts(resource, "orderDetail", normalise)
    return DraftOrder(
        reference=entry.reference,
        kind=entry.kind,
        status=text_of(resource, "status"),
        # R5 has a reference or a concept where R4 has the concept itself.
        asked=joined((concept(object_of(code, "concept") or code, normalise), details)),
        category=_concepts(resource, "category", normalise),
        reason=_reason(resource, normalise),
        replaces=tuple(_named(resource, "replaces", entry, references)),
        do_not_perform=resource.get("doNotPerform") is True,
    )


def _plan(entry: Entry, references: References, normalise: Normalise) -> DraftOrder:
    resource = entry.resource
    steps = tuple(_steps(resource))
    asked = [_concepts(step, name, normalise) for step in steps for name in _STEP_CONCEPTS]
    titles = [Concept(text=text_of(step, "title")) for step in (resource, *steps)]
    parts = (name for step in steps for name in _named(step, "resource", entry, references))
    activities = (name for step in steps for name in _named(step, "reference", entry, references))
    return DraftOrder(
        reference=entry.reference,
        kind=entry.kind,
        status=text_of(resource, "status"),
        asked=joined((*titles, *asked)),
        category=_concepts(resource, "category", normalise),
        reason=_reason(resource, normalise),
        replaces=tuple(_named(resource, "replaces", entry, references)),
        parts=(*parts, *activities),
    )


_STEP_CONCEPTS = ("code", "productCodeableConcept")


def _steps(plan: JsonObject) -> Iterator[JsonObject]:
    """The actions of a RequestGroup at every depth, or the activities of a CarePlan."""
    waiting = [*_objects(plan, "action"), *_objects(plan, "activity")]
    while waiting:
        step = waiting.pop(0)
        yield step
        yield object_of(step, "detail")
        waiting = [*_objects(step, "action"), *waiting]


def _named(holder: JsonObject, name: str, entry: Entry, references: References) -> Iterator[str]:
    for item in _objects(holder, name):
        if reference := text_of(item, "reference"):
            yield references.name(reference, entry.reference)


def _reason(resource: JsonObject, normalise: Normalise) -> Concept:
    names = ("reasonCode", "reason")  # R4, R5
    return joined(_concepts(resource, name, normalise) for name in names)


def _concepts(holder: JsonObject, name: str, normalise: Normalise) -> Concept:
    """One concept or several, as the client has it; of R5's references, their concepts."""
    found = _objects(holder, name)
    return joined(concept(object_of(item, "concept") or item, normalise) for item in found)


def _objects(holder: JsonObject, name: str) -> list[JsonObject]:
    """One object or a list of them, as the client has it."""
    return [found] if (found := object_of(holder, name)) else objects_of(holder, name)


_Read = Callable[[Entry, References, Normalise], DraftOrder]

_READERS: Mapping[str, _Read] = {
    "MedicationRequest": _medication_order,
    "MedicationOrder": _medication_order,  # DSTU2
    "ServiceRequest": _service_order,
    "ProcedureRequest": _service_order,  # STU3 and before
    "RequestGroup": _plan,
    "RequestOrchestration": _plan,  # R5
    "CarePlan": _plan,
}
