"""The prefetch of a call: what each key is worth, what is missing, and whose data it is."""

from __future__ import annotations

import re

import pytest

from rules.vocabulary import Term, TermCode
from service.fhir.errors import MissingDataError, NotFhirError, OtherPatientError
from service.fhir.models import ResourceReader
from service.fhir.prefetch import State, read_prefetch, sort_out
from service.fhir.prefetch_keys import KEYS, templates
from service.fhir.records import PatientData

SUBJECT = {"reference": "Patient/p"}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]}


def resource(kind: str, **elements: object) -> dict[str, object]:
    """A small valid resource of the patient."""
    own: dict[str, dict[str, object]] = {
        "Observation": {"status": "final", "code": {"text": "size"}},
        "ImagingStudy": {"status": "available"},
        "Condition": {},
        "Procedure": {"status": "completed"},
        "MedicationStatement": {"status": "active"},
        "MedicationRequest": {"status": "active", "intent": "order"},
        "MedicationAdministration": {"status": "completed", "effectiveDateTime": "2026-05-03"},
    }
    drug = {"medicationCodeableConcept": {"text": "imatinib"}} if "Medication" in kind else {}
    return {
        "resourceType": kind,
        "id": kind.lower(),
        "subject": SUBJECT,
        **own[kind],
        **drug,
        **elements,
    }


def bundle(*resources: object, **members: object) -> dict[str, object]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": item} for item in resources],
        **members,
    }


EMPTY = bundle(total=0)
EPIC_EMPTY = {
    "resourceType": "Bundle",
    "total": 0,
    "entry": [{"search": {"mode": "outcome"}, "resource": WARNING}],
}
NEXT = [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]
WHOLE: dict[str, object] = {
    key.name: bundle(resource(key.kind, id=key.name)) for key in KEYS if key.kind != "Patient"
} | {"patient": {"resourceType": "Patient", "id": "p"}}
DRUGS = ("statements", "requests", "administrations")


def read(prefetch: object) -> PatientData:
    return read_prefetch(prefetch, "p", ResourceReader())


def without(*names: str, **others: object) -> dict[str, object]:
    return {name: value for name, value in WHOLE.items() if name not in names} | others


def test_a_whole_prefetch_is_read_whole() -> None:
    data = read(WHOLE)
    assert len(data.records) == len(KEYS) - 1
    assert data.unread == data.unavailable == data.remarks == ()


STATES = {
    "a Bundle": (bundle(resource("ImagingStudy")), State.PRESENT),
    "one resource": (resource("ImagingStudy"), State.PRESENT),
    "a Bundle with something included": (
        bundle(resource("ImagingStudy"), {"resourceType": "Endpoint"}),
        State.PRESENT,
    ),
    "null": (None, State.EMPTY),
    "an empty Bundle": (EMPTY, State.EMPTY),
    "a Bundle without entry": ({"resourceType": "Bundle", "total": 0}, State.EMPTY),
    "the empty answer of Epic": (EPIC_EMPTY, State.EMPTY),
    "a count without what was counted": ({**EMPTY, "total": 3}, State.TRUNCATED),
    "a count beside a warning": ({**EPIC_EMPTY, "total": 3}, State.TRUNCATED),
    "an outcome": (OUTCOME, State.ERROR),
    "an outcome that only warns": (WARNING, State.ERROR),
    "an error within a Bundle": (bundle(resource("ImagingStudy"), OUTCOME), State.ERROR),
    "a first page": (bundle(resource("ImagingStudy"), link=NEXT), State.TRUNCATED),
    "another type": (bundle(resource("Condition")), State.INVALID),
    "one resource of another type": (resource("Condition"), State.INVALID),
    "a text": ("ImagingStudy", State.INVALID),
    "a list": ([resource("ImagingStudy")], State.INVALID),
    "an empty object": ({}, State.INVALID),
    "a Bundle of no resources": ({"resourceType": "Bundle", "entry": [7]}, State.INVALID),
}


