"""What the orders of a call mean, in the shapes that clients send."""

from typing import Any

import pytest
from calls import RXNORM, Json, bundle, medication_request, service_request

from rules.vocabulary import load_vocabulary
from service.cds.draft_orders import read_drafts
from service.cds.order_reader import OrderReader, load_order_words
from service.cds.orders import Action, DraftOrders, Leading
from service.extract.medications import MedicationReader
from service.fhir.errors import OtherPatientError

IMATINIB = Leading("imatinib", frozenset(["MedicationRequest/old"]))
LONG_ID = "aB1.-" * 38


def meaning(
    *resources: Json, selections: tuple[str, ...] | None = None, **members: Any
) -> DraftOrders:
    vocabulary = load_vocabulary()
    reader = OrderReader(vocabulary, MedicationReader(vocabulary), load_order_words())
    drafts = read_drafts(bundle(*resources, **members), "p1", vocabulary.normalise_system)
    return reader.read(drafts, selections)


def changes(*resources: Json, leading: Leading = IMATINIB) -> list[tuple[str, Action]]:
    return [(c.name, c.action) for c in meaning(*resources).treatment_changes(leading)]


def coded(*codings: tuple[str, str], text: str = "") -> Json:
    concept: Json = {"coding": [{"system": s, "code": c} for s, c in codings]}
    return {"medicationCodeableConcept": {**concept, **({"text": text} if text else {})}}


def referring(reference: str, **members: Any) -> Json:
    return medication_request(medicationReference={"reference": reference, **members})


def drug(name: str, **members: Any) -> Json:
    return {"resourceType": "Medication", "id": "drug", "code": {"text": name}, **members}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(
            medication_request("sunitinib 50 mg"), ("sunitinib", Action.STARTS), id="agent"
        ),
        pytest.param(
            medication_request(**coded((RXNORM, "357977"))), ("sunitinib", Action.STARTS), id="code"
        ),
        pytest.param(
            medication_request("capecitabine"), ("capecitabine", Action.STARTS), id="cytotoxic"
        ),
        pytest.param(
            medication_request(
                **coded(("urn:oid:2.16.840.1.113883.6.73", "L01BC06"), text="Xeloda")
            ),
            ("capecitabine", Action.STARTS),
            id="brand with a class code",
        ),
        pytest.param(
            medication_request(**coded(("http://www.whocc.no/atc", "L01ZZ99"), text="newdrug")),
            ("newdrug", Action.STARTS),
            id="unknown drug by its class",
        ),
        pytest.param(
            medication_request("imatinib", status="stopped"),
            ("imatinib", Action.STOPS),
            id="leading agent stopped",
        ),
        pytest.param(
            medication_request("imatinib", status="cancelled"),
            ("imatinib", Action.STOPS),
            id="leading agent cancelled",
        ),
        pytest.param(
            medication_request("imatinib", doNotPerform=True),
            ("imatinib", Action.STOPS),
            id="leading agent not to be given",
        ),
        pytest.param(
            medication_request("imatinib", status="on-hold"),
            ("imatinib", Action.HOLDS),
            id="leading agent held",
        ),
        pytest.param(
            medication_request(
                "study drug X", priorPrescription={"reference": "MedicationRequest/old"}
            ),
            ("study drug X", Action.REPLACES),
            id="leading agent replaced by an unknown drug",
        ),
        pytest.param(service_request("FOLFIRI cycle 1"), ("FOLFIRI", Action.STARTS), id="regimen"),
        pytest.param(
            service_request("Systemic therapy, first cycle"),
            ("Systemic therapy, first cycle", Action.STARTS),
            id="treatment without a drug",
        ),
        pytest.param(
            {"resourceType": "ProcedureRequest", "id": "x", "code": {"text": "regorafenib"}},
            ("regorafenib", Action.STARTS),
            id="ProcedureRequest of STU3",
        ),
    ],
)
def test_a_change_of_systemic_treatment(order: Json, expected: tuple[str, Action]) -> None:
    assert changes(order) == [expected]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(medication_request("imatinib 400 mg"), id="the leading agent goes on"),
        pytest.param(
            medication_request(
                "imatinib 800 mg", priorPrescription={"reference": "MedicationRequest/old"}
            ),
            id="the leading agent in another dose",
        ),
        pytest.param(medication_request("ondansetron"), id="no antineoplastic"),
        pytest.param(medication_request("sunitinib", status="stopped"), id="another drug stops"),
        pytest.param(medication_request("sunitinib", doNotPerform=True), id="not to be given"),
        pytest.param(
            medication_request("sunitinib", status="entered-in-error"), id="entered in error"
        ),
        pytest.param(
            medication_request("aflibercept (Eylea) intravitreal injection"), id="for the eye"
        ),
        pytest.param(service_request("Intravitreal bevacizumab injection"), id="eye procedure"),
        pytest.param(service_request("imatinib trough level"), id="a drug level"),
        pytest.param(service_request("sunitinib level"), id="a level of another drug"),
        pytest.param(
            service_request("IV fluids", reasonCode=[{"text": "nausea after chemotherapy"}]),
            id="a reason that names treatment",
        ),
        pytest.param(service_request("Bevacizumab and chemotherapy education"), id="education"),
    ],
)
def test_no_change_of_systemic_treatment(order: Json) -> None:
    assert changes(order) == []


