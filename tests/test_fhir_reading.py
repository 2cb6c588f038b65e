"""Each content is read once; nothing that JSON can hold makes reading fail."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.fhir.bundle import open_up
from service.fhir.elements import Unreadable
from service.fhir.given import ABSENT, Element
from service.fhir.models import ResourceReader
from service.fhir.names import is_name
from service.fhir.patient import assemble, read_patient
from service.fhir.records import Concept, ObservationRecord
from service.fhir.references import References
from service.fhir.validation import Validator

SUBJECT = {"reference": "Patient/p"}
CONCEPT = {"coding": [{"system": "urn:s", "code": "c", "display": "words"}], "text": "words"}
QUANTITY = {"value": 4.5, "unit": "mm", "system": "http://unitsofmeasure.org", "code": "mm"}
DOSE = [{"route": CONCEPT, "doseAndRate": [{"type": CONCEPT, "doseQuantity": QUANTITY}]}]
DRUG = {"subject": SUBJECT, "medicationCodeableConcept": CONCEPT}
PERIOD = {"start": "2025-01-02", "end": "2026-03"}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "x",
    "status": "final",
    "category": [CONCEPT],
    "code": CONCEPT,
    "subject": SUBJECT,
    "focus": [{"reference": "#l"}],
    "effectivePeriod": PERIOD,
    "referenceRange": [{"high": QUANTITY, "type": CONCEPT}],
    "component": [{"code": CONCEPT, "valueQuantity": QUANTITY}],
    "contained": [{"resourceType": "BodyStructure", "id": "l", "location": CONCEPT}],
}
RESOURCES: list[dict[str, Any]] = [
    OBSERVATION,
    {
        "resourceType": "MedicationStatement",
        "status": "active",
        **DRUG,
        "effectivePeriod": PERIOD,
        "dosage": DOSE,
    },
    {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": SUBJECT,
        "medicationReference": {"reference": "#d", "display": "words"},
        "contained": [
            {"resourceType": "Medication", "id": "d", "ingredient": [{"item": CONCEPT}]},
        ],
        "dosageInstruction": DOSE,
    },
    {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        **DRUG,
        "effectiveDateTime": "2026-05-03",
        "dosage": {"dose": QUANTITY},
    },
    {
        "resourceType": "ImagingStudy",
        "status": "available",
        "subject": SUBJECT,
        "started": "2026-05-03T10:00:00Z",
        "modality": [CONCEPT],
        "series": [{"modality": CONCEPT, "bodySite": {"concept": CONCEPT}}],
    },
    {
        "resourceType": "Condition",
        "subject": SUBJECT,
        "clinicalStatus": CONCEPT,
        "code": CONCEPT,
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/condition-related",
                "valueReference": {"reference": "Condition/y"},
            }
        ],
    },
    {
        "resourceType": "Procedure",
        "status": "completed",
        "subject": SUBJECT,
        "performedPeriod": PERIOD,
        "bodySite": [CONCEPT],
    },
]

SCALARS: list[Any] = [
    *(None, True, 0, -1, 10**30, 1e308, float("nan"), "", "x", "T", "#", "urn:uuid:p", "\x00"),
    *("0000-13", "2026-02-30", "9999-12-31T24:61", "1e999999999", "NaN", "{}", "Patient/p"),
]
ANYTHING = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coding", "reference", "value", "code", "concept", "valueFoo"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
NEW_NAMES = st.sampled_from(
    [
        *("status", "medication", "bodyStructure", "patient", "uid", "modalityList", "procedure"),
        *("taken", "adherence", "valueRange", "valueRatio", "valueSampledData", "valueBoolean"),
        *("dataAbsentReason", "effectiveInstant", "issued", "contained", "extension", "meta"),
        *("verificationStatus", "includedStructure", "active", "ingredient", "id", "category"),
        *("priorPrescription", "doNotPerform", "occurrencePeriod", "identifier", "subject"),
    ]
)


def holders(value: object) -> Iterator[Any]:
    """Every object and list in a JSON value."""
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from holders(inner)


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A valid resource with one to three elements replaced, added or removed."""
    resource: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(RESOURCES)))
    for _ in range(draw(st.integers(1, 3))):
        holder = draw(st.sampled_from(list(holders(resource))))
        if isinstance(holder, dict):
            names = st.sampled_from(sorted(holder)) if holder else NEW_NAMES
            name = draw(names | NEW_NAMES)
            holder.pop(name, None)
            if draw(st.booleans()):
                holder[name] = draw(ANYTHING)
        else:
            holder.insert(draw(st.integers(0, 2)), draw(ANYTHING))
    return resource


BUSY = ResourceReader()  # as in the service: it has read other resources before


@pytest.fixture(scope="module")
def reader() -> ResourceReader:
    return ResourceReader()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(resource=spoiled(), full_url=st.sampled_from(["", "urn:uuid:p", "http://a/b/c", 3]))
def test_nothing_that_json_can_hold_makes_reading_fail(
    reader: ResourceReader, resource: dict[str, Any], full_url: object
) -> None:
    source: Any = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": full_url, "resource": resource}],
    }
    data = assemble((open_up(source, "Bundle"),), reader, "p")
    assert (
        data.records
        or data.unread
        or data.remarks
        or resource.get("resourceType")
        in (*("Medication", "Substance", "Patient", "OperationOutcome", "Bundle"),)
    )


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource["resourceType"])
def test_the_resources_to_spoil_are_read_before_they_are_spoiled(
    reader: ResourceReader, resource: dict[str, Any]
) -> None:
    if resource["resourceType"] in ("ImagingStudy", "Condition"):
        resource = json.loads(json.dumps(resource).replace('"c"', '"active"'))
    data = read_patient(resource, reader, "p")
    assert data.records


