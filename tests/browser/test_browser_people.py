"""Every invented person's page in a real browser: drawn as assessed, on a tablet, on one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from io import BytesIO

import pytest
from live import Service
from playwright.sync_api import Browser
from pypdf import PdfReader
from stories import assessed, expected, story
from watching import Watched, watching

from rules.assessment import Assessment, LesionChange

PEOPLE = expected("people")


@dataclass(frozen=True)
class Visit:
    """What one visit to a person's page showed."""

    complaints: tuple[str, ...]
    grade: str | None
    spoken: tuple[str, ...]
    figures: dict[str, str | None]
    too_wide: int  # pixels beyond a tablet's
    sheets: int


@pytest.fixture(scope="module", name="visitor")
def _visitor(browser: Browser, looked: Service) -> Iterator[Watched]:
    """One window for everybody, as a person who clicks through the list has it."""
    with watching(browser, looked.base) as watched:
        yield watched


@pytest.fixture(scope="module", name="visit", params=PEOPLE)
def _visit(request: pytest.FixtureRequest, visitor: Watched) -> tuple[str, Visit]:
    """One load of a page serves every test of it."""
    return request.param, look(request.param, visitor)


def look(name: str, watched: Watched) -> Visit:
    watched.complaints.clear()
    page = watched.page
    page.set_viewport_size({"width": 1280, "height": 900})
    watched.open(f"/people/{name}")
    figures = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-figure]')]"
        ".map(tile => [tile.dataset.figure, tile.dataset.value ?? null]))"
    )
    spoken = tuple(watched.spoken())
    grade = page.get_attribute("[data-grade]", "data-grade")
    pdf = page.pdf(prefer_css_page_size=True)
    page.set_viewport_size({"width": 820, "height": 1180})
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    complaints = (*watched.complaints, *watched.violations())
    return Visit(complaints, grade, spoken, figures, wide, len(PdfReader(BytesIO(pdf)).pages))


@cache
def of(name: str) -> Assessment:
    return assessed(story("people", name))


def test_the_page_has_no_console_message_and_breaks_no_policy(visit: tuple[str, Visit]) -> None:
    assert visit[1].complaints == ()


def test_the_grade_is_the_one_worked_out_by_hand(visit: tuple[str, Visit]) -> None:
    name, seen = visit
    assert seen.grade == PEOPLE[name]


def test_the_plots_show_what_the_assessment_says(visit: tuple[str, Visit]) -> None:
    name, seen = visit
    assessment = of(name)
    for row in assessment.measurements.lesions:
        for words in lesion_words(row, assessment):
            assert any(
                label in said and words in said
                for said in seen.spoken
                for label in [row.label or row.site]
            ), words
    for words in total_words(assessment):
        assert any(said.startswith(words) for said in seen.spoken), words


def lesion_words(row: LesionChange, assessment: Assessment) -> list[str]:
    """The values of a liver lesion as the marks say them."""
    if row.id not in liver(assessment):
        return []
    ends = (assessment.baseline_study, assessment.index_study)
    pairs = ((row.mm_baseline, row.mm_index, "mm"), (row.hu_baseline, row.hu_index, "HU"))
    return [
        f"{study.day}: {value:g} {unit}"
        for *values, unit in pairs
        for study, value in zip(ends, values, strict=True)
        if study is not None and isinstance(value, Decimal)
    ]


def liver(assessment: Assessment) -> set[str]:
    return {row.id for row in assessment.measurements.lesions if "lung" not in row.site + row.label}


def total_words(assessment: Assessment) -> list[str]:
    m, index, baseline = assessment.measurements, assessment.index_study, assessment.baseline_study
    values = (
        ("sum of targets", baseline, m.sld_baseline, "mm"),
        ("sum of targets", index, m.sld_index, "mm"),
        ("mean of targets", baseline, m.hu_baseline, "HU"),
        ("mean of targets", index, m.hu_index, "HU"),
    )
    return [
        f"{what}, {s.day}: {float(v):g} {unit}"
        for what, s, v, unit in values
        if s and v is not None
    ]


def test_the_head_shows_the_changes_that_the_assessment_has(visit: tuple[str, Visit]) -> None:
    name, seen = visit
    m = of(name).measurements
    for figure, change in (("size", m.growth_pct), ("attenuation", m.hu_change_pct)):
        shown = seen.figures[figure]
        assert (None if shown is None else float(shown)) == change


def test_what_is_not_known_is_drawn(visit: tuple[str, Visit]) -> None:
    name, seen = visit
    unknown = [said for said in seen.spoken if "not recorded" in said or "not measured" in said]
    lacking = set(of(name).not_recorded) & {"PET", "biopsy"}
    assert all(any(said.startswith(lane) for said in unknown) for lane in lacking)
    targets = [row for row in of(name).measurements.lesions if row.target]
    if any(row.hu_index is None for row in targets):
        assert any("HU" not in said and "not measured" in said for said in unknown)


def test_a_tablet_shows_it_without_scrolling_sideways(visit: tuple[str, Visit]) -> None:
    assert visit[1].too_wide <= 0


def test_it_prints_on_one_sheet_of_a4(visit: tuple[str, Visit]) -> None:
    assert visit[1].sheets == 1