def test_a_regimen_with_the_leading_agent_is_a_change_by_its_other_drugs() -> None:
    bevacizumab = Leading("bevacizumab")
    order = service_request("FOLFIRI + bevacizumab")
    assert changes(order, leading=bevacizumab) == [("FOLFIRI", Action.STARTS)]
    assert changes(service_request("bevacizumab infusion"), leading=bevacizumab) == []


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(medication_request(), id="no medication"),
        pytest.param(medication_request(medicationCodeableConcept={}), id="empty concept"),
        pytest.param(medication_request(medicationCodeableConcept={"coding": [{}]}), id="coding"),
        pytest.param(service_request(code={"coding": [{}]}, reasonCode=[]), id="empty service"),
        pytest.param({"resourceType": "NutritionOrder", "id": "n"}, id="unknown type"),
    ],
)
def test_an_order_without_anything_chosen_says_nothing(order: Json) -> None:
    assert meaning(order).empty


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(referring("Medication/elsewhere"), id="a reference that leads nowhere"),
        pytest.param(referring("#gone"), id="a contained one that is not there"),
        pytest.param(
            medication_request(**coded(("http://hl7.org/fhir/sid/ndc", "0000-0000"))),
            id="an unknown code without words",
        ),
        pytest.param(
            medication_request(**coded((RXNORM, "282388"), text="sunitinib")),
            id="a code and words that disagree",
        ),
    ],
)
def test_an_order_that_cannot_be_read_is_named(order: Json) -> None:
    assert meaning(order).unresolved == ("MedicationRequest/m1",)
    assert not meaning(order).empty


@pytest.mark.parametrize(
    ("resources", "unread"),
    [
        ({"entry": [None]}, "context.draftOrders.entry[0]"),
        ({"entry": [{"resource": {"id": "x"}}]}, "context.draftOrders.entry[0]"),
    ],
    ids=["no object", "no type"],
)
def test_an_entry_that_is_no_resource_is_named(resources: Json, unread: str) -> None:
    assert meaning(**resources).unresolved == (unread,)