@pytest.mark.parametrize(("value", "state"), STATES.values(), ids=STATES)
def test_a_key_is_in_the_state(value: object, state: State) -> None:
    assert sort_out({"imaging": value})["imaging"].state is state


@pytest.mark.parametrize("prefetch", [None, {}], ids=["none", "empty"])
def test_a_call_without_prefetch_needs_data(prefetch: object) -> None:
    with pytest.raises(MissingDataError) as refused:
        read(prefetch)
    assert refused.value.status == 412
    assert refused.value.keys == dict.fromkeys(("imaging", "observations", *DRUGS), "absent")


@pytest.mark.parametrize("prefetch", ["x", [WHOLE], 7], ids=["text", "list", "number"])
def test_a_prefetch_that_is_no_object_is_a_bad_call(prefetch: object) -> None:
    with pytest.raises(NotFhirError):
        read(prefetch)


UNAVAILABLE = {
    "error": OUTCOME,
    "truncated": bundle(resource("ImagingStudy"), resource("Observation"), link=NEXT),
    "invalid": "text",
}


@pytest.mark.parametrize("key", ["imaging", "observations"])
@pytest.mark.parametrize(("state", "value"), UNAVAILABLE.items(), ids=UNAVAILABLE)
def test_a_required_key_that_is_not_available_is_named_with_its_state(
    key: str, state: str, value: object
) -> None:
    with pytest.raises(MissingDataError) as refused:
        read(without(**{key: value}))
    assert refused.value.keys == {key: state}
    assert f"{key} ({state})" in str(refused.value)


@pytest.mark.parametrize("key", ["imaging", "observations"])
@pytest.mark.parametrize("value", [None, EMPTY, EPIC_EMPTY], ids=["null", "empty", "Epic"])
def test_a_required_key_that_is_empty_is_known_to_be_empty(key: str, value: object) -> None:
    assert read(without(**{key: value})).unavailable == ()


@pytest.mark.parametrize("kept", DRUGS)
def test_one_kind_of_medication_record_is_enough(kept: str) -> None:
    data = read(without(*(name for name in DRUGS if name != kept)))
    assert data.unavailable == ()


def test_a_kind_of_medication_record_that_failed_is_named() -> None:
    data = read(without(requests=OUTCOME, administrations=bundle(link=NEXT)))
    assert data.unavailable == ("medication orders", "medication administrations")


PLAIN = {
    "conditions": "conditions",
    "procedures": "procedures",
    "markers": "tumour markers",
    "performance": "performance status",
    "findings": "radiology findings",
}


@pytest.mark.parametrize(("key", "plain"), PLAIN.items(), ids=PLAIN)
@pytest.mark.parametrize("value", [OUTCOME, "text", bundle(link=NEXT)])
def test_an_optional_key_that_is_not_available_is_unknown_and_named(
    key: str, plain: str, value: object
) -> None:
    assert read(without(**{key: value})).unavailable == (plain,)
    assert read(without(key)).unavailable == (plain,)


@pytest.mark.parametrize("key", PLAIN)
def test_an_optional_key_that_is_empty_is_not_unavailable(key: str) -> None:
    assert read(without(**{key: None})).unavailable == ()


def test_what_came_of_an_incomplete_optional_key_is_read_and_the_rest_named() -> None:
    data = read(without(procedures=bundle(resource("Procedure", id="tace"), link=NEXT)))
    assert "Procedure/tace" in [record.reference for record in data.records]
    assert data.unavailable == ("procedures",)


def site_typed(*extra: object) -> dict[str, object]:
    values = (
        bundle(resource("ImagingStudy")),
        bundle(resource("Observation")),
        bundle(resource("MedicationRequest")),
        bundle(resource("Condition")),
        *extra,
    )
    return {f"item{number}": value for number, value in enumerate(values, start=1)}


