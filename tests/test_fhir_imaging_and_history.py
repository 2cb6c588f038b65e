"""Imaging studies, conditions, procedures and body structures, in the shapes of R4, R5 and STU3."""

from __future__ import annotations

from datetime import date

import pytest

from rules.dates import PartialDate
from service.fhir.models import Reading, ResourceReader
from service.fhir.records import (
    BodyStructureRecord,
    Coding,
    Concept,
    ConditionRecord,
    ImagingStudyRecord,
    ProcedureRecord,
    SeriesRecord,
)

SUBJECT = {"reference": "Patient/p"}
CT = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}
LIVER = {"system": "http://snomed.info/sct", "code": "10200004", "display": "Liver"}
IN_LIVER = Concept((Coding(**LIVER),))
UID = "urn:oid:1.2.3"


def reading(kind: str, **elements: object) -> Reading:
    return ResourceReader().read({"resourceType": kind, **elements}, f"{kind}/x")


def reason(kind: str, **elements: object) -> str:
    unread = reading(kind, **elements).unread
    assert unread is not None
    return unread.reason


def study(**elements: object) -> ImagingStudyRecord:
    found = reading("ImagingStudy", **elements).record
    assert isinstance(found, ImagingStudyRecord)
    return found


def condition(**elements: object) -> ConditionRecord:
    found = reading("Condition", subject=SUBJECT, **elements).record
    assert isinstance(found, ConditionRecord)
    return found


def procedure(**elements: object) -> ProcedureRecord:
    found = reading("Procedure", **{"status": "completed", "subject": SUBJECT, **elements}).record
    assert isinstance(found, ProcedureRecord)
    return found


R4_STUDY = {
    "status": "available",
    "subject": SUBJECT,
    "started": "2026-05-03T10:00:00+02:00",
    "identifier": [{"system": "urn:dicom:uid", "value": UID}],
    "modality": [CT],
    "procedureCode": [{"text": "CT abdomen"}],
    "series": [{"uid": "1.2", "modality": CT, "description": "venous", "bodySite": LIVER}],
}
R5_STUDY = {
    "status": "available",
    "subject": SUBJECT,
    "started": "2026-05-03T10:00:00+02:00",
    "identifier": [{"system": "urn:dicom:uid", "value": UID}],
    "modality": [{"coding": [CT]}],
    "procedure": [{"concept": {"text": "CT abdomen"}}],
    "series": [
        {
            "uid": "1.2",
            "modality": {"coding": [CT]},
            "description": "venous",
            "bodySite": {"concept": {"coding": [LIVER]}},
        }
    ],
}
STU3_STUDY = {
    "patient": SUBJECT,
    "started": "2026-05-03T10:00:00+02:00",
    "uid": UID,
    "modalityList": [CT],
    "procedureCode": [{"text": "CT abdomen"}],
    "series": [{"uid": "1.2", "modality": CT, "description": "venous", "bodySite": LIVER}],
}


@pytest.mark.parametrize(
    ("shape", "status"),
    [(R4_STUDY, "available"), (R5_STUDY, "available"), (STU3_STUDY, "unknown")],
    ids=["R4", "R5", "STU3"],
)
def test_a_study_reads_the_same_in_every_version(shape: dict[str, object], status: str) -> None:
    assert study(**shape) == ImagingStudyRecord(
        reference="ImagingStudy/x",
        subject="Patient/p",
        status=status,
        started=PartialDate.on(date(2026, 5, 3)),
        modalities=("CT",),
        description="",
        procedure=Concept(text="CT abdomen"),
        series=(SeriesRecord("CT", "venous", IN_LIVER),),
        identifiers=(Coding("urn:dicom:uid", UID),),
    )


def test_a_study_without_date_and_series_is_still_a_study() -> None:
    found = study(status="available", subject=SUBJECT, description="CT ABDOMEN")
    assert (found.started, found.series, found.modalities) == (None, (), ())
    assert found.description == "CT ABDOMEN"


def test_the_modalities_are_those_of_the_study_and_of_its_series_once_each() -> None:
    series = [{"uid": "1", "modality": {"code": code}} for code in ("CT", "SR", "SEG")]
    found = study(status="available", subject=SUBJECT, modality=[CT], series=series)
    assert found.modalities == ("CT", "SR", "SEG")


def test_a_series_without_its_uid_does_not_cost_the_study() -> None:
    found = study(status="available", subject=SUBJECT, series=[{"modality": CT}])
    assert found.modalities == ("CT",)


def test_a_body_site_of_r5_in_words_is_kept() -> None:
    series = [{"uid": "1", "modality": CT, "bodySite": {"concept": {"text": "upper abdomen"}}}]
    found = study(status="available", subject=SUBJECT, series=series)
    assert found.series[0].body_site.words == "upper abdomen"


@pytest.mark.parametrize("status", ["available", "registered", "unknown"])
def test_a_study_counts_whatever_its_availability(status: str) -> None:
    assert study(status=status, subject=SUBJECT).status == status


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_study_that_was_not_made_is_passed_over(status: str) -> None:
    result = reading("ImagingStudy", status=status, subject=SUBJECT)
    assert result.passed_over == f"ImagingStudy not used: status is {status}"


