"""Medication records: which drug, when, how much; resolved through references where they lead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.dates import PartialDate
from service.fhir.models import ResourceReader
from service.fhir.patient import read_patient
from service.fhir.records import Amount, MedicationRecord, PatientData

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SUBJECT = {"reference": "Patient/p"}
IMATINIB = {"coding": [{"system": RXNORM, "code": "282388", "display": "imatinib"}]}
MG_400 = {"value": 400, "unit": "mg"}


def medication(kind: str, **elements: object) -> dict[str, object]:
    """A medication record of imatinib; an element given as None is left out."""
    own = {
        "MedicationStatement": {"status": "active"},
        "MedicationRequest": {"status": "active", "intent": "order"},
        "MedicationAdministration": {"status": "completed", "effectiveDateTime": "2026-05-03"},
    }[kind]
    drug = (
        {}
        if any(name.startswith("medication") for name in elements)
        else {"medicationCodeableConcept": IMATINIB}
    )
    whole = {"resourceType": kind, "id": "m", "subject": SUBJECT, **own, **drug, **elements}
    return {name: value for name, value in whole.items() if value is not None}


def data(*resources: dict[str, object]) -> PatientData:
    return read_patient(list(resources), ResourceReader(), "p")


def record(kind: str, *others: dict[str, object], **elements: object) -> MedicationRecord:
    found = data(medication(kind, **elements), *others)
    assert not found.unread
    (only,) = found.records
    assert isinstance(only, MedicationRecord)
    return only


def on(year: int, month: int, day: int) -> PartialDate:
    return PartialDate.on(date(year, month, day))


def test_a_statement_has_its_period_and_its_date_of_assertion() -> None:
    found = record(
        "MedicationStatement",
        effectivePeriod={"start": "2025-01", "end": "2026-02-03"},
        dateAsserted="2026-03-01",
    )
    assert found.start == PartialDate(date(2025, 1, 1), date(2025, 1, 31))
    assert found.end == on(2026, 2, 3)
    assert found.authored == on(2026, 3, 1)


def test_a_statement_of_a_single_day_starts_there_and_does_not_end() -> None:
    found = record("MedicationStatement", effectiveDateTime="2026-05-03")
    assert (found.start, found.end) == (on(2026, 5, 3), None)


def test_a_request_is_dated_by_its_authoring() -> None:
    found = record(
        "MedicationRequest",
        authoredOn="2026-05-03",
        priorPrescription={"reference": "https://ehr.example/fhir/MedicationRequest/before"},
        doNotPerform=True,
    )
    assert (found.start, found.end, found.authored) == (None, None, on(2026, 5, 3))
    assert found.intent == "order"
    assert found.prior == "MedicationRequest/before"
    assert found.do_not_perform


def test_a_dose_given_starts_and_ends_when_it_was_given() -> None:
    found = record("MedicationAdministration", dosage={"dose": MG_400})
    assert (found.start, found.end) == (on(2026, 5, 3), on(2026, 5, 3))
    assert found.dose == Amount(Decimal(400), "mg")


def dosage(*doses: dict[str, object]) -> list[dict[str, object]]:
    return [{"doseAndRate": list(doses)}]


ORDERED = {"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 5, "unit": "mg"}}
DOSES = {
    "one dose": (dosage({"doseQuantity": MG_400}), Amount(Decimal(400), "mg")),
    "the same twice": (
        dosage({"doseQuantity": MG_400}, {"doseQuantity": MG_400}),
        Amount(Decimal(400), "mg"),
    ),
    "the ordered one of several": (
        dosage({"doseQuantity": MG_400}, ORDERED),
        Amount(Decimal(5), "mg"),
    ),
    "several and none ordered": (
        dosage({"doseQuantity": MG_400}, {"doseQuantity": {"value": 800, "unit": "mg"}}),
        None,
    ),
    "the shape of STU3": ([{"doseQuantity": MG_400}], Amount(Decimal(400), "mg")),
    "words": ([{"text": "as directed"}], None),
}


@pytest.mark.parametrize(("given", "dose"), DOSES.values(), ids=DOSES)
def test_a_dose_is_taken_only_where_it_is_one(given: list[object], dose: Amount | None) -> None:
    assert record("MedicationRequest", dosageInstruction=given).dose == dose
    assert record("MedicationStatement", dosage=given).dose == dose


def test_the_route_is_that_of_every_dosage() -> None:
    routes = [{"route": {"text": "oral"}}, {"route": {"text": "by tube"}}, {}]
    assert record("MedicationStatement", dosage=routes).route.text == "oral; by tube"


USED = {
    "MedicationStatement": ["active", "completed", "stopped", "on-hold", "unknown"],
    "MedicationRequest": ["active", "completed", "stopped", "on-hold"],
    "MedicationAdministration": ["completed", "in-progress", "stopped"],
}
IGNORED = {
    "MedicationStatement": ["entered-in-error", "not-taken", "intended"],
    "MedicationRequest": ["entered-in-error", "cancelled", "draft", "unknown"],
    "MedicationAdministration": ["entered-in-error", "not-done", "on-hold", "unknown"],
}


@pytest.mark.parametrize(("kind", "status"), [(k, s) for k, all_ in USED.items() for s in all_])
def test_a_status_that_counts_is_kept(kind: str, status: str) -> None:
    assert record(kind, status=status).status == status


@pytest.mark.parametrize(("kind", "status"), [(k, s) for k, all_ in IGNORED.items() for s in all_])
def test_a_status_that_does_not_count_is_a_remark_and_no_record(kind: str, status: str) -> None:
    found = data(medication(kind, status=status))
    assert found.records == found.unread == ()
    assert found.remarks == (f"1 × {kind} not used: status is {status}",)


@pytest.mark.parametrize("kind", USED)
def test_an_unknown_status_is_unread_not_unused(kind: str) -> None:
    (unread,) = data(medication(kind, status="banana")).unread
    assert unread.reason == "status: not a code that this element has"


@pytest.mark.parametrize(
    ("intent", "remarks"),
    [
        ("order", 0),
        ("original-order", 0),
        ("filler-order", 0),
        ("plan", 1),
        ("proposal", 1),
        ("option", 1),
    ],
)
def test_only_orders_count_as_requests(intent: str, remarks: int) -> None:
    assert len(data(medication("MedicationRequest", intent=intent)).remarks) == remarks


@pytest.mark.parametrize(
    ("elements", "status"),
    [
        ({"status": "recorded"}, "unknown"),
        ({"status": "recorded", "adherence": {"code": {"coding": [{"code": "taking"}]}}}, "active"),
        (
            {
                "status": "recorded",
                "adherence": {"code": {"coding": [{"code": "stopped-as-directed"}]}},
            },
            "stopped",
        ),
        ({"status": "active", "taken": "y"}, "active"),
    ],
    ids=["R5 without adherence", "R5 taking", "R5 stopped", "STU3 taken"],
)
def test_the_status_of_other_versions_is_understood(
    elements: dict[str, object], status: str
) -> None:
    assert record("MedicationStatement", **elements).status == status


@pytest.mark.parametrize(
    "elements",
    [
        {"status": "completed", "taken": "n"},
        {"status": "recorded", "adherence": {"code": {"coding": [{"code": "not-taking"}]}}},
    ],
    ids=["STU3", "R5"],
)
def test_what_other_versions_call_not_taken_is_not_used(elements: dict[str, object]) -> None:
    found = data(medication("MedicationStatement", **elements))
    assert found.remarks == ("1 × MedicationStatement not used: status is not-taken",)


def test_a_concept_with_several_codings_keeps_them_all() -> None:
    two = {"coding": [{"system": RXNORM, "code": "1"}, {"system": RXNORM, "code": "2"}]}
    found = record("MedicationStatement", medicationCodeableConcept=two)
    assert [coding.code for coding in found.medication.codings] == ["1", "2"]
    assert found.resolved


@pytest.mark.parametrize(
    "medication_of_r5",
    [{"concept": IMATINIB}, {"concept": IMATINIB, "reference": {"reference": "Medication/d"}}],
    ids=["codes", "codes and a reference"],
)
def test_the_codes_of_r5_are_read(medication_of_r5: dict[str, object]) -> None:
    found = record("MedicationRequest", medication=medication_of_r5)
    assert found.medication.code_in(RXNORM) == "282388"
    assert found.resolved


def drug(identity: str = "d", **elements: object) -> dict[str, object]:
    return {"resourceType": "Medication", "id": identity, **elements}


TO_DRUG = {"reference": "Medication/d", "display": "Glivec 400 mg"}
REFERENCES = {
    "relative": {"medicationReference": TO_DRUG},
    "absolute": {"medicationReference": {"reference": "https://ehr.example/fhir/Medication/d"}},
    "of a version": {"medicationReference": {"reference": "Medication/d/_history/3"}},
    "of R5": {"medication": {"reference": TO_DRUG}},
}


@pytest.mark.parametrize("elements", REFERENCES.values(), ids=REFERENCES)
def test_a_reference_leads_to_the_medication_beside_it(elements: dict[str, object]) -> None:
    found = record("MedicationRequest", drug(code=IMATINIB), **elements)
    assert found.resolved
    assert found.medication.code_in(RXNORM) == "282388"


def test_a_contained_medication_counts_by_its_ingredients() -> None:
    contained = [
        drug(
            "in",
            ingredient=[
                {"itemCodeableConcept": IMATINIB},
                {"itemReference": {"reference": "#s"}},
                {"itemReference": {"reference": "#nowhere", "display": "starch"}},
                {"itemCodeableConcept": {"text": "water"}, "isActive": False},
            ],
        ),
        {"resourceType": "Substance", "id": "s", "code": {"text": "mesilate"}},
    ]
    found = record(
        "MedicationStatement", contained=contained, medicationReference={"reference": "#in"}
    )
    assert found.resolved
    assert found.medication.code_in(RXNORM) == "282388"
    assert found.medication.text == "mesilate; starch"


def test_the_ingredients_of_r5_are_read() -> None:
    items = [{"item": {"concept": IMATINIB}}, {"item": {"reference": {"display": "mesilate"}}}]
    found = record("MedicationStatement", drug(ingredient=items), medicationReference=dict(TO_DRUG))
    assert found.medication.words == "mesilate | imatinib"


def test_two_owners_may_contain_different_drugs_by_the_same_id() -> None:
    records = data(
        *(
            medication(
                "MedicationStatement",
                id=text,
                contained=[drug("in", code={"text": text})],
                medicationReference={"reference": "#in"},
            )
            for text in ("imatinib", "regorafenib")
        )
    ).records
    assert [r.medication.text for r in records if isinstance(r, MedicationRecord)] == [
        "imatinib",
        "regorafenib",
    ]


@pytest.mark.parametrize(
    "others",
    [(), (drug(code=IMATINIB, status="entered-in-error"),)],
    ids=["nothing there", "entered in error"],
)
def test_a_reference_that_leads_nowhere_keeps_its_words(others: tuple[dict[str, object]]) -> None:
    (only,) = data(medication("MedicationRequest", medicationReference=TO_DRUG), *others).records
    assert isinstance(only, MedicationRecord)
    assert not only.resolved
    assert only.medication.text == "Glivec 400 mg"
    assert only.medication_reference == "Medication/d"


def test_a_record_without_any_medication_is_unread() -> None:
    (unread,) = data(medication("MedicationStatement", medicationReference=None)).unread
    assert unread.reason == "the resource: none of the choices of a required element"


def test_a_prohibition_is_a_boolean_or_unreadable() -> None:
    (unread,) = data(medication("MedicationRequest", doNotPerform="true")).unread
    assert unread.reason == "doNotPerform: not a boolean"


def test_an_unreadable_medication_is_named_and_its_record_unresolved() -> None:
    found = data(
        medication("MedicationRequest", medicationReference=TO_DRUG), drug(code="imatinib")
    )
    assert [unread.reference for unread in found.unread] == ["Medication/d"]
    assert isinstance(found.records[0], MedicationRecord)
    assert not found.records[0].resolved


def timed(timing: object, **elements: object) -> Decimal | None:
    dosage = [{"doseAndRate": [{"doseQuantity": MG_400}], "timing": timing}]
    return record("MedicationStatement", dosage=dosage, **elements).doses_a_day


@pytest.mark.parametrize(
    ("timing", "a_day"),
    [
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "1"),
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "2"),
        ({"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}, "2"),
        ({"repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}, "0.5"),
        ({"code": {"coding": [{"code": "BID"}]}}, "2"),
        ({"code": {"coding": [{"code": "QD"}]}}, "1"),
    ],
)
def test_how_many_doses_a_day_is_read_from_the_timing(timing: object, a_day: str) -> None:
    found = timed(timing)
    assert found is not None
    assert round(found, 6) == Decimal(a_day)


@pytest.mark.parametrize(
    "timing",
    [
        {"code": {"text": "as discussed"}},
        {"code": {"coding": [{"code": "Q6H"}]}},
        {"repeat": {"frequency": 0, "period": 1, "periodUnit": "d"}},
        {"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo"}},
        {"repeat": {"frequency": 1}},
        {},
    ],
)
def test_a_timing_that_does_not_say_is_not_guessed(timing: object) -> None:
    assert timed(timing) is None