@pytest.mark.parametrize(
    ("order", "others"),
    [
        pytest.param(referring("Medication/drug"), [drug("sunitinib")], id="sibling"),
        pytest.param(
            referring("https://ehr.example/fhir/Medication/drug"),
            [drug("sunitinib")],
            id="absolute",
        ),
        pytest.param(referring("#drug") | {"contained": [drug("sunitinib")]}, [], id="contained"),
        pytest.param(referring("Medication/x", display="Sutent 50 mg"), [], id="display"),
        pytest.param(
            referring("Medication/drug"),
            [drug("", code={}, ingredient=[{"itemCodeableConcept": {"text": "sunitinib"}}])],
            id="by ingredient",
        ),
        pytest.param(
            medication_request(medication={"concept": {"text": "sunitinib"}}), [], id="R5 concept"
        ),
        pytest.param(
            medication_request(medication={"reference": {"reference": "Medication/drug"}}),
            [drug("sunitinib")],
            id="R5 reference",
        ),
        pytest.param(
            {**medication_request("sunitinib"), "resourceType": "MedicationOrder"}, [], id="DSTU2"
        ),
        pytest.param(
            medication_request("sunitinib", category={"text": "x"}, reasonCode={"text": "y"}),
            [],
            id="objects in place of lists",
        ),
        pytest.param(medication_request("sunitinib", id=LONG_ID), [], id="long id"),
        pytest.param(medication_request("sunitinib", id=None), [], id="no id"),
        pytest.param(medication_request("sunitinib", dosageInstruction="x"), [], id="odd dosage"),
    ],
)
def test_a_drug_is_found_wherever_clients_put_it(order: Json, others: list[Json]) -> None:
    assert changes(order, *others) == [("sunitinib", Action.STARTS)]


@pytest.mark.parametrize(
    "shape",
    [{"type": None}, {"resourceType": None}, {"entry": None}, {"total": 0}],
    ids=["no type", "no resource type", "no entry", "empty"],
)
def test_a_bundle_may_lack_what_is_not_needed(shape: Json) -> None:
    kept = {key: value for key, value in shape.items() if value is not None}
    vocabulary = load_vocabulary()
    full = bundle(medication_request("sunitinib"))
    sent = {key: value for key, value in full.items() if key not in shape} | kept
    drafts = read_drafts(sent, "p1", vocabulary.normalise_system)
    assert len(drafts.orders) == (0 if "entry" in shape else 1)
    assert drafts.unread == ()


def test_a_contained_former_order_is_not_ordered() -> None:
    former = medication_request("sunitinib", id="before")
    order = medication_request("imatinib", contained=[former])
    assert changes(order) == []


@pytest.mark.parametrize(
    ("plan", "parts"),
    [
        pytest.param(
            {
                "resourceType": "RequestGroup",
                "id": "g",
                "action": [
                    {
                        "title": "Day 1",
                        "action": [{"resource": {"reference": "MedicationRequest/m1"}}],
                    }
                ],
            },
            [medication_request("regorafenib")],
            id="RequestGroup of an order",
        ),
        pytest.param(
            {
                "resourceType": "RequestGroup",
                "id": "g",
                "contained": [medication_request("regorafenib")],
                "action": [{"resource": {"reference": "#m1"}}],
            },
            [],
            id="RequestGroup of a contained order",
        ),
        pytest.param(
            {
                "resourceType": "CarePlan",
                "id": "g",
                "activity": [{"detail": {"productCodeableConcept": {"text": "regorafenib"}}}],
            },
            [],
            id="CarePlan of a product",
        ),
        pytest.param(
            {"resourceType": "CarePlan", "id": "g", "title": "regorafenib 160 mg days 1-21"},
            [],
            id="CarePlan by title",
        ),
    ],
)
def test_a_plan_holds_its_orders_together(plan: Json, parts: list[Json]) -> None:
    assert changes(plan, *parts) == [("regorafenib", Action.STARTS)]
    selected = meaning(plan, *parts, selections=(f"{plan['resourceType']}/g",))
    assert [c.name for c in selected.treatment_changes(IMATINIB)] == ["regorafenib"]


def test_the_codes_of_a_regimen_may_name_several_agents() -> None:
    codes = [("L01FE02", "http://www.whocc.no/atc"), ("253337", RXNORM)]
    coding = [{"code": code, "system": system} for code, system in codes]
    plan = {"resourceType": "RequestGroup", "id": "g", "action": [{"code": [{"coding": coding}]}]}
    assert changes(plan) == [("panitumumab", Action.STARTS), ("bevacizumab", Action.STARTS)]


