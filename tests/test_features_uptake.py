"""SULpeak then and now: a rise speaks against, a fall alone speaks for nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from timelines import AS_OF, QUIET, finding, on, patient, source

from rules.assessment import Grade, ItemKind
from rules.features.uptake import uptake_pair
from rules.rulebook import Rulebook
from rules.timeline import FindingKind, Timeline, Uptake, UptakeKind


def peak(day: int, value: str, kind: UptakeKind = UptakeKind.SUL_PEAK) -> Uptake:
    return Uptake(kind, Decimal(value), on(day), source(f"pet-{day}-{value}"))


def with_peaks(*peaks: Uptake, **fields: object) -> Timeline:
    return patient(uptakes=peaks, **fields)


@pytest.mark.parametrize(
    ("now", "progression"),
    [("5.19", False), ("5.2", True), ("5.21", True)],
    ids=["just under 30 %", "exactly 30 %", "just over 30 %"],
)
def test_a_rise_of_30_percent_is_progression(
    rulebook: Rulebook, now: str, progression: bool
) -> None:
    found = rulebook.assess(with_peaks(peak(-70, "4"), peak(0, now)), AS_OF)
    assert ("M4" in found.codes(ItemKind.MAJOR)) is progression
    assert (found.grade is Grade.TRUE_PROGRESSION) is progression


@pytest.mark.parametrize(("now", "progression"), [("1.79", False), ("1.8", True)])
def test_a_rise_must_also_be_of_0_8_sul(rulebook: Rulebook, now: str, progression: bool) -> None:
    found = rulebook.assess(with_peaks(peak(-70, "1"), peak(0, now)), AS_OF)
    assert ("M4" in found.codes(ItemKind.MAJOR)) is progression


def test_a_fall_is_shown_and_counts_as_no_response(rulebook: Rulebook) -> None:
    found = rulebook.assess(with_peaks(peak(-70, "8"), peak(0, "2")), AS_OF)
    assert "PET_RESPONSE" not in found.codes(ItemKind.CONCORDANT)
    percist = next(row for row in found.criteria if row.id == "percist_1_0")
    assert percist.category == "NE"
    assert "8" in percist.arithmetic
    assert "2" in percist.arithmetic
    assert "scanner not known" in percist.arithmetic


def test_a_rise_goes_before_a_response_that_is_stated(rulebook: Rulebook) -> None:
    stated = finding(FindingKind.PET, "PMR", 0)
    found = rulebook.assess(
        with_peaks(peak(-70, "4"), peak(0, "8"), findings=(*QUIET, stated)), AS_OF
    )
    assert found.grade is Grade.TRUE_PROGRESSION
    (item,) = [item for item in found.items if item.code == "M4"]
    assert item.evidence == ("Observation/pet--70-4", "Observation/pet-0-8")


def test_the_hottest_lesion_of_each_pet_is_compared() -> None:
    pair = uptake_pair(
        (peak(-70, "3"), peak(-70, "5"), peak(0, "2"), peak(0, "1")),
        UptakeKind.SUL_PEAK,
        on(-60),
        AS_OF,
    )
    assert pair
    assert (pair.baseline.value, pair.follow_up.value) == (5, 2)


def test_the_baseline_is_the_last_before_the_line() -> None:
    pets = tuple(peak(day, str(value)) for day, value in ((-200, 9), (-70, 5), (-20, 4), (0, 3)))
    pair = uptake_pair(pets, UptakeKind.SUL_PEAK, on(-60), AS_OF)
    assert pair
    assert (pair.baseline.value, pair.follow_up.value) == (5, 3)


@pytest.mark.parametrize(
    "pets", [(), (peak(0, "4"),), (peak(0, "4"), peak(-70, "4", UptakeKind.SUV_MAX))]
)
def test_without_two_of_a_kind_there_is_no_pair(pets: tuple[Uptake, ...]) -> None:
    assert uptake_pair(pets, UptakeKind.SUL_PEAK, on(-60), AS_OF) is None


def test_suvmax_is_shown_by_eortc_and_moves_no_grade(rulebook: Rulebook) -> None:
    pets = (peak(-70, "4", UptakeKind.SUV_MAX), peak(0, "9", UptakeKind.SUV_MAX))
    found = rulebook.assess(with_peaks(*pets), AS_OF)
    assert found.grade is rulebook.assess(patient(), AS_OF).grade
    eortc = next(row for row in found.criteria if row.id == "eortc_pet_1999")
    assert eortc.category == "PMD"
