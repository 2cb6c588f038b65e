"""PERCIST 1.0 and EORTC PET at their thresholds."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.criteria.eortc_pet import EortcFindings, eortc_pet
from rules.criteria.measured import Change
from rules.criteria.pages import CriterionPage, load_criteria
from rules.criteria.percist import (
    PetFindings,
    PetStudy,
    Reference,
    incomparable,
    measurable_above,
    percist,
    too_early,
)

# Liver 2.0 with deviation 0.3 SUL: measurable from 1.5 × 2.0 + 2 × 0.3 = 3.6 SUL.
STUDY = PetStudy(
    peak=Decimal("8"),
    liver=Reference(Decimal("2.0"), Decimal("0.3")),
    blood_pool=Reference(Decimal("1.5"), Decimal("0.2")),
    liver_involved=False,
    uptake_minutes=Decimal(60),
    scanner="A",
)
NOTHING_SEEN = PetFindings(new_avid_lesion=False, as_blood_pool=False, extent_increased=False)


@pytest.fixture(scope="module")
def page() -> CriterionPage:
    return load_criteria()["percist_1_0"]


@pytest.fixture(scope="module")
def eortc_page() -> CriterionPage:
    return load_criteria()["eortc_pet_1999"]


def study(peak: str | None) -> PetStudy:
    return replace(STUDY, peak=None if peak is None else Decimal(peak))


@pytest.mark.parametrize(
    ("before", "after", "category"),
    [
        ("8", "5.6", "PMR"),  # −2.4 / 8 = −30.0 %, fell by 2.4
        ("8", "5.61", "SMD"),  # −29.9 %
        ("8", "5.59", "PMR"),  # −30.1 %
        ("8", "10.4", "PMD"),  # +30.0 %, rose by 2.4
        ("8", "10.39", "SMD"),  # +29.9 %
        ("8", "10.41", "PMD"),  # +30.1 %
        ("8", "8", "SMD"),
    ],
)
def test_percist_at_its_percentages(
    page: CriterionPage, before: str, after: str, category: str
) -> None:
    assert percist(page, study(before), study(after), NOTHING_SEEN).category == category


@pytest.mark.parametrize(
    ("before", "after", "category"),
    [
        ("2.5", "1.7", "PMR"),  # −32 %, fell by exactly 0.8
        ("2.5", "1.71", "SMD"),  # −31.6 %, but only 0.79
        ("2.5", "1.69", "PMR"),  # 0.81
        ("2.5", "3.3", "PMD"),  # +32 %, rose by exactly 0.8
        ("2.5", "3.29", "SMD"),  # +31.6 %, but only 0.79
        ("2.5", "3.31", "PMD"),  # 0.81
    ],
)
def test_percist_at_its_absolute_change(
    page: CriterionPage, before: str, after: str, category: str
) -> None:
    # Liver 1.0 with deviation 0.2 makes 2.5 SUL measurable: 1.5 × 1.0 + 2 × 0.2 = 1.9.
    faint = Reference(Decimal("1.0"), Decimal("0.2"))
    first, second = (replace(study(peak), liver=faint) for peak in (before, after))
    assert percist(page, first, second, NOTHING_SEEN).category == category


@pytest.mark.parametrize(("after", "category"), [("12", "PMD"), ("4", "PMR")])
def test_a_change_of_8_units_is_not_asked_for_as_a_secondary_table_has_it(
    page: CriterionPage, after: str, category: str
) -> None:
    # ejrnm s43055-020-0133-5 prints 8 for 0.8; here uptake moves by 4 of 8, which is 50 %.
    assert percist(page, study("8"), study(after), NOTHING_SEEN).category == category


@pytest.mark.parametrize(
    ("after", "as_blood_pool", "category"),
    [
        ("1.9", True, "CMR"),  # under the liver mean of 2.0
        ("2.0", True, "PMR"),  # not under it
        ("2.1", True, "PMR"),
        ("1.9", False, "PMR"),  # still to be told from blood pool
        ("1.9", None, "NE"),
        ("2.1", None, "PMR"),  # too hot for a complete response, whatever the reader says
    ],
)
def test_a_complete_metabolic_response_is_under_liver_and_as_blood_pool(
    page: CriterionPage, after: str, as_blood_pool: bool | None, category: str
) -> None:
    findings = replace(NOTHING_SEEN, as_blood_pool=as_blood_pool)
    assert percist(page, study("8"), study(after), findings).category == category


@pytest.mark.parametrize(("after", "category"), [("1.4", "CMR"), ("1.5", "PMR"), ("1.6", "PMR")])
def test_with_the_liver_involved_blood_pool_is_the_reference(
    page: CriterionPage, after: str, category: str
) -> None:
    findings = replace(NOTHING_SEEN, as_blood_pool=True)
    before, now = (replace(study(peak), liver_involved=True) for peak in ("8", after))
    assert percist(page, before, now, findings).category == category


def test_without_reference_tissue_a_complete_response_is_not_evaluable(
    page: CriterionPage,
) -> None:
    findings = replace(NOTHING_SEEN, as_blood_pool=True)
    before = replace(study("8"), liver_involved=True)
    after = replace(study("1"), liver_involved=True, blood_pool=None)
    assert percist(page, before, after, findings).category == "NE"


@pytest.mark.parametrize(
    ("glycolysis", "category"),
    [
        ("174.9", "SMD"),  # +74.9 %
        ("175", "PMD"),  # +75.0 %
        ("175.1", "PMD"),
        (None, "SMD"),  # not measured, not in the way
    ],
)
def test_total_lesion_glycolysis_may_progress_by_itself(
    page: CriterionPage, glycolysis: str | None, category: str
) -> None:
    now = None if glycolysis is None else Decimal(glycolysis)
    findings = replace(NOTHING_SEEN, glycolysis=Change.of(now, Decimal(100), "g"))
    assert percist(page, study("8"), study("8"), findings).category == category


@pytest.mark.parametrize(
    ("findings", "category"),
    [
        (replace(NOTHING_SEEN, new_avid_lesion=True), "PMD"),
        (replace(NOTHING_SEEN, extent_increased=True), "PMD"),
        (replace(NOTHING_SEEN, new_avid_lesion=None), "NE"),
        (replace(NOTHING_SEEN, extent_increased=None), "NE"),
    ],
    ids=["new lesion", "larger extent", "new lesion not stated", "extent not stated"],
)
def test_what_the_reader_saw_counts_and_what_was_not_stated_is_not_no(
    page: CriterionPage, findings: PetFindings, category: str
) -> None:
    assert percist(page, study("8"), study("4"), findings).category == category


def test_what_was_not_stated_does_not_hide_a_progression(page: CriterionPage) -> None:
    findings = PetFindings(None, None, None)
    assert percist(page, study("8"), study("12"), findings).category == "PMD"


@pytest.mark.parametrize(
    ("liver_involved", "peak", "measurable"),
    [
        (False, "3.59", False),  # 1.5 × 2.0 + 2 × 0.3 = 3.6
        (False, "3.6", True),
        (False, "3.61", True),
        (True, "3.39", False),  # 2.0 × 1.5 + 2 × 0.2 = 3.4
        (True, "3.4", True),
        (True, "3.41", True),
    ],
)
def test_the_baseline_lesion_must_be_hot_enough(
    page: CriterionPage, liver_involved: bool, peak: str, measurable: bool
) -> None:
    before = replace(study(peak), liver_involved=liver_involved)
    response = percist(page, before, study("0.1"), NOTHING_SEEN)
    assert (response.category != "NE") is measurable


def test_without_reference_tissue_nothing_is_measurable(page: CriterionPage) -> None:
    bare = replace(STUDY, liver=None)
    assert measurable_above(page, bare) is None
    assert percist(page, bare, study("4"), NOTHING_SEEN).category == "NE"


def liver(mean: str) -> PetStudy:
    return replace(STUDY, liver=Reference(Decimal(mean), Decimal("0.3")))


@pytest.mark.parametrize(
    ("before", "after", "obstacles"),
    [
        (STUDY, STUDY, ()),
        (liver("1.0"), liver("1.2"), ()),  # +20.0 %, 0.2 SUL
        (liver("1.0"), liver("1.21"), ("uptake of normal liver 1.21 − 1 = 0.21 SUL, +21.0 %",)),
        (liver("1.0"), liver("1.19"), ()),
        (liver("2.0"), liver("2.29"), ()),  # 0.29 SUL, +14.5 %
        (liver("2.0"), liver("2.3"), ("uptake of normal liver 2.3 − 2 = 0.3 SUL, +15.0 %",)),
        (liver("2.0"), liver("1.69"), ("uptake of normal liver 1.69 − 2 = −0.31 SUL, −15.5 %",)),
        (STUDY, replace(STUDY, uptake_minutes=Decimal(75)), ()),  # 15 min apart
        (STUDY, replace(STUDY, uptake_minutes=Decimal(74)), ()),
        (
            STUDY,
            replace(STUDY, uptake_minutes=Decimal(76)),
            ("uptake time 76 − 60 = 16 min, +26.7 %",),
        ),
        (
            STUDY,
            replace(STUDY, uptake_minutes=Decimal(44)),
            ("uptake time 44 − 60 = −16 min, −26.7 %",),
        ),
        (STUDY, replace(STUDY, scanner="B"), ("different scanner or reconstruction",)),
        (STUDY, replace(STUDY, scanner=None), ("scanner not known",)),
        (STUDY, replace(STUDY, uptake_minutes=None), ("uptake time not known",)),
        (STUDY, replace(STUDY, liver=None), ("uptake of normal liver not known",)),
    ],
)
def test_studies_are_compared_only_where_they_were_made_alike(
    page: CriterionPage, before: PetStudy, after: PetStudy, obstacles: tuple[str, ...]
) -> None:
    assert incomparable(page, before, after) == obstacles


def test_studies_made_differently_are_not_evaluable_by_number(page: CriterionPage) -> None:
    other = replace(study("4"), scanner="B")
    response = percist(page, study("8"), other, NOTHING_SEEN)
    assert response.category == "NE"
    assert response.arithmetic.startswith("different scanner or reconstruction; SULpeak 4 − 8")


def test_a_new_lesion_is_progression_even_between_studies_made_differently(
    page: CriterionPage,
) -> None:
    other = replace(study("4"), scanner="B")
    findings = replace(NOTHING_SEEN, new_avid_lesion=True)
    assert percist(page, study("8"), other, findings).category == "PMD"


def test_percist_shows_its_arithmetic_and_what_was_not_stated(page: CriterionPage) -> None:
    glycolysis = Change(Decimal(150), Decimal(100), "g")
    findings = PetFindings(None, as_blood_pool=False, extent_increased=True, glycolysis=glycolysis)
    assert percist(page, study("8"), study("4"), findings).arithmetic == (
        "SULpeak 4 − 8 = −4 SUL, −50.0 %; glycolysis 150 − 100 = 50 g, +50.0 %; "
        "larger extent; new avid lesion not stated"
    )


@pytest.mark.parametrize("missing", [0, 1], ids=["baseline", "follow-up"])
def test_uptake_that_was_not_measured_is_not_evaluable(page: CriterionPage, missing: int) -> None:
    peaks = ["8", "4"]
    studies = [study(None if n == missing else peak) for n, peak in enumerate(peaks)]
    assert percist(page, *studies, NOTHING_SEEN).category == "NE"


@pytest.mark.parametrize(
    ("chemotherapy", "radiotherapy", "reasons"),
    [
        (9, None, ("9 d after chemotherapy, at least 10 d are asked for",)),
        (10, None, ()),
        (11, None, ()),
        (None, 55, ("55 d after radiotherapy, at least 56 d are asked for",)),
        (None, 56, ()),
        (None, 57, ()),
        (None, None, ()),
    ],
)
def test_a_pet_soon_after_treatment_is_named(
    page: CriterionPage,
    chemotherapy: int | None,
    radiotherapy: int | None,
    reasons: tuple[str, ...],
) -> None:
    assert too_early(page, chemotherapy, radiotherapy) == reasons


@given(
    before=st.decimals("3.6", "40", places=2),
    after=st.decimals("0.1", "40", places=2),
)
def test_uptake_that_did_not_rise_never_progressed(
    page: CriterionPage, before: Decimal, after: Decimal
) -> None:
    follow_up = replace(STUDY, peak=min(before, after))
    response = percist(page, replace(STUDY, peak=before), follow_up, NOTHING_SEEN)
    assert response.category in ("CMR", "PMR", "SMD")


NO_SPREAD = EortcFindings(
    new_avid_lesion=False,
    as_background=False,
    extent=Change(Decimal(50), Decimal(50), "mm"),
)


def eortc(
    page: CriterionPage,
    after: str | None,
    findings: EortcFindings = NO_SPREAD,
    *,
    after_one_cycle: bool | None = True,
) -> str:
    """From an SUV of 10 at baseline."""
    now = None if after is None else Decimal(after)
    response = eortc_pet(page, Decimal(10), now, findings, after_one_cycle=after_one_cycle)
    return response.category


@pytest.mark.parametrize(
    ("after", "one_cycle", "more_cycles", "not_known"),
    [
        ("8.51", "SMD", "SMD", "SMD"),  # −14.9 %
        ("8.5", "PMR", "SMD", "NE"),  # −15.0 %
        ("8.49", "PMR", "SMD", "NE"),  # −15.1 %
        ("7.51", "PMR", "SMD", "NE"),  # −24.9 %
        ("7.5", "PMR", "SMD", "NE"),  # −25.0 %: not more than 25
        ("7.49", "PMR", "PMR", "PMR"),  # −25.1 %
        ("12.49", "SMD", "SMD", "SMD"),  # +24.9 %
        ("12.5", "SMD", "SMD", "SMD"),  # +25.0 %: not more than 25
        ("12.51", "PMD", "PMD", "PMD"),  # +25.1 %
        (None, "NE", "NE", "NE"),
    ],
)
def test_eortc_at_every_threshold(
    eortc_page: CriterionPage, after: str | None, one_cycle: str, more_cycles: str, not_known: str
) -> None:
    answers = {True: one_cycle, False: more_cycles, None: not_known}
    found = {
        cycles: eortc(eortc_page, after, after_one_cycle=cycles) for cycles in (True, False, None)
    }
    assert found == answers


@pytest.mark.parametrize(
    ("extent", "category"),
    [("59.9", "SMD"), ("60", "SMD"), ("60.1", "PMD")],  # +19.8 %, +20.0 %, +20.2 %
)
def test_eortc_progresses_in_extent(eortc_page: CriterionPage, extent: str, category: str) -> None:
    findings = replace(NO_SPREAD, extent=Change(Decimal(extent), Decimal(50), "mm"))
    assert eortc(eortc_page, "10", findings) == category


@pytest.mark.parametrize(
    ("findings", "category"),
    [
        (replace(NO_SPREAD, new_avid_lesion=True), "PMD"),
        (replace(NO_SPREAD, as_background=True), "CMR"),
        (replace(NO_SPREAD, new_avid_lesion=None), "NE"),
        (replace(NO_SPREAD, as_background=None), "NE"),
        (replace(NO_SPREAD, extent=None), "NE"),
    ],
)
def test_eortc_takes_what_the_reader_saw(
    eortc_page: CriterionPage, findings: EortcFindings, category: str
) -> None:
    assert eortc(eortc_page, "5", findings) == category


def test_eortc_shows_its_arithmetic(eortc_page: CriterionPage) -> None:
    findings = replace(NO_SPREAD, new_avid_lesion=True)
    response = eortc_pet(eortc_page, Decimal(10), Decimal(5), findings, after_one_cycle=True)
    assert response.arithmetic == (
        "uptake 5 − 10 = −5 SUV, −50.0 %; extent 50 − 50 = 0 mm, 0.0 %; new avid lesion"
    )
