"""RECIST 1.1 at its thresholds, on sums and lesion by lesion."""

import inspect
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.criteria.choi import choi_2007
from rules.criteria.pages import CriterionPage, load_criteria
from rules.criteria.recist import target_response
from rules.criteria.recist_lesions import (
    TargetLesion,
    is_measurable,
    new_lesion_on_pet,
    node_status,
    overall_response,
    response_of_targets,
    selection_faults,
    target_sum,
)

SUMS = st.decimals(min_value="0", max_value="300", places=1)


@pytest.fixture(scope="module")
def page() -> CriterionPage:
    return load_criteria()["recist_1_1"]


def lesion(
    name: str, mm: str | None, *, node: bool = False, too_small: bool = False, organ: str = "liver"
) -> TargetLesion:
    return TargetLesion(name, organ, None if mm is None else Decimal(mm), node, too_small)


@pytest.mark.parametrize(
    ("baseline", "nadir", "index", "category"),
    [
        ("50", "50", "35", "PR"),  # −15 / 50 = −30.0 %
        ("50", "50", "35.1", "SD"),  # −14.9 / 50 = −29.8 %
        ("50", "50", "34.9", "PR"),  # −15.1 / 50 = −30.2 %
        ("50", "50", "60", "PD"),  # 10 / 50 = +20.0 %, 10 mm
        ("50", "50", "59.9", "SD"),  # 9.9 / 50 = +19.8 %
        ("50", "50", "60.1", "PD"),  # 10.1 / 50 = +20.2 %
        ("25", "25", "30", "PD"),  # 5 / 25 = +20.0 % and exactly 5 mm
        ("20", "20", "24.9", "SD"),  # 4.9 / 20 = +24.5 %, but 4.9 mm
        ("20", "20", "25", "PD"),  # 5 / 20 = +25.0 %, 5 mm
        ("20", "20", "25.1", "PD"),  # 5.1 / 20 = +25.5 %, 5.1 mm
        ("30", "30", "35", "SD"),  # 5 mm, but 5 / 30 = +16.7 %
        ("100", "40", "48", "PD"),  # from nadir 8 / 40 = +20.0 %, though −52 % from baseline
        ("100", "40", "47.9", "PR"),  # from nadir +19.75 %; from baseline −52.1 %
        ("100", "60", "70", "PR"),  # from nadir +16.7 %; from baseline −30.0 %
        ("50", "50", "0", "CR"),
        ("30", "0", "0", "CR"),
        ("30", "0", "5", "PD"),  # regrown from nothing, 5 mm
        ("30", "0", "4.9", "PR"),  # regrown from nothing, under 5 mm; −83.7 % from baseline
        ("50", "50", "50", "SD"),
    ],
)
def test_the_response_of_sums_at_every_threshold(
    page: CriterionPage, baseline: str, nadir: str, index: str, category: str
) -> None:
    response = target_response(page, Decimal(baseline), Decimal(nadir), Decimal(index))
    assert response is not None
    assert response.category == category


def test_the_response_shows_its_arithmetic(page: CriterionPage) -> None:
    response = target_response(page, Decimal(70), Decimal(53), Decimal(60))
    assert response is not None
    assert response.arithmetic == (
        "from nadir 60 − 53 = 7 mm, +13.2 %; from baseline 60 − 70 = −10 mm, −14.3 %"
    )


@pytest.mark.parametrize("missing", range(3), ids=["baseline", "nadir", "index"])
def test_a_sum_that_was_not_measured_gives_no_response(page: CriterionPage, missing: int) -> None:
    sums: list[Decimal | None] = [Decimal(50), Decimal(50), Decimal(55)]
    sums[missing] = None
    assert target_response(page, *sums) is None


def test_progression_is_told_from_the_nadir_alone(page: CriterionPage) -> None:
    response = target_response(page, None, Decimal(50), Decimal(60))
    assert response is not None
    assert response.category == "PD"


@pytest.mark.parametrize(
    ("baseline", "index"),
    [
        ("100", "106"),  # 6 mm but +6.0 %
        ("20", "24.5"),  # +22.5 % but 4.5 mm
    ],
)
def test_progression_is_not_one_of_the_two_conditions_as_a_secondary_table_has_it(
    page: CriterionPage, baseline: str, index: str
) -> None:
    # PMC4671850 prints "at least 20 % or at least 5 mm".
    response = target_response(page, Decimal(baseline), Decimal(baseline), Decimal(index))
    assert response is not None
    assert response.category == "SD"


