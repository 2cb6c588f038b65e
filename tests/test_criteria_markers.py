"""GCIG CA-125 criteria and CEA kinetics at their thresholds."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.criteria.cea_kinetics import cea_kinetics, slope_per_month
from rules.criteria.gcig_ca125 import gcig_ca125
from rules.criteria.measured import Sample
from rules.criteria.pages import CriterionPage, load_criteria

UPPER_LIMIT = Decimal(35)


@pytest.fixture(scope="module")
def gcig_page() -> CriterionPage:
    return load_criteria()["gcig_ca125_2011"]


@pytest.fixture(scope="module")
def cea_page() -> CriterionPage:
    return load_criteria()["cea_kinetics_2008"]


def samples(text: str) -> list[Sample]:
    """Samples as "day:value"."""
    pairs = (part.split(":") for part in text.split())
    return [Sample(int(day), Decimal(value)) for day, value in pairs]


@pytest.mark.parametrize(
    ("course", "category"),
    [
        ("0:200 28:100 56:100", "response"),  # −50.0 %, held 28 d
        ("0:200 28:100.1 56:100.1", "no response"),  # −49.95 %
        ("0:200 28:99.9 56:99.9", "response"),  # −50.05 %
        ("0:200 28:100 55:100", "no response"),  # held 27 d
        ("0:200 28:100 57:100", "response"),  # held 29 d
        ("0:200 28:100", "no response"),  # not confirmed
        ("0:200 28:50 56:55", "response"),  # +10 % is the assay's variability
        ("0:200 28:50 56:55.1", "no response"),  # +10.2 %
        ("0:200 28:50 56:54.9", "response"),
        ("0:200 28:20 56:34", "response"),  # movements within the normal range do not count
        ("0:200 28:20 42:36 56:20", "no response"),  # left the normal range in between
        ("0:200 28:100 42:120 56:90", "no response"),  # not held
        ("0:200 28:100 42:120 56:90 84:90", "response"),  # the second fall was held
        ("-14:200 28:90 56:90", "response"),  # 14 d before treatment
        ("-15:200 28:90 56:90", "NE"),  # 15 d before
        ("-13:200 28:90 56:90", "response"),
        ("0:70 28:30 56:30", "response"),  # twice the upper limit of 35
        ("0:69.9 28:30 56:30", "NE"),
        ("0:70.1 28:30 56:30", "response"),
        ("28:100 56:100", "NE"),  # no sample before treatment
        ("0:200", "NE"),  # none since
    ],
)
def test_ca125_response_at_every_threshold(
    gcig_page: CriterionPage, course: str, category: str
) -> None:
    assert gcig_ca125(gcig_page, samples(course), UPPER_LIMIT).category == category


@pytest.mark.parametrize(
    ("course", "category"),
    [
        ("0:200 28:30 100:70 107:70", "progression"),  # normalised: 2 × 35 = 70, 7 d apart
        ("0:200 28:30 100:69.9 107:69.9", "no response"),
        ("0:200 28:30 100:70.1 107:70.1", "progression"),
        ("0:200 28:30 100:70 106:70", "no response"),  # 6 d apart
        ("0:200 28:30 100:70 108:70", "progression"),
        ("0:200 28:30 100:70", "no response"),  # one sample only
        ("0:30 28:30 100:70 107:70", "progression"),  # normal from the start
        ("0:30 28:30 100:69.9 107:80", "NE"),  # one sample only; and never evaluable
        ("0:200 28:80 100:160 107:160", "progression"),  # never normal: 2 × 80 = 160
        ("0:200 28:80 100:159.9 107:159.9", "no response"),
        ("0:200 28:80 100:160.1 107:160.1", "progression"),
        ("0:200 28:36 100:72 107:72", "progression"),  # nadir 36 just above normal: 72
        ("0:200 28:36 100:71.9 107:71.9", "no response"),
        ("0:200 28:35 100:70 107:70", "progression"),  # nadir 35 is normal: 70
        ("0:200 28:90 56:90 150:180 157:180", "progression"),  # after a response
        ("0:100 28:200 35:200", "progression"),  # the sample before treatment is the nadir
    ],
)
def test_ca125_progression_at_every_threshold(
    gcig_page: CriterionPage, course: str, category: str
) -> None:
    assert gcig_ca125(gcig_page, samples(course), UPPER_LIMIT).category == category


def test_ca125_shows_its_arithmetic(gcig_page: CriterionPage) -> None:
    course = samples("107:160 0:200 28:80 100:160")
    assert gcig_ca125(gcig_page, course, UPPER_LIMIT).arithmetic == (
        "at least 2 times the nadir, or the upper limit once normal, on days 100 and 107; "
        "from the sample before treatment 160 − 200 = −40 U/mL, −20.0 %"
    )


CA125 = st.lists(
    st.builds(Sample, st.integers(-30, 300), st.decimals("1", "900", places=1)), max_size=8
)


@given(course=CA125)
def test_a_marker_that_only_fell_never_progressed(
    gcig_page: CriterionPage, course: list[Sample]
) -> None:
    values = sorted((sample.value for sample in course), reverse=True)
    days = sorted(sample.day for sample in course)
    falling = [Sample(day, value) for day, value in zip(days, values, strict=True)]
    assert gcig_ca125(gcig_page, falling, UPPER_LIMIT).category != "progression"


def exponential(slope: str, days: tuple[int, ...] = (0, 30, 61, 91)) -> list[Sample]:
    """CEA values of 100 ng/mL that change by exp(slope) per month of 30.4375 days."""
    rate = Decimal(slope) / Decimal("30.4375")
    return [Sample(day, 100 * (rate * day).exp()) for day in days]


@pytest.mark.parametrize(
    ("slope", "category"),
    [
        ("0.049", "neither"),
        ("0.05", "neither"),  # not more than 0.05
        ("0.051", "progression"),
        ("-0.199", "neither"),
        ("-0.2", "neither"),  # not less than −0.2
        ("-0.201", "response"),
        ("0", "neither"),
    ],
)
def test_the_slope_of_cea_at_its_thresholds(
    cea_page: CriterionPage, slope: str, category: str
) -> None:
    assert cea_kinetics(cea_page, exponential(slope)).category == category


@given(slope=st.decimals("-3", "3", places=3), factor=st.integers(1, 1000))
def test_the_slope_is_that_of_the_natural_logarithm_in_any_unit(
    cea_page: CriterionPage, slope: Decimal, factor: int
) -> None:
    course = [Sample(s.day, s.value * factor) for s in exponential(str(slope))]
    found = slope_per_month(course, cea_page["days_per_month"])
    assert found is not None
    assert abs(found - slope) < Decimal("1e-9")


@given(
    course=st.lists(
        st.builds(Sample, st.integers(0, 300), st.decimals("1", "900", places=1)),
        min_size=4,
        max_size=8,
    )
)
def test_time_run_backwards_turns_the_slope_round(
    cea_page: CriterionPage, course: list[Sample]
) -> None:
    assume(len({sample.day for sample in course}) > 1)
    month = cea_page["days_per_month"]
    forwards = slope_per_month(course, month)
    backwards = slope_per_month([Sample(-s.day, s.value) for s in course], month)
    assert forwards is not None
    assert backwards is not None
    assert abs(forwards + backwards) < Decimal("1e-15")


@pytest.mark.parametrize(
    "course",
    ["0:10 30:20 60:40", "0:10 0:20 0:40 0:80", "0:10 30:20 60:40 90:0", ""],
    ids=["three samples", "one day", "a value of zero", "none"],
)
def test_without_a_slope_there_is_no_answer(cea_page: CriterionPage, course: str) -> None:
    assert cea_kinetics(cea_page, samples(course)).category == "NE"


def test_four_samples_are_enough(cea_page: CriterionPage) -> None:
    response = cea_kinetics(cea_page, samples("0:10 30:20 60:40 90:80"))
    # ln 2 = 0.6931 in 30 d; × 30.4375 / 30 = 0.7033 per month.
    assert response.category == "progression"
    assert response.arithmetic == "slope +0.7033 per month over 4 samples"
