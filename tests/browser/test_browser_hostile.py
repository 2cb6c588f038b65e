"""A record that attacks the page stays text."""

from __future__ import annotations

from hostile import HOSTILE
from watching import Watched


def test_hostile_strings_of_a_record_stay_text(watched: Watched) -> None:
    watched.open("/people/hostile")
    page = watched.page
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.locator("main strong", has_text="bold").count() == 0
    assert page.locator("table.lesions", has_text="window.hit = 1").count() == 1
    assert "<script>window.hit = 1</script>" in page.inner_text("table.lesions")
    assert "{{ 7 * 7 }}" in HOSTILE
    assert any("<script>" in said for said in watched.spoken())


def test_they_stay_text_when_a_value_is_changed(watched: Watched) -> None:
    watched.open("/people/hostile")
    watched.page.get_by_label("Disease elsewhere").select_option("new")
    watched.page.wait_for_selector("#moved .moved")
    watched.drawn()
    assert watched.page.evaluate("window.hit") is None
    assert watched.page.locator("img").count() == 0