def test_attenuation_has_no_place_in_recist_as_a_secondary_table_has_it(
    page: CriterionPage,
) -> None:
    # PMC6006274 gives partial response an attenuation clause; that one is Choi's.
    sizes = (Decimal(50), Decimal(50), Decimal(50))
    by_size = target_response(page, *sizes)
    by_attenuation = choi_2007(
        load_criteria()["choi_2007"], *sizes, Decimal(80), Decimal(40), False, False
    )
    assert by_size is not None
    assert by_attenuation is not None
    assert (by_size.category, by_attenuation.category) == ("SD", "PR")
    assert list(inspect.signature(target_response).parameters) == [
        "page",
        "baseline",
        "nadir",
        "index",
    ]


@given(baseline=SUMS, nadir=SUMS, index=SUMS)
def test_complete_response_is_a_sum_of_zero_and_nothing_else(
    page: CriterionPage, baseline: Decimal, nadir: Decimal, index: Decimal
) -> None:
    response = target_response(page, baseline, min(nadir, baseline), index)
    assert response is not None
    assert (response.category == "CR") == (index == 0)


@given(baseline=SUMS, nadir=SUMS, shrunk=SUMS)
def test_what_is_no_larger_than_its_nadir_never_progressed(
    page: CriterionPage, baseline: Decimal, nadir: Decimal, shrunk: Decimal
) -> None:
    nadir = min(baseline, nadir)
    response = target_response(page, baseline, nadir, min(nadir, shrunk))
    assert response is not None
    assert response.category != "PD"


@given(baseline=SUMS, nadir=SUMS, index=SUMS, more=SUMS)
def test_growing_further_never_undoes_progression(
    page: CriterionPage, baseline: Decimal, nadir: Decimal, index: Decimal, more: Decimal
) -> None:
    nadir = min(baseline, nadir)
    before = target_response(page, baseline, nadir, index)
    after = target_response(page, baseline, nadir, index + more)
    assert before is not None
    assert after is not None
    assert before.category != "PD" or after.category == "PD"


@pytest.mark.parametrize(
    ("lesions", "total"),
    [
        ([lesion("a", "30"), lesion("b", "23")], Decimal(53)),
        ([lesion("a", "30"), lesion("b", "0")], Decimal(30)),  # gone: 0 mm
        ([lesion("a", "30"), lesion("b", None, too_small=True)], Decimal(35)),  # 30 + 5
        ([lesion("a", "30"), lesion("b", "4", too_small=True)], Decimal(34)),  # as measured
        ([lesion("a", "30"), lesion("b", None)], None),
        ([], None),
    ],
    ids=["measured", "gone", "too small", "small but measured", "not measured", "no target"],
)
def test_the_sum_of_targets_never_takes_not_measured_for_zero(
    page: CriterionPage, lesions: list[TargetLesion], total: Decimal | None
) -> None:
    assert target_sum(page, lesions) == total


@pytest.mark.parametrize(
    ("lesions", "category"),
    [
        ([lesion("a", "0"), lesion("n", "9.9", node=True)], "CR"),  # node just under 10 mm
        ([lesion("a", "0"), lesion("n", "10", node=True)], "PR"),  # node at 10 mm; 10 of 60
        ([lesion("a", "0"), lesion("n", "10.1", node=True)], "PR"),
        ([lesion("a", "1"), lesion("n", "9", node=True)], "PR"),  # target not gone
        ([lesion("a", None, too_small=True), lesion("n", "0", node=True)], "PR"),  # 5 mm
        ([lesion("a", "40"), lesion("n", "20", node=True)], "SD"),  # 60 of 60
        ([lesion("a", "50"), lesion("n", "22", node=True)], "PD"),  # 12 / 60 = +20.0 %
        ([lesion("a", "49.9"), lesion("n", "22", node=True)], "SD"),  # 11.9 / 60 = +19.8 %
        ([lesion("a", "40"), lesion("n", None, node=True)], "NE"),
        ([lesion("a", "72"), lesion("n", None, node=True)], "PD"),  # alone 12 / 60 = +20.0 %
        ([lesion("a", "71.9"), lesion("n", None, node=True)], "NE"),  # alone +19.8 %
        ([lesion("a", None), lesion("n", None, node=True)], "NE"),
        ([], "NE"),
    ],
)
def test_the_response_of_targets_lesion_by_lesion(
    page: CriterionPage, lesions: list[TargetLesion], category: str
) -> None:
    assert response_of_targets(page, Decimal(60), Decimal(60), lesions).category == category


def test_normal_nodes_are_a_complete_response_even_if_they_grew(page: CriterionPage) -> None:
    lesions = [lesion("a", "0"), lesion("n", "9", node=True)]
    # From a nadir of 3 mm to 9 mm is +200 % and 6 mm, but no node of 9 mm is pathological.
    assert response_of_targets(page, Decimal(60), Decimal(3), lesions).category == "CR"


