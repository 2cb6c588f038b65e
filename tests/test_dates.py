"""Dates are as precise as they were recorded, and days between them as certain as that allows."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dates import Days, PartialDate, days_between
from service.dates_shifted import shifted, told_on


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-05-31", date(2026, 5, 31), date(2026, 5, 31)),
        ("2026-05-31T23:30:00-05:00", date(2026, 5, 31), date(2026, 5, 31)),
    ],
)
def test_a_date_is_the_interval_it_may_be(text: str, earliest: date, latest: date) -> None:
    assert PartialDate.parse(text) == PartialDate(earliest, latest)


@pytest.mark.parametrize("text", ["", "5/2026", "2026-13", "2026-02-30", "yesterday"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        PartialDate.parse(text)


@pytest.mark.parametrize("text", ["2026", "2026-05", "2026-05-31"])
def test_a_date_is_shown_as_it_was_recorded(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


def test_days_between_coarse_dates_are_an_interval() -> None:
    assert days_between(PartialDate.parse("2026-05"), PartialDate.parse("2026-06-01")) == Days(
        1, 31
    )


@pytest.mark.parametrize(
    ("days", "crosses"),
    [(Days(13, 13), False), (Days(13, 14), True), (Days(14, 15), True), (Days(15, 40), False)],
)
def test_a_threshold_is_crossed_where_the_day_would_matter(days: Days, crosses: bool) -> None:
    assert days.crosses([14]) is crosses


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-2000, 2000))
def test_moving_a_story_there_and_back_changes_nothing(day: date, days: int) -> None:
    document = {"a": [day.isoformat(), f"{day.isoformat()}T10:00:00Z"], "b": "no date", "c": 7}
    assert shifted(shifted(document, days), -days) == document


def test_a_story_tells_its_day() -> None:
    assert told_on({"timestamp": "2026-06-15T09:00:00Z"}) == date(2026, 6, 15)
    assert told_on({"extension": {"org.liver-response-cds.as-of": "2026-06-15"}}) == date(
        2026, 6, 15
    )
    assert told_on({"timestamp": "2026-06"}) is None
    assert told_on([]) is None
