"""Every invented person gets the grade that was worked out by hand, and why matters."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from stories import FIXTURES, assessed, assessor, expected, story

from rules.assessment import Grade
from service.dates_shifted import shifted, told_on
from service.errors import LiverResponseError
from service.machine_readable import as_json

PEOPLE, ODDITIES = expected("people"), expected("oddities")
FIRST = "gist-imatinib-supported"
READ = {name: outcome for name, outcome in ODDITIES.items() if not outcome.startswith("refused")}
LAYOUTS = (
    "size-mcode-component-cm",
    "size-panel-with-value",
    "size-plain-33728-7",
    "size-snomed-long-axis",
    "size-diameter-with-attenuation",
    "size-diameter-of-structure",
)


def test_every_person_has_an_expected_grade_and_every_grade_a_person() -> None:
    assert {p.stem for p in (FIXTURES / "people").glob("*.json")} == PEOPLE.keys()
    assert set(PEOPLE.values()) == {grade.value for grade in Grade}


@pytest.mark.parametrize(("name", "grade"), PEOPLE.items(), ids=PEOPLE)
def test_a_person_gets_the_grade_worked_out_by_hand(name: str, grade: str) -> None:
    assessment = assessed(story("people", name))
    assert assessment.grade.value == grade
    assert not any("could not be read" in text for text in assessment.missing)


@pytest.mark.parametrize(("name", "outcome"), READ.items(), ids=READ)
def test_an_odd_shape_is_read_or_named(name: str, outcome: str) -> None:
    grade = assessed(story("oddities", name)).grade.value
    assert (grade != outcome[4:]) if outcome.startswith("not ") else (grade == outcome)


@pytest.mark.parametrize("name", sorted(ODDITIES.keys() - READ.keys()))
def test_what_is_no_record_of_one_patient_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(LiverResponseError, match=r"\w"):
        assessed(story("oddities", name))


def test_every_odd_shape_has_an_expectation() -> None:
    assert {p.stem for p in (FIXTURES / "oddities").glob("*.json")} == ODDITIES.keys()


@pytest.mark.parametrize("name", PEOPLE)
def test_a_story_told_on_another_day_gets_the_same_grade(name: str) -> None:
    bundle = story("people", name)
    day = told_on(bundle)
    assert day is not None
    later = assessor().of_bundle(shifted(bundle, 364), day + timedelta(days=364))
    if name != "gist-month-only-start":  # months differ in length
        assert later.grade.value == PEOPLE[name]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_order_of_resources_does_not_matter(name: str) -> None:
    bundle = story("people", name)
    mixed = copy.deepcopy(bundle)
    random.Random(7).shuffle(mixed["entry"])  # noqa: S311 - any fixed order but the file's
    assert assessed(mixed) == assessed(bundle)


def without(drop: Callable[[Any], bool]) -> Any:
    """The first person's record without some of its resources."""
    bundle = story("people", FIRST)
    bundle["entry"] = [e for e in bundle["entry"] if not drop(e["resource"])]
    return bundle


def _is_attenuation(resource: Any) -> bool:
    codings = resource.get("code", {}).get("coding", [])
    return any(c.get("code") in ("112031", "112181") for c in codings)


def _names_imatinib(resource: Any) -> bool:
    return resource["resourceType"].startswith("Medication") and "imatinib" in str(resource).lower()


def test_without_attenuation_it_cannot_be_judged_and_attenuation_is_named() -> None:
    assessment = assessed(without(_is_attenuation))
    assert assessment.grade is Grade.INDETERMINATE
    assert any("attenuation" in text for text in assessment.missing)


def test_without_the_drug_there_is_nothing_to_say() -> None:
    assert assessed(without(_names_imatinib)).grade is Grade.NOT_APPLICABLE


def test_a_nodule_within_a_lesion_favours_true_progression() -> None:
    bundle = story("people", FIRST)
    patient = next(r for e in bundle["entry"] if (r := e["resource"])["resourceType"] == "Patient")
    nodule = {
        "resourceType": "Observation",
        "id": "nodule",
        "status": "final",
        "code": {"coding": [{"system": "urn:liver-response-cds:finding",
                             "code": "intralesional-nodule"}]},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "effectiveDateTime": bundle["timestamp"][:10],
        "valueBoolean": True,
    }  # fmt: skip
    bundle["entry"].append({"resource": nodule})
    assert assessed(bundle).grade is Grade.TRUE_PROGRESSION


def test_the_layouts_of_one_size_give_the_same_assessment() -> None:
    first, *others = (as_json(assessed(story("oddities", name))) for name in LAYOUTS)
    assert first["grade"] == Grade.SUPPORTED.value
    assert first["measurements"]["sld_mm"] == {"baseline": 46, "nadir": 46, "index": 53}
    for other in others:  # all but which resource says so, and that it was dated by its issue
        assert {k: v for k, v in other.items() if k not in ("evidence", "remarks")} == {
            k: v for k, v in first.items() if k not in ("evidence", "remarks")
        }
