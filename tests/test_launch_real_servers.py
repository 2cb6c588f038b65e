"""From the chart to the evidence with a real OAuth server and a real FHIR server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from hospital import FIRST, KINDS_OF_CLIENT, SECOND, Hospital, Plan, hospital
from stories import expected
from test_real_fhir_server import patient_of

from service.smart.scopes import KINDS

GRADES = expected("people")
HIDDEN = re.compile(r"^[A-Za-z0-9_-]{20,}$")


@pytest.fixture(scope="module", name="hospital")
def _hospital(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Hospital]:
    assert pytestconfig.cache
    with hospital(tmp_path_factory.mktemp("hospital"), pytestconfig.cache, Plan()) as running:
        yield running


@pytest.fixture(name="browser")
def _browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def grade(response: requests.Response) -> str:
    found = re.search(r'data-grade="(\w+)"', response.text)
    assert found, response.text
    return found[1]


def patient(response: requests.Response) -> str:
    found = re.search(r'data-patient="([^"]*)"', response.text)
    assert found, response.text
    return unescape(found[1])


def asked_for(response: requests.Response) -> dict[str, str]:
    """What the browser was sent to the sign-in server with."""
    address = next(r.headers["Location"] for r in response.history if "/launch?" in r.url)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.mark.parametrize("kind", KINDS_OF_CLIENT)
def test_a_click_in_the_chart_leads_to_the_evidence(
    hospital: Hospital, browser: requests.Session, kind: str
) -> None:
    response = hospital.launch(kind, "first", browser)
    assert response.status_code == 200, response.text
    assert patient(response) == patient_of(FIRST)
    assert grade(response) == GRADES[FIRST]
    assert 'id="specification"' in response.text
    assert 'id="not-read"' not in response.text
    assert not hospital.ehrs[kind].refused


@pytest.mark.parametrize("kind", KINDS_OF_CLIENT)
def test_no_more_is_asked_for_than_reading_what_the_rules_look_at(
    hospital: Hospital, browser: requests.Session, kind: str
) -> None:
    asked = asked_for(hospital.launch(kind, "first", browser))
    access = "read" if kind == "secret" else "rs"
    assert asked["scope"].split() == ["launch", *(f"patient/{k}.{access}" for k in KINDS)]
    assert asked["code_challenge_method"] == "S256"
    assert asked["aud"] == hospital.ehrs[kind].base


def test_without_a_chart_the_patient_is_chosen_on_signing_in(
    hospital: Hospital, browser: requests.Session
) -> None:
    response = hospital.launch("public", None, browser)
    assert asked_for(response)["scope"].startswith("launch/patient ")
    assert patient(response) == patient_of(SECOND)
    assert grade(response) == GRADES[SECOND]


def test_the_browser_holds_one_secret_and_no_token(
    hospital: Hospital, browser: requests.Session
) -> None:
    hospital.launch("public", "first", browser)
    ours = [cookie for cookie in browser.cookies if cookie.name.startswith("liver-")]
    assert [cookie.name.rsplit("-", 1)[0].count("session") for cookie in ours] == [1]
    assert HIDDEN.match(str(ours[0].value))
    tokens = {
        asked.headers["authorization"].removeprefix("Bearer ")
        for asked in hospital.ehrs["public"].proxy.asked
        if "authorization" in asked.headers
    }
    assert tokens
    assert not any(token in str(ours[0].value) for token in tokens)
    assert not any(token in hospital.log.read_text("utf-8") for token in tokens)


def test_two_charts_in_two_tabs_stay_apart(hospital: Hospital, browser: requests.Session) -> None:
    first = hospital.launch("public", "first", browser)
    second = hospital.launch("public", "second", browser)
    assert patient(browser.get(first.url, timeout=30)) == patient_of(FIRST)
    assert patient(browser.get(second.url, timeout=30)) == patient_of(SECOND)


def test_the_record_is_read_anew_on_every_visit(
    hospital: Hospital, browser: requests.Session
) -> None:
    url = hospital.launch("public", "first", browser).url
    asked = hospital.ehrs["public"].proxy.asked
    before = len(asked)
    assert browser.get(url, timeout=30).status_code == 200
    assert len(asked) > before


def test_the_address_of_a_page_opens_nothing_in_another_browser(
    hospital: Hospital, browser: requests.Session
) -> None:
    url = hospital.launch("public", "first", browser).url
    response = requests.get(url, timeout=30)
    assert response.status_code == 403
    assert patient_of(FIRST) not in response.text


def test_an_ended_session_is_over(hospital: Hospital, browser: requests.Session) -> None:
    url = hospital.launch("public", "first", browser).url
    cookies = browser.cookies.copy()
    assert "session is ended" in browser.post(f"{url}/end", timeout=30).text
    assert browser.get(url, timeout=30).status_code == 403
    assert requests.get(url, cookies=cookies, timeout=30).status_code == 403


def test_the_way_back_is_gone_once(hospital: Hospital, browser: requests.Session) -> None:
    response = hospital.launch("public", "first", browser)
    back = next(r.url for r in response.history if "/launch/back" in r.url)
    again = browser.get(back, timeout=30)
    assert again.status_code == 400
    assert "used before" in again.text


def test_a_long_code_is_read(hospital: Hospital) -> None:
    response = hospital.service.get("/launch/back", params={"code": "c" * 7000, "state": "x"})
    assert "not started in this browser" in response.text


def test_who_is_denied_is_told_so(hospital: Hospital, browser: requests.Session) -> None:
    response = hospital.launch("public", "denied", browser)
    assert response.status_code == 403
    assert "not granted" in response.text


def test_what_was_not_granted_is_not_asked_for_and_is_named(
    hospital: Hospital, browser: requests.Session
) -> None:
    asked = hospital.ehrs["public"].proxy.asked
    asked.clear()
    response = hospital.launch("public", "without-procedures", browser)
    assert response.status_code == 200
    assert "procedures (Procedure): the EHR did not grant" in response.text
    assert not any("/Procedure" in one.path for one in asked)


def test_without_what_is_needed_nothing_is_concluded(
    hospital: Hospital, browser: requests.Session
) -> None:
    response = hospital.launch("public", "without-imaging", browser)
    assert response.status_code == 502
    assert "imaging studies (ImagingStudy): the EHR did not grant" in response.text
    assert "data-grade" not in response.text


def test_a_launch_without_a_patient_says_so(hospital: Hospital, browser: requests.Session) -> None:
    response = hospital.launch("public", "nobody", browser)
    assert response.status_code == 502
    assert "whose chart" in response.text


def test_what_differs_from_the_card_is_said(hospital: Hospital, browser: requests.Session) -> None:
    text = " ".join(hospital.launch("public", "stale", browser).text.split())
    assert "The index study was “ImagingStudy/another” and is now “ImagingStudy/ct" in text
    assert re.search(r"The grade was “[^“_]+” and is now “[^“_]+”", text)


def test_a_chart_that_the_ehr_does_not_know_ends_at_the_ehr(
    hospital: Hospital, browser: requests.Session
) -> None:
    response = hospital.launch("public", "invented", browser)
    assert response.status_code == 502
    assert "could not complete" in response.text