@pytest.mark.parametrize(
    ("baseline", "nadir"), [(None, "60"), ("60", None)], ids=["baseline", "nadir"]
)
def test_without_an_earlier_sum_targets_are_not_evaluable(
    page: CriterionPage, baseline: str | None, nadir: str | None
) -> None:
    sums = [None if s is None else Decimal(s) for s in (baseline, nadir)]
    assert response_of_targets(page, *sums, [lesion("a", "40")]).category == "NE"


def test_a_missing_target_is_named(page: CriterionPage) -> None:
    lesions = [lesion("a", "40"), lesion("b", None)]
    words = response_of_targets(page, Decimal(60), Decimal(60), lesions).arithmetic
    assert words == "1 of 2 targets measured; a missing one is not zero"


REST = "non-CR/non-PD"


@pytest.mark.parametrize(
    ("targets", "non_targets", "new_lesion", "overall"),
    [
        ("CR", "CR", False, "CR"),
        ("CR", None, False, "CR"),  # no non-targets at all
        ("CR", REST, False, "PR"),
        ("CR", "NE", False, "PR"),
        ("PR", "CR", False, "PR"),
        ("PR", REST, False, "PR"),
        ("PR", "NE", False, "PR"),
        ("SD", "CR", False, "SD"),
        ("SD", REST, False, "SD"),
        ("SD", "NE", False, "SD"),
        ("NE", "CR", False, "NE"),
        ("NE", REST, False, "NE"),
        ("PD", "CR", False, "PD"),
        ("PD", "NE", None, "PD"),
        ("CR", "PD", False, "PD"),
        ("NE", "PD", None, "PD"),
        ("CR", "CR", True, "PD"),
        ("NE", "NE", True, "PD"),
        ("CR", "CR", None, "NE"),  # whether there is a new lesion is not known
        ("SD", REST, None, "NE"),
        (None, "CR", False, "CR"),  # non-targets only
        (None, REST, False, REST),
        (None, "NE", False, "NE"),
        (None, "PD", False, "PD"),
        (None, "CR", True, "PD"),
        (None, None, False, "NE"),
    ],
)
def test_the_overall_response_follows_the_tables(
    targets: str | None, non_targets: str | None, new_lesion: bool | None, overall: str
) -> None:
    assert overall_response(targets, non_targets, new_lesion) == overall


@pytest.mark.parametrize(
    ("short_axis", "status"),
    [
        ("9.9", "normal"),
        ("10", "non-target"),
        ("10.1", "non-target"),
        ("14.9", "non-target"),
        ("15", "target"),
        ("15.1", "target"),
    ],
)
def test_a_node_is_judged_by_its_short_axis(
    page: CriterionPage, short_axis: str, status: str
) -> None:
    assert node_status(page, Decimal(short_axis)) == status


@pytest.mark.parametrize(
    ("mm", "slice_mm", "measurable"),
    [
        ("9.9", "5", False),
        ("10", "5", True),
        ("10.1", "5", True),
        ("10.1", "5.1", False),  # thicker than 5 mm: 2 × 5.1 = 10.2
        ("10.2", "5.1", True),
        ("15.9", "8", False),  # 2 × 8 = 16
        ("16", "8", True),
        ("16.1", "8", True),
        ("9.9", None, False),
        ("30", None, None),
    ],
)
def test_a_lesion_is_measurable_by_size_and_slice(
    page: CriterionPage, mm: str, slice_mm: str | None, measurable: bool | None
) -> None:
    thickness = None if slice_mm is None else Decimal(slice_mm)
    assert is_measurable(page, Decimal(mm), thickness) is measurable


def targets_in(*organs: str) -> list[TargetLesion]:
    return [lesion(str(n), "20", organ=organ) for n, organ in enumerate(organs)]


@pytest.mark.parametrize(
    ("organs", "faults"),
    [
        ("liver liver lung lung node", ()),  # five in all, two in an organ
        ("liver liver liver", ("3 targets in liver, at most 2 are allowed",)),
        ("a a b b c c", ("6 targets, at most 5 are allowed",)),
    ],
)
def test_a_choice_of_too_many_targets_is_named(
    page: CriterionPage, organs: str, faults: tuple[str, ...]
) -> None:
    assert selection_faults(page, targets_in(*organs.split())) == faults


@pytest.mark.parametrize(
    ("baseline", "follow_up", "ct", "new"),
    [
        (False, True, None, True),  # negative before, positive now
        (False, False, True, False),
        (True, True, True, False),
        (None, True, True, True),  # no baseline PET, CT confirms
        (None, True, False, False),
        (None, True, None, None),  # no baseline PET, CT not asked
        (None, False, None, False),
    ],
)
def test_pet_shows_a_new_lesion_where_it_was_negative_or_ct_confirms(
    baseline: bool | None, follow_up: bool, ct: bool | None, new: bool | None
) -> None:
    assert new_lesion_on_pet(baseline, follow_up, ct) is new
