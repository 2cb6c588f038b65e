"""Files and Bundles of every kind become the data of one patient, with nothing lost on the way."""

from __future__ import annotations

import json

import pytest

from service.fhir.errors import NotFhirError, OtherPatientError, UnknownPatientError
from service.fhir.models import ResourceReader
from service.fhir.patient import read_patient
from service.fhir.records import BodyStructureRecord, ObservationRecord, PatientData

PATIENT = {"resourceType": "Patient", "id": "p"}
EPIC_NOTHING = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "warning", "code": "processing", "details": {"text": "no results"}}],
}
REFUSAL = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}


def observation(identity: str | None = "x", **elements: object) -> dict[str, object]:
    whole = {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "code": {"text": "size"},
        "subject": {"reference": "Patient/p"},
        **elements,
    }
    return {name: value for name, value in whole.items() if value is not None}


def bundle(*resources: object, **members: object) -> dict[str, object]:
    return {
        "resourceType": "Bundle",
        "entry": [{"resource": resource} for resource in resources],
        **members,
    }


def read(source: object, patient: str | None = None) -> PatientData:
    return read_patient(json.loads(json.dumps(source)), ResourceReader(), patient)


def references(data: PatientData) -> list[str]:
    return [record.reference for record in data.records]


SOURCES = {
    "a collection": bundle(PATIENT, observation(), type="collection"),
    "a document": bundle(PATIENT, observation(), type="document"),
    "no type": bundle(PATIENT, observation()),
    "a list": [PATIENT, observation()],
    "a list of Bundles": [bundle(PATIENT), bundle(observation())],
    "a batch response": bundle(bundle(PATIENT), bundle(observation()), type="batch-response"),
    "one resource": observation(),
    "an answer of Epic": bundle(PATIENT, observation(), EPIC_NOTHING, total=1),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_container_is_opened(source: object) -> None:
    data = read(source)
    assert data.patient == "p"
    assert references(data) == ["Observation/x"]
    assert data.unread == data.unavailable == data.remarks == ()


@pytest.mark.parametrize(
    "source",
    ["words", 7, None, [], {}, [1, "x"], {"resourceType": 5}, {"hook": "patient-view"}],
    ids=str,
)
def test_what_is_no_fhir_is_refused_with_advice(source: object) -> None:
    with pytest.raises((NotFhirError, UnknownPatientError)) as refused:
        read(source)
    assert refused.value.status == 400


def test_an_empty_bundle_of_a_known_patient_is_empty_data() -> None:
    assert read(bundle(), "p") == PatientData("p", ())


def test_entries_that_are_no_resources_are_named_by_their_place() -> None:
    data = read({"resourceType": "Bundle", "entry": [7, {"resource": {}}, {"resource": PATIENT}]})
    assert [unread.reference for unread in data.unread] == ["Bundle.entry[0]", "Bundle.entry[1]"]


def test_a_bundle_whose_entries_are_no_list_is_named() -> None:
    (unread,) = read([PATIENT, {"resourceType": "Bundle", "entry": "x"}]).unread
    assert unread.reason == "entry: not a list"


def test_bundles_within_bundles_end_somewhere() -> None:
    nested: dict[str, object] = bundle(observation())
    for _ in range(50):
        nested = bundle(nested)
    (unread,) = read([PATIENT, nested]).unread
    assert unread.reason == "the Bundle: nested too deeply"


@pytest.mark.parametrize(
    "source",
    [
        bundle(PATIENT, REFUSAL),
        {
            "resourceType": "Bundle",
            "entry": [{"resource": PATIENT}, {"response": {"status": "404 Not Found"}}],
        },
    ],
    ids=["an outcome", "a response"],
)
def test_an_error_among_the_entries_makes_data_unavailable(source: object) -> None:
    assert read(source).unavailable == ("part of the data: its source reported an error",)


def test_a_further_page_that_was_not_sent_is_named() -> None:
    page = bundle(PATIENT, link=[{"relation": "next", "url": "https://ehr.example/fhir?page=2"}])
    assert read(page).unavailable == ("part of the data: further pages of a search",)


def test_resources_of_other_kinds_are_left_alone() -> None:
    data = read([PATIENT, {"resourceType": "Specimen"}, {"resourceType": "Coverage"}])
    assert (data.records, data.unread, data.remarks) == ((), (), ())


NAMES = {
    "its id": (observation("a.b_c-" + "9" * 190), "", "Observation/a.b_c-" + "9" * 190),
    "its fullUrl": (observation(None), "urn:uuid:77", "Observation/77"),
    "its address": (observation(None), "https://ehr.example/Observation/77", "Observation/77"),
}


@pytest.mark.parametrize(("resource", "full_url", "name"), NAMES.values(), ids=NAMES)
def test_a_resource_is_named_by(resource: dict[str, object], full_url: str, name: str) -> None:
    entries = [{"resource": resource, "fullUrl": full_url}]
    assert references(read({"resourceType": "Bundle", "entry": entries})) == [name]


def test_nameless_resources_are_told_apart_by_their_content() -> None:
    one, other = observation(None, valueInteger=1), observation(None, valueInteger=2)
    names = references(read([one, other, dict(one)]))
    assert len(set(names)) == len(names) == 2


def test_references_by_uuid_lead_to_entries() -> None:
    source = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": PATIENT},
            {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "ImagingStudy"}},
            {
                "fullUrl": "urn:uuid:3",
                "resource": observation(
                    subject={"reference": "urn:uuid:1"}, derivedFrom=[{"reference": "urn:uuid:2"}]
                ),
            },
        ],
    }
    (record,) = read(source).records
    assert isinstance(record, ObservationRecord)
    assert record.subject == "Patient/p"
    assert record.derived_from == ("ImagingStudy/2",)