@pytest.mark.parametrize(
    ("elements", "why"),
    [
        ({"subject": SUBJECT}, "status: missing"),
        ({"status": "available"}, "subject: missing"),
        ({"status": "archived", "subject": SUBJECT}, "status: not a code that this element has"),
        (
            {"status": "available", "subject": SUBJECT, "started": "03/05/2026"},
            "started: not a date",
        ),
        (
            {"status": "available", "subject": SUBJECT, "series": [{"uid": "1"}]},
            "series[0].modality: missing",
        ),
    ],
    ids=["no status", "no subject", "unknown status", "no date", "series without modality"],
)
def test_an_unreadable_study_says_why(elements: dict[str, object], why: str) -> None:
    assert reason("ImagingStudy", **elements) == why


MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
RELATIONS = [
    MCODE + "mcode-related-primary-cancer-condition",
    MCODE + "onco-core-RelatedPrimaryCancerCondition-extension",
    "http://hl7.org/fhir/StructureDefinition/condition-related",
]


@pytest.mark.parametrize("url", RELATIONS)
def test_a_metastasis_names_its_primary_in_every_edition_of_mcode(url: str) -> None:
    found = condition(
        code={"text": "liver metastasis"},
        extension=[
            {"url": "urn:other", "valueString": "x"},
            {"url": url, "valueReference": {"reference": "Condition/primary"}},
        ],
    )
    assert found.related_primary == ("Condition/primary",)


def status_concept(code: str) -> dict[str, object]:
    return {"coding": [{"system": "http://terminology.hl7.org/x", "code": code}], "text": "words"}


def test_a_condition_has_its_statuses_and_sites() -> None:
    found = condition(
        clinicalStatus=status_concept("active"),
        verificationStatus=status_concept("confirmed"),
        bodySite=[{"coding": [LIVER]}, {"text": "segment VI"}],
    )
    assert (found.clinical_status, found.verification_status) == ("active", "confirmed")
    assert found.body_site == Concept((Coding(**LIVER),), "segment VI")


def test_the_plain_statuses_of_stu3_are_read() -> None:
    found = condition(clinicalStatus="active", verificationStatus="confirmed")
    assert (found.clinical_status, found.verification_status) == ("active", "confirmed")


def test_a_condition_without_statuses_is_read() -> None:
    assert condition(code={"text": "GIST"}).clinical_status == ""


@pytest.mark.parametrize("code", ["entered-in-error", "refuted"])
def test_a_condition_that_is_not_so_is_passed_over(code: str) -> None:
    result = reading("Condition", subject=SUBJECT, verificationStatus=status_concept(code))
    assert result.passed_over == f"Condition not used: verificationStatus is {code}"


PERFORMED = {
    "a day": ({"performedDateTime": "2026-05-03"}, date(2026, 5, 3)),
    "the end of a period": (
        {"performedPeriod": {"start": "2026-04-01", "end": "2026-05-03"}},
        date(2026, 5, 3),
    ),
    "a day of R5": ({"occurrenceDateTime": "2026-05-03"}, date(2026, 5, 3)),
    "a period of R5": ({"occurrencePeriod": {"end": "2026-05-03"}}, date(2026, 5, 3)),
    "a period without end": ({"performedPeriod": {"start": "2026-05-03"}}, None),
    "words": ({"performedString": "last spring"}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("elements", "day"), PERFORMED.values(), ids=PERFORMED)
def test_a_procedure_is_dated_by_its_end(elements: dict[str, object], day: date | None) -> None:
    assert procedure(**elements).performed == (day and PartialDate.on(day))


@pytest.mark.parametrize("status", ["entered-in-error", "not-done", "preparation"])
def test_a_procedure_that_did_not_happen_is_passed_over(status: str) -> None:
    result = reading("Procedure", status=status, subject=SUBJECT)
    assert result.passed_over == f"Procedure not used: status is {status}"


def test_a_body_structure_has_its_place_and_its_tracking_identifiers() -> None:
    result = reading(
        "BodyStructure",
        patient=SUBJECT,
        location={"coding": [LIVER]},
        identifier=[{"system": "urn:dicom:uid", "value": UID}],
        description="lesion 1",
    )
    assert result.record == BodyStructureRecord(
        "BodyStructure/x", "Patient/p", IN_LIVER, (Coding("urn:dicom:uid", UID),), "lesion 1"
    )


def test_the_places_of_an_r5_body_structure_become_one_location() -> None:
    places = [{"structure": {"coding": [LIVER]}}, {"structure": {"text": "segment VI"}}]
    found = reading("BodyStructure", patient=SUBJECT, includedStructure=places).record
    assert isinstance(found, BodyStructureRecord)
    assert found.location == Concept((Coding(**LIVER),), "segment VI")


def test_a_body_structure_no_longer_active_is_passed_over() -> None:
    result = reading("BodyStructure", patient=SUBJECT, active=False)
    assert result.passed_over == "BodyStructure not used: active is false"


def test_a_body_structure_without_a_patient_is_unread() -> None:
    assert reason("BodyStructure", location={"text": "liver"}) == "patient: missing"