def test_a_plan_of_any_depth_is_read() -> None:
    action: Json = {"code": [{"text": "regorafenib"}]}
    for _ in range(900):
        action = {"action": [action]}
    plan = {"resourceType": "RequestGroup", "id": "g", **action}
    assert changes(plan) == [("regorafenib", Action.STARTS)]


@pytest.mark.parametrize(
    ("order", "modality"),
    [
        pytest.param(service_request("MRI liver with contrast"), "MR", id="by words"),
        pytest.param(
            service_request(code={"coding": [{"system": "http://loinc.org", "code": "30612-6"}]}),
            "CT",
            id="by code",
        ),
        pytest.param(
            service_request(code={"concept": {"text": "CT abdomen"}}), "CT", id="R5 concept"
        ),
        pytest.param(
            {"resourceType": "ProcedureRequest", "id": "x", "code": {"text": "US liver"}},
            "US",
            id="ProcedureRequest",
        ),
    ],
)
def test_liver_imaging_is_known_with_its_modality(order: Json, modality: str) -> None:
    assert meaning(order).liver_imaging == (modality,)


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(service_request("CT head"), id="another region"),
        pytest.param(service_request("CT liver", status="revoked"), id="revoked"),
        pytest.param(service_request("CT liver", doNotPerform=True), id="not to be done"),
    ],
)
def test_other_imaging_is_none(order: Json) -> None:
    assert meaning(order).liver_imaging == ()


@pytest.mark.parametrize(
    ("order", "comfort"),
    [
        pytest.param(service_request("Referral to hospice"), True, id="service"),
        pytest.param(
            {"resourceType": "CarePlan", "id": "c", "title": "Comfort measures only"},
            True,
            id="plan",
        ),
        pytest.param(
            service_request("Infusion", reasonCode=[{"text": "comfort care"}]), True, id="reason"
        ),
        pytest.param(service_request("Palliative care consult"), False, id="palliative care"),
        pytest.param(service_request("Hospice", status="revoked"), False, id="revoked"),
    ],
)
def test_comfort_care_is_known(order: Json, comfort: bool) -> None:
    assert meaning(order).comfort is comfort


SUNITINIB, CT = medication_request("sunitinib"), service_request("CT liver")


@pytest.mark.parametrize(
    ("selection", "drugs", "imaging"),
    [
        ("MedicationRequest/m1", 1, 0),
        ("m1", 1, 0),
        ("https://ehr.example/fhir/MedicationRequest/m1", 1, 0),
        ("ServiceRequest/s1", 0, 1),
    ],
)
def test_only_what_is_selected_counts(selection: str, drugs: int, imaging: int) -> None:
    found = meaning(SUNITINIB, CT, selections=(selection,))
    assert (len(found.drugs), len(found.liver_imaging)) == (drugs, imaging)
    assert found.dangling == ()


def test_a_selection_that_names_no_order_is_ignored_and_named() -> None:
    found = meaning(SUNITINIB, selections=("MedicationRequest/other", "MedicationRequest/m1"))
    assert found.dangling == ("MedicationRequest/other",)
    assert len(found.drugs) == 1


def test_nothing_selected_means_nothing() -> None:
    assert meaning(SUNITINIB, CT, selections=()).empty


def test_a_selection_that_may_mean_an_unreadable_entry_keeps_it_named() -> None:
    found = meaning(entry=[{"resource": {"id": "m9"}}], selections=("MedicationRequest/m9",))
    assert found.unresolved == ("context.draftOrders.entry[0]",)


def test_drafts_are_read_once_and_never_taken_for_those_of_another_patient() -> None:
    normalise = load_vocabulary().normalise_system
    sent = bundle(medication_request("imatinib", subject={"reference": "Patient/p1"}))

    first = read_drafts(sent, "p1", normalise)

    assert read_drafts(sent, "p1", normalise) is first
    with pytest.raises(OtherPatientError):
        read_drafts(sent, "p2", normalise)
    assert read_drafts(sent, "p1", normalise) is first
