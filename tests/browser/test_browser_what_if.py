"""What if a value were another: in the browser the grade moves at once, and the rule is named."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator
from watching import Watched

FIRST = "/people/gist-imatinib-supported"


@pytest.fixture(name="first")
def _first(watched: Watched) -> Watched:
    watched.open(FIRST)
    return watched


def grade(watched: Watched) -> str | None:
    watched.drawn()
    return watched.page.get_attribute("#grade", "data-grade")


def moved(watched: Watched) -> str:
    watched.drawn()
    return watched.page.inner_text("#moved")


def control(watched: Watched, words: str) -> Locator:
    return watched.page.get_by_label(words, exact=True)


def enter(field: Locator, text: str) -> None:
    """Type a value and leave the field, as a person does."""
    field.fill(text)
    answered = re.compile(r"\?fragment$")
    with field.page.expect_response(answered):
        field.press("Tab")


def choose(field: Locator, text: str) -> None:
    with field.page.expect_response(re.compile(r"\?fragment$")):
        field.select_option(text)


def test_progression_elsewhere_moves_the_grade_and_names_the_rule(first: Watched) -> None:
    choose(control(first, "Disease elsewhere"), "new")
    assert grade(first) == "TRUE_PROGRESSION_FAVOURED"
    assert "The grade moved" in moved(first)
    assert "M1" in moved(first)
    assert any(said.startswith("elsewhere") and "new" in said for said in first.spoken())


def test_another_size_moves_the_plots_and_the_figures(first: Watched) -> None:
    enter(control(first, "Metastasis, segment VI, subcapsular, 2026-06-05, long axis (mm)"), "55")
    first.drawn()
    assert any("2026-06-05: 55 mm" in said for said in first.spoken())
    assert "+50.9 %" in first.page.inner_text('[data-figure="size"]')
    assert "This is not the record." in first.page.inner_text(".by-hand")


def test_attenuation_that_did_not_fall_moves_the_grade(first: Watched) -> None:
    for lesion in ("Metastasis, segment VI, subcapsular", "Metastasis, segment IV"):
        enter(control(first, f"{lesion}, 2026-06-05, attenuation (HU)"), "74")
    assert grade(first) != "TREATMENT_EFFECT_SUPPORTED"
    assert "P1" in moved(first)


def test_another_phase_makes_the_scans_hard_to_compare(first: Watched) -> None:
    for lesion in ("Metastasis, segment VI, subcapsular", "Metastasis, segment IV"):
        choose(control(first, f"{lesion}, 2026-06-05, attenuation, phase"), "arterial")
    assert grade(first) == "INDETERMINATE_DATA"


def test_a_start_just_before_the_scan_is_too_early(first: Watched) -> None:
    enter(control(first, "imatinib from"), "2026-06-01")
    assert grade(first) == "INDETERMINATE_DATA"
    assert "TOO_EARLY" in moved(first)


def test_the_date_that_is_missing_settles_it(watched: Watched) -> None:
    watched.open("/people/gist-undated-exposure")
    enter(control(watched, "imatinib from"), "2026-04-06")
    assert grade(watched) == "TREATMENT_EFFECT_SUPPORTED"


def test_as_recorded_takes_everything_back_and_nothing_was_stored(first: Watched) -> None:
    choose(control(first, "Disease elsewhere"), "new")
    with first.page.expect_response(re.compile(r"\?fragment$")):
        first.page.get_by_role("button", name="As recorded").click()
    assert grade(first) == "TREATMENT_EFFECT_SUPPORTED"
    assert "The grade stays" in moved(first)
    assert first.page.query_selector(".by-hand") is None
    first.page.reload()
    assert grade(first) == "TREATMENT_EFFECT_SUPPORTED"


def test_the_card_moves_with_the_grade(first: Watched) -> None:
    choose(control(first, "Disease elsewhere"), "new")
    first.drawn()
    assert "agrees with whoever changes the treatment" in first.page.inner_text(
        '[data-hook="order-sign"]'
    )


def test_each_hook_shows_its_card(first: Watched) -> None:
    for hook in ("order-sign", "order-select", "patient-view"):
        place = first.page.locator(f'[data-hook="{hook}"]')
        if place.get_attribute("open") is None:
            place.locator("summary").click()
        assert place.locator("h3").is_visible()
        assert place.locator("select option").count() > 1


def test_a_study_that_is_taken_away_leaves_the_plots(first: Watched) -> None:
    first.page.get_by_role("checkbox", name="2026-03-27 CT baseline").uncheck()
    first.page.wait_for_function(
        "![...document.querySelectorAll('#plots [aria-label]')]"
        ".some(mark => mark.getAttribute('aria-label').startsWith('sum of targets, 2026-03-27'))"
    )
    assert any(said.startswith("sum of targets, 2026-06-05") for said in first.spoken())


def test_a_mark_leads_to_its_record(first: Watched) -> None:
    first.page.locator('#plots [aria-label*="2026-06-05: 25 mm"]').click()
    first.page.wait_for_url("**#record-*")
    row = first.page.locator(":target")
    assert row.is_visible()
    assert "Observation/lesion-b-size-index" in row.inner_text()
    assert "2026-06-05" in row.inner_text()
    assert "final" in row.inner_text()