def nested(depth: int = 400) -> Any:
    deep: Any = []
    for _ in range(depth):
        deep = [deep]
    return deep


def test_an_element_nested_without_end_is_named() -> None:
    (unread,) = read_patient([OBSERVATION | {"category": nested()}], ResourceReader(), "p").unread
    assert unread.reason == "the resource: not JSON of a reasonable shape"


def test_an_element_that_is_not_read_may_be_nested_as_it_likes() -> None:
    data = read_patient([OBSERVATION | {"note": nested()}], ResourceReader(), "p")
    assert data.records
    assert not data.unread


def test_what_resources_have_in_common_is_read_once() -> None:
    reader = ResourceReader()
    one = reader.read(OBSERVATION, "Observation/x").record
    other = reader.read(
        copy.deepcopy(OBSERVATION) | {"issued": "2026-05-03T10:00:00Z"}, "Observation/y"
    ).record
    assert isinstance(one, ObservationRecord)
    assert isinstance(other, ObservationRecord)
    assert other.code is one.code
    assert (one.reference, other.reference) == ("Observation/x", "Observation/y")


@pytest.mark.parametrize(("length", "kept"), [(50, True), (5000, False)])
def test_what_is_long_is_of_one_patient_and_not_kept(length: int, kept: bool) -> None:
    validator = Validator()
    told = OBSERVATION | {"code": {"text": "x" * length}}
    one, other = (validator.narrowed("Observation", told)["code"] for _ in range(2))
    assert (one is other) == kept
    assert one.concept == other.concept == Concept(text="x" * length)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(resource=spoiled(), whose=st.sampled_from(["p", "q"]))
def test_what_was_read_before_does_not_change_what_a_resource_is_read_as(
    resource: dict[str, Any], whose: str
) -> None:
    """Elements are kept by their content: of other resources, and of other patients."""
    resource["subject"] = {"reference": f"Patient/{whose}"}
    kind = resource.get("resourceType")
    if isinstance(kind, str) and BUSY.reads(kind):
        assert BUSY.read(resource, "x/1") == ResourceReader().read(resource, "x/1")


def test_threads_may_share_a_reader() -> None:
    reader = ResourceReader()
    names = [f"Observation/{number % 16}" for number in range(160)]
    with ThreadPoolExecutor(8) as pool:
        readings = pool.map(lambda name: reader.read(OBSERVATION, name), names)
        found = [reading.record for reading in readings]
    assert [record.reference for record in found if record] == names


def test_observations_that_do_not_concern_the_question_are_not_validated() -> None:
    def concerns(kind: str, codes: Concept) -> bool:
        assert kind == "Observation"
        return codes.has("urn:s", "c")

    reader = ResourceReader(concerns=concerns)
    pulse = {
        "resourceType": "Observation",
        "id": "y",
        "code": {"text": "pulse"},
        "subject": SUBJECT,
    }
    by_component = pulse | {"id": "z", "status": "final", "component": [{"code": CONCEPT}]}
    data = read_patient([OBSERVATION, pulse, by_component], reader)
    found = [r.reference for r in data.records if isinstance(r, ObservationRecord)]
    assert found == ["Observation/x", "Observation/z"]
    assert data.unread == ()
    assert data.remarks == ()


def test_what_a_reader_makes_of_an_element_is_made_once() -> None:
    asked = []
    element = Element("code", {"code": CONCEPT}, str)

    def words(of: Element) -> str:
        asked.append(of)
        return of.concept.words

    assert [element.read(words) for _ in range(3)] == ["words"] * 3
    assert asked == [element]


def test_an_element_that_cannot_be_read_is_unreadable_every_time() -> None:
    element = Element("issued", {"issued": "2026-02-30"}, str)
    for _ in range(3):
        with pytest.raises(Unreadable, match="issued: not a date"):
            _ = element.date


def test_what_is_absent_says_nothing() -> None:
    said = (ABSENT.date, ABSENT.start, ABSENT.end, ABSENT.within, ABSENT.value, ABSENT.reference)
    assert said == (None,) * 6
    assert (ABSENT.text, ABSENT.flag, ABSENT.unresolved) == ("", False, False)
    assert ABSENT.references == ABSENT.identifiers == ()
    assert ABSENT.concept == ABSENT.concepts == Concept()


@given(
    st.text("#/:urnUPatiedx1._-history", max_size=16)
    | st.sampled_from(
        ["Patient/p", "Patient/p/_history/2", "#x", "urn:uuid:p", "http://a/Patient/p"]
    )
)
def test_a_name_leads_to_the_same_whoever_refers_and_whatever_else_came(reference: str) -> None:
    references = References({"urn:uuid:p": "Patient/p", "urn:x/Patient/p": "Patient/q"}, {})
    if is_name(reference):
        assert references.name(reference, "Observation/y") == reference


@pytest.mark.parametrize(
    ("focus", "unresolved"),
    [
        ([], False),
        ([{"reference": "BodyStructure/l"}], False),
        ([{"reference": "BodyStructure/l"}, {"reference": "#l"}], True),
        ([{"reference": "urn:uuid:l"}], True),
        ([{"reference": "http://a/BodyStructure/l"}], True),
    ],
)
def test_a_reading_tells_whether_it_must_be_linked(focus: list[object], unresolved: bool) -> None:
    reading = ResourceReader().read(OBSERVATION | {"focus": focus}, "Observation/x")
    assert reading.unresolved == unresolved
