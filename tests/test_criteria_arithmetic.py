"""Percentages, comparisons and numbers in words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.criteria.arithmetic import (
    above,
    at_least,
    at_most,
    below,
    in_words,
    percent_change,
    percent_in_words,
)
from rules.criteria.measured import Change
from rules.criteria.ternary import all_of, any_of, opposite

SIZES = st.decimals(min_value="0.1", max_value="500", places=1)


@pytest.mark.parametrize(
    ("value", "reference", "percent"),
    [
        ("60", "50", "20"),  # 100 × 10 / 50
        ("35", "50", "-30"),  # 100 × −15 / 50
        ("0", "50", "-100"),
        ("50", "50", "0"),
        ("12", "0", "Infinity"),  # grew from nothing
        ("0", "0", "0"),
        ("5", "-10", "Infinity"),  # HU may be negative; there is no percentage of it
        ("-5", "-10", "0"),
    ],
)
def test_percent_change_is_of_the_reference(value: str, reference: str, percent: str) -> None:
    assert percent_change(Decimal(value), Decimal(reference)) == Decimal(percent)


@given(value=SIZES, reference=SIZES, factor=st.decimals("0.01", "1000", places=2))
def test_a_percentage_does_not_depend_on_the_unit(
    value: Decimal, reference: Decimal, factor: Decimal
) -> None:
    scaled = percent_change(value * factor, reference * factor)
    assert abs(scaled - percent_change(value, reference)) < Decimal("1e-15")


@pytest.mark.parametrize(
    ("value", "least", "most", "over", "under"),
    [
        ("19.999", False, True, False, True),
        ("20", True, True, False, False),
        ("20.001", True, False, True, False),
    ],
    ids=["just under", "at", "just over"],
)
def test_a_threshold_counts_where_the_word_includes_it(
    value: str, least: bool, most: bool, over: bool, under: bool
) -> None:
    number, threshold = Decimal(value), Decimal(20)
    found = (
        at_least(number, threshold),
        at_most(number, threshold),
        above(number, threshold),
        below(number, threshold),
    )
    assert found == (least, most, over, under)


def test_the_mean_of_three_lesions_reaches_the_threshold_it_is_on() -> None:
    # (200 / 3) to (170 / 3) HU is exactly −15 %, but 66.66…67 is not exactly 200 / 3.
    change = percent_change(Decimal(170) / 3, Decimal(200) / 3)
    assert at_most(change, Decimal(-15))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("53", "53"),
        ("53.0", "53"),
        ("100", "100"),
        ("72.8", "72.8"),
        ("-27.8", "−27.8"),
        ("0.79", "0.79"),
        ("66.666667", "66.67"),
        ("0.7999", "0.79"),  # never 0.8: that is a threshold
        ("4.999", "4.99"),  # never 5
        ("-0.001", "0"),
    ],
)
def test_a_number_is_shown_as_a_person_writes_it(value: str, words: str) -> None:
    assert in_words(Decimal(value)) == words


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        ("13.2075", "+13.2 %"),
        ("-38.1868", "−38.2 %"),
        ("20", "+20.0 %"),
        ("19.96", "+19.9 %"),  # never +20.0 %: that would be progression
        ("-29.98", "−29.9 %"),
        ("20.04", "+20.0 %"),
        ("0", "0.0 %"),
        ("0.04", "0.0 %"),
        ("Infinity", "+∞ %"),
    ],
)
def test_a_percentage_is_never_rounded_onto_a_threshold(percent: str, words: str) -> None:
    assert percent_in_words(Decimal(percent)) == words


@given(percent=st.decimals("-100", "500", places=3), threshold=st.integers(-100, 500))
def test_the_shown_percentage_is_on_the_same_side_as_the_true_one(
    percent: Decimal, threshold: int
) -> None:
    shown = Decimal(percent_in_words(percent).removesuffix(" %").replace("−", "-"))
    if abs(percent) < abs(threshold):
        assert abs(shown) < abs(threshold)


@pytest.mark.parametrize(
    ("value", "reference", "unit", "words"),
    [
        ("60", "53", "mm", "60 − 53 = 7 mm, +13.2 %"),
        ("45", "72.8", "HU", "45 − 72.8 = −27.8 HU, −38.2 %"),
        ("12", "0", "mm", "12 − 0 = 12 mm, no percentage: the reference is not above zero"),
        ("5", "-3", "HU", "5 − (−3) = 8 HU, no percentage: the reference is not above zero"),
    ],
)
def test_a_change_shows_its_arithmetic(value: str, reference: str, unit: str, words: str) -> None:
    assert str(Change(Decimal(value), Decimal(reference), unit)) == words


def test_a_change_of_something_not_measured_is_none() -> None:
    assert Change.of(None, Decimal(53), "mm") is None
    assert Change.of(Decimal(53), None, "mm") is None


@pytest.mark.parametrize(
    ("findings", "some", "every"),
    [
        ((True, None), True, None),
        ((False, None), None, False),
        ((False, False), False, False),
        ((True, True), True, True),
        ((), False, True),
    ],
)
def test_unknown_never_turns_into_no(
    findings: tuple[bool | None, ...], some: bool | None, every: bool | None
) -> None:
    assert any_of(*findings) is some
    assert all_of(*findings) is every


def test_the_opposite_of_unknown_is_unknown() -> None:
    assert opposite(None) is None
