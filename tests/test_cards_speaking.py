"""When the service speaks, by occasion and grade, as the design of the cards has it."""

from dataclasses import replace

import pytest
from assessments import SUPPORTED, URGENT

from rules.assessment import Grade
from service.cds.speaking import Indicator, Occasion, load_speaking

INFO, WARNING, SILENCE = Indicator.INFO, Indicator.WARNING, None
EXPECTED = {
    Occasion.TREATMENT_CHANGE: (WARNING, INFO, SILENCE, INFO, INFO, INFO, SILENCE),
    Occasion.UNREAD_ORDER: (INFO, INFO, INFO, INFO, INFO, INFO, SILENCE),
    Occasion.LIVER_IMAGING: (INFO, INFO, INFO, INFO, INFO, INFO, SILENCE),
    Occasion.CHART_OPENED: (INFO, INFO, INFO, INFO, INFO, INFO, SILENCE),
    Occasion.CHART_OPENED_IN_CRISIS: (INFO, INFO, WARNING, INFO, INFO, INFO, SILENCE),
}


@pytest.mark.parametrize(
    ("occasion", "grade", "indicator"),
    [
        pytest.param(occasion, grade, indicator, id=f"{occasion.value}-{grade.name}")
        for occasion, row in EXPECTED.items()
        for grade, indicator in zip(Grade, row, strict=True)
    ],
)
def test_each_occasion_and_grade_speaks_as_designed(
    occasion: Occasion, grade: Grade, indicator: Indicator | None
) -> None:
    assert load_speaking().indicator(occasion, grade) is indicator


def test_no_card_is_ever_critical() -> None:
    assert {indicator.value for indicator in Indicator} == {"info", "warning"}


@pytest.mark.parametrize(
    ("age", "occasion"),
    [
        (0, Occasion.CHART_OPENED),
        (30, Occasion.CHART_OPENED),
        (31, None),
        (None, None),
    ],
)
def test_opening_a_chart_counts_while_the_study_is_at_most_thirty_days_old(
    age: int | None, occasion: Occasion | None
) -> None:
    assert load_speaking().chart_opened(replace(SUPPORTED, index_age_days=age)) is occasion


def test_opening_a_chart_without_an_index_study_is_no_occasion() -> None:
    assert load_speaking().chart_opened(replace(SUPPORTED, index_study=None)) is None


def test_opening_a_chart_in_crisis_is_an_occasion_of_its_own() -> None:
    assert load_speaking().chart_opened(URGENT) is Occasion.CHART_OPENED_IN_CRISIS


def test_an_overridden_card_pauses_for_a_day() -> None:
    assert load_speaking().not_repeated_hours == 24
