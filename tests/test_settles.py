"""What would settle the question: what is said to follow does follow once it is on record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from book import clinical, rulebook
from case_facts import CaseFacts
from case_generators import case_facts
from hypothesis import HealthCheck, given, settings
from stories import assessed, expected, story

from rules.assessment import Assessment, Grade
from rules.clinical_facts import Silence
from rules.known import DATA
from rules.report import OPEN
from rules.suppose import Supposing
from service.cds.suggestions import load_options

FINDING = "urn:liver-response-cds:finding"
PEOPLE = expected("people")
OPEN_PEOPLE = [name for name, grade in PEOPLE.items() if Grade(grade) in OPEN]
BESIDE_FIELDS = {"line_start", "last_dose", "marker_confirmation", "dates", "data"}


def with_finding(name: str, code: str, value: str) -> Any:
    """A person's record with one more finding, of the index study's day."""
    bundle = story("people", name)
    patient = next(e["resource"]["id"] for e in bundle["entry"]
                   if e["resource"]["resourceType"] == "Patient")  # fmt: skip
    index = assessed(bundle).index_study
    assert index is not None
    finding = {
        "resourceType": "Observation",
        "id": "found-out",
        "status": "final",
        "code": {"coding": [{"system": FINDING, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": str(index.day),
        "valueCodeableConcept": {"coding": [{"system": FINDING, "code": value}]},
    }
    bundle["entry"].append({"resource": finding})
    return bundle


def predicted(assessment: Assessment, datum: str) -> dict[str, Grade]:
    settles = next(s for s in assessment.settles if s.datum == datum)
    return {option.value: option.grade for option in settles.options}


FOUND_OUT = {
    "extrahepatic": ("extrahepatic-status", ("stable", "new", "none-known")),
    "clinical": ("clinical-status", ("stable", "worse", "crisis")),
    "pet": ("pet-response", ("PMR", "SMD", "PMD")),
    "biopsy": ("biopsy-result", ("necrosis", "viable-tumour")),
    "second_read": ("progression-after-review", ("present", "absent")),
}


@pytest.mark.parametrize("name", OPEN_PEOPLE)
def test_what_is_said_to_follow_follows_once_it_is_on_record(name: str) -> None:
    now = assessed(story("people", name))
    named = {settles.datum for settles in now.settles}
    for datum in named & FOUND_OUT.keys():
        code, values = FOUND_OUT[datum]
        for value in values:
            then = assessed(with_finding(name, code, value))
            assert then.grade is predicted(now, datum)[value], (datum, value)


def test_for_gist_without_extrahepatic_status_that_status_comes_first() -> None:
    first = assessed(story("people", "gist-extrahepatic-unknown")).settles[0]
    assert first.name == "extrahepatic status"
    assert {o.value: o.grade for o in first.options} == {
        "stable": Grade.SUPPORTED,
        "none-known": Grade.POSSIBLE,
        "new": Grade.TRUE_PROGRESSION,
    }


def test_without_attenuation_attenuation_comes_first() -> None:
    bundle = story("people", "gist-imatinib-supported")
    bundle["entry"] = [e for e in bundle["entry"] if not _is_attenuation(e["resource"])]
    assessment = assessed(bundle)
    assert assessment.grade is Grade.INDETERMINATE
    assert assessment.settles[0].datum == "attenuation"


def _is_attenuation(resource: Any) -> bool:
    codings = resource.get("code", {}).get("coding", [])
    return any(c.get("code") in ("112031", "112181") for c in codings)


@pytest.mark.parametrize("name", sorted(PEOPLE.keys() - set(OPEN_PEOPLE)))
def test_where_the_grade_leaves_nothing_open_nothing_is_asked_for(name: str) -> None:
    assert assessed(story("people", name)).settles == ()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=case_facts())
def test_each_option_is_what_the_engine_itself_says(case: CaseFacts) -> None:
    """The memory of earlier answers that makes it fast never answers otherwise."""
    facts, silence, book = clinical(case), Silence(nodule=True, second_read=True), rulebook()
    now = book.judge(facts)
    supposing = Supposing(facts, silence, now.exposure.named, book.strata.numbers)
    for settles in book.settles(facts, silence, now):
        assert any(option.grade is not now.grade for option in settles.options)
        for option in settles.options:
            supposed = supposing.with_(settles.datum, option.value)
            assert supposed is not None
            assert book.judge(supposed).grade is option.grade


def test_every_datum_of_the_page_can_be_found_out_and_the_reverse() -> None:
    page = [datum.id for datum in rulebook().settler.data]
    assert sorted(page) == sorted(DATA.keys() | BESIDE_FIELDS)


def test_every_option_finds_out_what_the_page_knows() -> None:
    page = {datum.id for datum in rulebook().settler.data}
    promised = {datum for option in load_options().options.values() for datum in option.finds_out}
    assert promised <= page


def test_the_options_come_in_the_order_of_what_would_settle_it() -> None:
    labels = [o.label for o in load_options().for_assessment(
        assessed(story("people", "gist-extrahepatic-unknown")))]  # fmt: skip
    assert labels[0].startswith("Radiology second read")  # of use whatever is open
    assert labels[1] == "FDG PET/CT"  # looks for disease elsewhere


def test_the_assessment_tells_it_to_other_programs() -> None:
    from service.machine_readable import as_json  # noqa: PLC0415

    document = as_json(assessed(story("people", "gist-extrahepatic-unknown")))
    assert json.loads(json.dumps(document["settles"]))[0]["datum"] == "extrahepatic"
