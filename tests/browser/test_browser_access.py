"""Whoever reads it and however: screen reader, keyboard, dark room, and no more than is needed."""

from __future__ import annotations

import json
import time

import pytest
from live import Service
from parts import of_npm
from playwright.sync_api import Browser
from watching import Watched, watching

FIRST = "/people/gist-imatinib-supported"
RULE_PAGES = (
    "/rules",
    "/rules/pseudoprogression",
    "/rules/criteria/choi_2007",
    "/rules?q=imatinib",
)
PAGES = ("/", FIRST, "/people/crc-chun-optimal", *RULE_PAGES, "/operations")
_OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.removeAttribute('name'); d.open = true; })"
_RUN_AXE = (
    "axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))"
)
_REACHABLE = """[...document.querySelectorAll(
    'a[href], button:enabled, input:enabled, select:enabled, summary, [tabindex="0"]')]
    .filter(e => e.checkVisibility() && !e.closest('details:not([open]) > :not(summary)'))"""
_MARK = "document.activeElement?.setAttribute('data-reached', '')"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(browser: Browser, looked: Service, path: str, scheme: str) -> None:
    axe = of_npm("axe-core/axe.min.js").read_text("utf-8")
    with watching(browser, looked.base, color_scheme=scheme) as watched:
        watched.open(path)
        watched.page.evaluate(_OPEN_ALL)
        watched.page.evaluate(axe)
        found = json.loads(watched.page.evaluate(_RUN_AXE))
    named = [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"][:3]]
    assert "\n".join(named) == ""


@pytest.mark.parametrize("path", ["/", FIRST])
def test_the_keyboard_reaches_every_control(watched: Watched, path: str) -> None:
    watched.open(path)
    count = watched.page.evaluate(f"{_REACHABLE}.length")
    for _ in range(count * 2):  # a date takes several
        watched.page.keyboard.press("Tab")
        watched.page.evaluate(_MARK)
    missed = watched.page.evaluate(
        f"{_REACHABLE}.filter(e => !e.hasAttribute('data-reached')).map(e => e.outerHTML.slice(0, 99))"
    )
    assert missed == []


def test_the_first_stop_of_the_keyboard_skips_to_the_content(watched: Watched) -> None:
    watched.open(FIRST)
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_dark_plots_have_light_words(browser: Browser, looked: Service) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        with watching(browser, looked.base, color_scheme=scheme) as watched:
            watched.open(FIRST)
            colours[scheme] = watched.page.evaluate(
                "getComputedStyle(document.querySelector('#plots .role-axis-label text')).fill"
            )
    assert colours == {"light": "rgb(26, 26, 26)", "dark": "rgb(232, 232, 230)"}


def test_a_button_prints_the_page(watched: Watched) -> None:
    watched.open(FIRST)
    watched.page.evaluate("window.print = () => { window.printed = true; }")
    watched.page.get_by_role("button", name="Print for the record").click()
    assert watched.page.evaluate("window.printed") is True


def test_paper_is_light_whatever_the_screen(browser: Browser, looked: Service) -> None:
    with watching(browser, looked.base, color_scheme="dark") as watched:
        watched.open(FIRST)
        watched.page.emulate_media(media="print", color_scheme="dark")
        ground = "getComputedStyle(document.body).backgroundColor"
        words = "getComputedStyle(document.querySelector('#plots .role-axis-label text')).fill"
        assert watched.page.evaluate(ground) == "rgb(255, 255, 255)"
        assert watched.page.evaluate(words) == "rgb(0, 0, 0)"


def test_a_page_is_a_handful_of_requests_to_this_service_and_light(watched: Watched) -> None:
    watched.open("/")
    watched.page.click("text=Two liver lesions grow and go dark")
    watched.drawn()
    assert {r.url.split("/")[2] for r in watched.requests} == {watched.base.split("/")[2]}
    assert len(watched.requests) <= 8
    sizes = [request.sizes()["responseBodySize"] for request in watched.requests]
    assert sum(sizes) < 450_000


def test_the_second_person_costs_one_request(watched: Watched) -> None:
    watched.open(FIRST)
    watched.requests.clear()
    watched.open("/people/gist-late")
    asked = [r for r in watched.requests if not r.response().from_service_worker]
    over_the_wire = [r.url for r in asked if r.sizes()["responseBodySize"] > 0]
    assert over_the_wire == [f"{watched.base}/people/gist-late"]


def test_the_first_evidence_page_stands_soon_after_the_front_page(watched: Watched) -> None:
    watched.open("/")
    begun = time.monotonic()
    watched.page.click("text=Two liver lesions grow and go dark")
    watched.drawn()
    # Under one second on a developer's machine; a loaded one is given more.
    assert time.monotonic() - begun < 4
