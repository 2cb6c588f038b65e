"""The launch in a real browser: from a link, and within a frame of an EHR on another site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hospital import FIRST, SECOND, Hospital, Plan, hospital
from live import free_port
from playwright.sync_api import Browser, BrowserContext, Page, expect
from scripted_server import Asked, Reply, scripted
from stories import expected
from test_real_fhir_server import patient_of
from tls import tls_before

GRADES = expected("people")


@dataclass(frozen=True)
class Place:
    """What runs: the service under TLS, and the page of an EHR on another site that embeds it."""

    hospital: Hospital
    service: str
    ehr: str

    def link(self, chart: str) -> str:
        """The launch as an EHR makes it of a card's link."""
        iss = quote(self.hospital.ehrs["public"].base, safe="")
        return f"{self.service}/launch?iss={iss}&launch={chart}"


@pytest.fixture(scope="module", name="place")
def _place(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Place]:
    assert pytestconfig.cache
    home = tmp_path_factory.mktemp("hospital")
    service = f"https://localhost:{free_port()}"
    framing: list[str] = []

    def chart(_: Asked) -> Reply:
        html = f'<!doctype html><title>EHR</title><iframe src="{framing[0]}"></iframe>'
        return Reply(200, html.encode(), {"Content-Type": "text/html"})

    with scripted(chart) as ehr:
        plan = Plan(("public",), service, (ehr.base,))
        with hospital(home, pytestconfig.cache, plan) as running:
            behind = int(running.service.base.rpartition(":")[2])
            place = Place(running, service, ehr.base)
            framing.append(place.link("first").replace("&", "&amp;"))
            with tls_before(behind, int(service.rpartition(":")[2]), home):
                yield place


@pytest.fixture(name="context")
def _context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(ignore_https_errors=True) as context:
        yield context


@pytest.fixture(name="page")
def _page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda told: troubles.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    assert not troubles


def test_a_link_leads_to_the_drawn_evidence(place: Place, page: Page) -> None:
    page.goto(place.link("first"))
    expect(page.locator("#whose")).to_have_attribute("data-patient", patient_of(FIRST))
    expect(page.locator("#grade")).to_have_attribute("data-grade", GRADES[FIRST])
    expect(page.locator("#plots svg")).to_be_visible()


def test_the_secret_is_out_of_reach_of_scripts_and_addresses(
    place: Place, page: Page, context: BrowserContext
) -> None:
    page.goto(place.link("first"))
    ours = [c for c in context.cookies() if c["name"].startswith("__Host-liver-")]
    assert len(ours) == 1
    assert ours[0]["httpOnly"]
    assert ours[0]["secure"]
    assert page.evaluate("document.cookie") == ""
    assert ours[0]["value"] not in page.url


def test_reloading_a_tab_shows_its_own_patient(
    place: Place, page: Page, context: BrowserContext
) -> None:
    page.goto(place.link("first"))
    other = context.new_page()
    other.goto(place.link("second"))
    expect(other.locator("#whose")).to_have_attribute("data-patient", patient_of(SECOND))
    page.get_by_role("link", name="Read the record again").click()
    expect(page.locator("#whose")).to_have_attribute("data-patient", patient_of(FIRST))


def test_the_session_ends_at_the_press_of_a_button(place: Place, page: Page) -> None:
    page.goto(place.link("first"))
    url = page.url
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("heading")).to_have_text("The session is ended")
    again = page.context.new_page()
    answer = again.goto(url)
    assert answer is not None
    assert answer.status == 403


def test_an_ehr_on_another_site_may_show_it_in_a_frame(place: Place, page: Page) -> None:
    page.goto(place.ehr)
    frame = page.frame_locator("iframe")
    expect(frame.locator("#whose")).to_have_attribute("data-patient", patient_of(FIRST))
    expect(frame.locator("#grade")).to_have_attribute("data-grade", GRADES[FIRST])


def test_nobody_else_may(place: Place, context: BrowserContext) -> None:
    def other(_: Asked) -> Reply:
        html = f'<iframe src="{place.link("first").replace("&", "&amp;")}"></iframe>'
        return Reply(200, html.encode(), {"Content-Type": "text/html"})

    with scripted(other) as elsewhere:
        page = context.new_page()
        refusals: list[str] = []
        page.on("console", lambda told: refusals.append(told.text))
        page.goto(elsewhere.base)
        page.wait_for_timeout(1500)
        assert any("frame-ancestors" in text for text in refusals)
        assert page.frame_locator("iframe").locator("#whose").count() == 0
