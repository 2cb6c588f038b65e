"""The published criteria side by side: the same numbers under each name, with the arithmetic."""

from __future__ import annotations

import json

import pytest
from stories import assessed, expected, story
from timelines import AS_OF, BASELINE_DAY, hu, measured, patient, size

from rules.assessment import Assessment, CriterionResult
from rules.rulebook import Rulebook
from rules.timeline import Phase, Timeline

GROWN = "from nadir 60 − 53 = 7 mm, +13.2 %; from baseline 60 − 53 = 7 mm, +13.2 %"
FALLEN = "attenuation 45 − 72.8 = −27.8 HU, −38.2 %"


def criteria(assessment: Assessment) -> dict[str, CriterionResult]:
    return {criterion.id: criterion for criterion in assessment.criteria}


def of(name: str) -> dict[str, CriterionResult]:
    return criteria(assessed(story("people", name)))


# Worked out by hand from the numbers of the stories.
CATEGORIES = {
    "gist-imatinib-supported": {
        "recist_1_1": "SD",  # +13.2 %
        "choi_2007": "PR",  # −38.2 % HU
        "mchoi_nathan_2010": "NE",  # no arterial phase
        "mchoi_smith_2010": "PR",
        "sact_2010": "NE",  # fill-in and new enhancement not stated
        "mass_2010": "NE",
        "mrecist_2010": "out of scope",
        "easl_2001": "out of scope",
    },
    "gist-new-solid-lesion": {
        "recist_1_1": "PD",
        "choi_2007": "PD",
        "sact_2010": "unfavourable",
        "mass_2010": "unfavourable",
    },
    "gist-phase-mismatch": {"recist_1_1": "SD", "choi_2007": "NE", "mchoi_smith_2010": "NE"},
    "gist-peritoneal-progression": {"recist_1_1": "PD", "choi_2007": "PR"},
    "gist-extrahepatic-unknown": {"recist_1_1": "SD"},
    "crc-chun-optimal": {"chun_2009": "optimal", "cea_kinetics_2008": "NE"},
    "rcc-axitinib-pembrolizumab": {"irecist_2017": "iSD", "recist_1_1": "SD"},
}


@pytest.mark.parametrize(
    ("person", "criterion", "category"),
    [(p, c, category) for p, found in CATEGORIES.items() for c, category in found.items()],
)
def test_each_criterion_reads_the_same_numbers_in_its_own_way(
    person: str, criterion: str, category: str
) -> None:
    assert of(person)[criterion].category == category


def test_the_arithmetic_is_shown() -> None:
    found = of("gist-imatinib-supported")
    assert found["recist_1_1"].arithmetic == f"targets SD: {GROWN}"
    assert found["choi_2007"].arithmetic == f"{GROWN}; {FALLEN}"


def test_what_makes_it_progression_beside_the_targets_is_said() -> None:
    assert of("gist-new-solid-lesion")["recist_1_1"].arithmetic.endswith("; a new liver lesion")
    elsewhere = of("gist-peritoneal-progression")["recist_1_1"].arithmetic
    assert "disease elsewhere" in elsewhere


def test_disease_elsewhere_that_is_not_known_is_said() -> None:
    found = of("gist-extrahepatic-unknown")["recist_1_1"]
    assert found.arithmetic.endswith("disease elsewhere not known")


@pytest.mark.parametrize("name", expected("people"))
def test_by_numbers_alone_they_agree_with_what_the_rules_read(name: str) -> None:
    assessment = assessed(story("people", name))
    found = criteria(assessment)
    if found and assessment.facts.new_lesion is None and not assessment.facts.nodule:
        by_rules = assessment.measurements.choi_2007 or "NE"
        assert found["choi_2007"].category == by_rules
    if found and (targets := assessment.measurements.recist_1_1):
        assert f"targets {targets}: " in found["recist_1_1"].arithmetic


@pytest.mark.parametrize("name", expected("people"))
def test_every_answer_says_what_it_rests_on_and_for_whom_it_was_made(name: str) -> None:
    for criterion in of(name).values():
        assert criterion.category
        assert criterion.arithmetic
        assert criterion.made_for


def test_iRECIST_is_shown_under_a_checkpoint_inhibitor_only() -> None:  # noqa: N802 - its name
    shown = {name for name in expected("people") if "irecist_2017" in of(name)}
    assert shown == {name for name in shown if "nivolumab" in name or "pembrolizumab" in name}
    assert shown


ARTERIAL = (
    *(size("A", day, mm) for day, mm in ((BASELINE_DAY, 50), (0, 40))),
    *(hu("A", day, value, Phase.ARTERIAL) for day, value in ((BASELINE_DAY, 100), (0, 80))),
)


def test_arterial_attenuation_serves_the_criterion_that_asks_for_it(rulebook: Rulebook) -> None:
    found = criteria(rulebook.assess(patient(measurements=ARTERIAL), AS_OF))["mchoi_nathan_2010"]
    assert found.category == "PR"
    assert "80 − 100 = −20 HU, −20.0 %" in found.arithmetic


def test_a_target_that_was_not_measured_is_never_zero(rulebook: Rulebook) -> None:
    gone = measured("A", [(BASELINE_DAY, 30, 75)])
    found = criteria(rulebook.assess(patient(measurements=gone), AS_OF))
    assert found["recist_1_1"].category == "NE"
    assert found["choi_2007"].category == "NE"


@pytest.mark.parametrize(("now", "category"), [(33, "NE"), (20, "NE"), (36, "PD")])
def test_with_one_target_not_measured_recist_tells_only_progression(
    rulebook: Rulebook, now: int, category: str
) -> None:
    kept = measured("A", [(BASELINE_DAY, 30, 75), (0, now, 50)])
    lost = measured("B", [(BASELINE_DAY, 23, 70)])
    found = criteria(rulebook.assess(patient(measurements=kept + lost), AS_OF))["recist_1_1"]
    assert found.category == category
    assert "a target was not measured" in found.arithmetic


def test_without_a_study_there_is_nothing_to_compare(rulebook: Rulebook) -> None:
    assert rulebook.assess(Timeline("p"), AS_OF).criteria == ()


def test_other_programs_get_them_too() -> None:
    from service.machine_readable import as_json  # noqa: PLC0415

    document = as_json(assessed(story("people", "gist-imatinib-supported")))
    assert json.loads(json.dumps(document))["criteria"][0]["id"] == "recist_1_1"