def test_what_a_resource_contains_belongs_to_its_patient_and_is_named_after_it() -> None:
    lesion = {"resourceType": "BodyStructure", "id": "l", "location": {"text": "liver"}}
    data = read(observation(contained=[lesion], focus=[{"reference": "#l"}]))
    first, second = data.records
    assert isinstance(first, ObservationRecord)
    assert isinstance(second, BodyStructureRecord)
    assert first.focus == (second.reference,) == ("Observation/x#l",)
    assert second.subject == "Patient/p"


def test_what_an_error_contains_is_an_error_too() -> None:
    lesion = {"resourceType": "BodyStructure", "id": "l"}
    assert read(observation(contained=[lesion], status="entered-in-error")).records == ()


SUBJECTS = {
    "relative": "Patient/p",
    "absolute": "https://ehr.example/fhir/R4/Patient/p",
    "of a version": "Patient/p/_history/2",
    "by uuid": "urn:uuid:p",
}


@pytest.mark.parametrize("reference", SUBJECTS.values(), ids=SUBJECTS)
def test_the_patient_may_be_named_in_any_way(reference: str) -> None:
    (record,) = read(observation(subject={"reference": reference}), "p").records
    assert record.subject == "Patient/p"


NOBODY = {
    "no subject": None,
    "by identifier alone": {"identifier": {"value": "12"}},
    "in words": {"display": "Somebody"},
    "a device": {"reference": "Device/d"},
    "contained": {"reference": "#p"},
    "an unknown uuid": {"reference": "urn:uuid:other"},
    "a search": {"reference": "Patient?identifier=12"},
}


@pytest.mark.parametrize("subject", NOBODY.values(), ids=NOBODY)
def test_what_names_no_patient_is_unread_and_never_assumed(subject: object) -> None:
    data = read([PATIENT, observation(subject=subject)])
    assert data.records == ()
    assert [unread.reason for unread in data.unread] == ["subject: names no patient"]


OTHERS = {
    "a second Patient": {"resourceType": "Patient", "id": "q"},
    "an observation": observation("y", subject={"reference": "Patient/q"}),
    "an error of another patient": observation(
        "y", subject={"reference": "Patient/q"}, status="entered-in-error"
    ),
    "an unreadable one": observation("y", subject={"reference": "Patient/q"}, status="banana"),
    "a kind that is not read": {
        "resourceType": "DiagnosticReport",
        "id": "d",
        "subject": {"reference": "https://ehr.example/Patient/q"},
    },
    "a patient element": {"resourceType": "BodyStructure", "patient": {"reference": "Patient/q"}},
    "another patient who names this one": {
        **PATIENT,
        "id": "q",
        "subject": {"reference": "Patient/p"},
    },
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_data_of_another_patient_refuses_the_whole(other: dict[str, object]) -> None:
    with pytest.raises(OtherPatientError) as refused:
        read([PATIENT, observation(), other])
    assert refused.value.status == 400
    assert refused.value.where.startswith(str(other["resourceType"]))


def test_a_file_of_another_patient_than_asked_for_is_refused() -> None:
    with pytest.raises(OtherPatientError):
        read([PATIENT, observation()], "q")


def test_without_a_patient_the_one_subject_is_the_patient() -> None:
    assert read([observation("x"), observation("y")]).patient == "p"


def test_data_that_names_nobody_is_refused() -> None:
    with pytest.raises(UnknownPatientError):
        read(observation(subject=None))


def version(value: int, **meta: object) -> dict[str, object]:
    return observation(valueInteger=value, meta=meta)


VERSIONS = {
    "the same twice": (version(1, versionId="1"), version(1, versionId="2"), 1),
    "by time": (
        version(1, lastUpdated="2026-05-03T09:00:00Z"),
        version(2, lastUpdated="2026-05-03T10:30:00+02:00"),
        1,
    ),
    "by a fraction of a second": (
        version(1, lastUpdated="2026-05-03T09:00:00.1234567Z"),
        version(2, lastUpdated="2026-05-03T09:00:00.2Z"),
        2,
    ),
    "by number": (version(1, versionId="9"), version(2, versionId="10"), 2),
    "by number where the times are equal": (
        version(1, lastUpdated="2026-05-03T09:00:00Z", versionId="9"),
        version(2, lastUpdated="2026-05-03T09:00:00Z", versionId="10"),
        2,
    ),
    "by number where a time is no time": (
        version(1, lastUpdated="2026-99-03T09:00:00Z", versionId="2"),
        version(2, lastUpdated="2026-05-03T09:00:00Z", versionId="1"),
        1,
    ),
}


@pytest.mark.parametrize(("one", "other", "newest"), VERSIONS.values(), ids=VERSIONS)
def test_of_several_versions_the_newest_counts(
    one: dict[str, object], other: dict[str, object], newest: int
) -> None:
    for source in ([bundle(one), bundle(other)], [bundle(other), bundle(one)]):
        data = read(source)
        assert [r.value for r in data.records if isinstance(r, ObservationRecord)] == [newest]
        assert data.unread == ()


CONFLICTS = {
    "no versions": (version(1), version(2)),
    "one version": (version(1), version(2, versionId="2")),
    "opaque versions": (version(1, versionId="W/a"), version(2, versionId="W/b")),
}


@pytest.mark.parametrize(("one", "other"), CONFLICTS.values(), ids=CONFLICTS)
def test_versions_that_differ_without_order_are_both_unread(
    one: dict[str, object], other: dict[str, object]
) -> None:
    data = read([one, other])
    assert data.records == ()
    (unread,) = data.unread
    assert (unread.reference, unread.reason) == (
        "Observation/x",
        "versions differ, none is newest",
    )