@pytest.mark.parametrize("named", [{}, {"patient": {"resourceType": "Patient", "id": "p"}}])
def test_keys_of_a_site_are_known_by_what_they_hold(named: dict[str, object]) -> None:
    data = read(site_typed() | named)
    assert len(data.records) == 4
    assert data.unavailable == ("procedures",)


def test_an_empty_key_of_a_site_is_known_by_the_search_it_answers() -> None:
    url = "https://ehr.example/fhir/R4/Procedure?patient=p&_count=9"
    answer = EPIC_EMPTY | {"link": [{"relation": "self", "url": url}]}
    assert read(site_typed(answer)).unavailable == ()


def test_of_several_keys_of_a_site_for_one_kind_the_worst_counts() -> None:
    with pytest.raises(MissingDataError) as refused:
        read(site_typed(bundle(resource("Observation", id="y"), link=NEXT)))
    assert refused.value.keys == {"observations": "truncated"}


def test_a_failed_key_of_a_site_that_could_be_anything_is_named() -> None:
    assert read(site_typed(OUTCOME)).unavailable == (
        "procedures",
        "what the prefetch key item5 asks for",
    )


def test_a_key_of_a_site_does_not_stand_for_observations_that_have_keys_of_ours() -> None:
    data = read(without("markers", "conditions", labs=bundle(resource("Observation", id="lab"))))
    assert data.unavailable == ("tumour markers", "conditions")
    assert "Observation/lab" in [record.reference for record in data.records]


def test_keys_that_nobody_asked_for_change_nothing() -> None:
    extra = {"coverage": bundle({"resourceType": "Coverage"}), "x": None, "y": "text"}
    assert read(without(**extra)).unavailable == ()


OTHERS = {
    "the patient key": {"patient": {"resourceType": "Patient", "id": "q"}},
    "a resource": {"markers": bundle(resource("Observation", subject={"reference": "Patient/q"}))},
    "a key of the wrong type": {
        "imaging": bundle(resource("Condition", subject={"reference": "Patient/q"}))
    },
    "a key nobody asked for": {"more": {"resourceType": "Patient", "id": "q"}},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_patient_in_any_key_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(OtherPatientError):
        read(without(**other))


def test_a_medication_under_one_key_resolves_a_reference_under_another() -> None:
    order = resource("MedicationRequest", medicationReference={"reference": "Medication/d"})
    del order["medicationCodeableConcept"]
    drug = {"resourceType": "Medication", "id": "d", "code": {"text": "regorafenib"}}
    data = read({"imaging": None, "observations": None, "requests": order, "meds": bundle(drug)})
    assert [record.medication.text for record in data.records] == ["regorafenib"]


LOINC = "http://loinc.org"


class Words:
    """A vocabulary of two terms a topic, with one code in common and one family of codes."""

    def terms(self, topic: str) -> list[Term]:
        codes = (TermCode(LOINC, topic, "", ""), TermCode(LOINC, "family", "", "", prefix=True))
        return [Term(name, {}, codes, ()) for name in ("one", "other")]


def test_every_key_has_a_template() -> None:
    assert list(templates(Words())) == [
        *("patient", "imaging", "observations", "findings", "markers", "performance"),
        *("statements", "requests", "administrations", "conditions", "procedures"),
    ]


def test_codes_in_a_template_come_from_the_vocabulary_once_each() -> None:
    assert "&code=http://loinc.org|markers" in templates(Words())["markers"]
    assert templates(Words())["markers"].count("loinc") == 1
    assert "code=" not in templates(Words())["observations"]


@pytest.mark.parametrize("template", templates(Words()).values(), ids=templates(Words()))
def test_a_template_keeps_to_what_clients_can_send(template: str) -> None:
    assert re.findall(r"\{\{.*?\}\}", template) == ["{{context.patientId}}"]
    if template == "Patient/{{context.patientId}}":
        return
    names = re.findall(r"[?&]([^=]+)=", template)
    assert len(names) == len(set(names))
    assert set(names) <= {"patient", "category", "code", "_count", "_sort"}
