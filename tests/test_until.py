"""A past day is judged by what was known then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from stories import assessor, expected, story
from timelines import AS_OF, INDEX, ct, dose, finding, lesion, local, patient, size, therapy

from rules.assessment import Grade
from rules.dates import PartialDate
from rules.rulebook import Rulebook
from rules.timeline import FindingKind, Organ
from rules.until import until
from service.dates_shifted import told_on

FINDING = "urn:liver-response-cds:finding"
LUNG = lesion("lung", organ=Organ.ELSEWHERE, target=None)
LATER = patient(
    studies=(*patient().studies, ct(60)),
    lesions=(*patient().lesions, LUNG),
    measurements=(*patient().measurements, size("lung", 60, 9), size("A", 60, 90)),
    findings=(
        *patient().findings,
        finding(FindingKind.NODULE, "present", 60),
        finding(FindingKind.PROGRESSION_AFTER_REVIEW, "present", 60, study=60),
    ),
    therapies=(*patient().therapies, therapy("nivolumab", start=30), dose("nivolumab", 30)),
    local_therapies=(local(40),),
)


def test_what_came_later_is_not_known_yet() -> None:
    assert until(LATER, AS_OF) == patient()


def test_what_came_later_changes_nothing_before(rulebook: Rulebook) -> None:
    before = rulebook.assess(patient(), AS_OF)
    assert rulebook.assess(until(LATER, AS_OF), AS_OF) == before
    assert rulebook.assess(LATER, AS_OF).grade is not before.grade  # a lung lesion, not yet there


def test_a_fact_of_the_day_itself_is_known() -> None:
    of_the_day = finding(FindingKind.NODULE, "present", (AS_OF - INDEX).days)
    told = patient(findings=(of_the_day,))
    assert until(told, AS_OF) == told
    assert until(told, AS_OF - timedelta(days=1)).findings == ()


def test_what_may_have_been_before_is_kept() -> None:
    in_the_month = replace(ct(5), day=PartialDate(AS_OF, AS_OF + timedelta(days=20)))
    told = patient(
        studies=(in_the_month,), local_therapies=(local(None),), therapies=(therapy(start=None),)
    )
    assert until(told, AS_OF) == told


SUPPORTED = [name for name, grade in expected("people").items() if grade == Grade.SUPPORTED.value]


@pytest.mark.parametrize("name", SUPPORTED)
def test_a_story_with_a_later_chapter_gets_the_same_grade(name: str) -> None:
    bundle = story("people", name)
    day = told_on(bundle)
    assert day is not None
    kinds = {e["resource"]["resourceType"]: e["resource"]["id"] for e in bundle["entry"]}
    nodule = {
        "resourceType": "Observation",
        "id": "later",
        "status": "final",
        "code": {
            "coding": [{"system": "urn:liver-response-cds:finding", "code": "intralesional-nodule"}]
        },
        "subject": {"reference": f"Patient/{kinds['Patient']}"},
        "effectiveDateTime": (day + timedelta(days=1)).isoformat(),
        "valueBoolean": True,
    }
    bundle["entry"].append({"resource": nodule})
    assert assessor().of_bundle(bundle, day).grade is Grade.SUPPORTED
