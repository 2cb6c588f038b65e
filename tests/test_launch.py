"""A launch that goes wrong ends on a page that says what happened and what to do, and holds no secret."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from launch_ehr import (
    PUBLIC,
    TOKEN,
    Browser,
    Ehr,
    app_for,
    challenge_of,
    client_of,
    form_of,
    scripted_ehr,
    written,
)

from service.evidence.visit import Visiting

Json = Any
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(name="ehr")
def _ehr() -> Iterator[Ehr]:
    with scripted_ehr() as running:
        yield running


@pytest.fixture(name="browser")
def _browser(ehr: Ehr) -> Browser:
    return Browser(app_for(client_of(ehr.base)).test_client())


def test_the_code_is_exchanged_with_the_verifier_of_its_challenge(
    ehr: Ehr, browser: Browser
) -> None:
    asked = browser.launched(ehr.base)
    browser.get("/launch/back", code="a-code", state=asked["state"])
    form = form_of(next(one for one in ehr.server.asked if one.path == "/token"))
    assert challenge_of(form.pop("code_verifier")) == asked["code_challenge"]
    assert form == {
        "grant_type": "authorization_code",
        "code": "a-code",
        "redirect_uri": f"{PUBLIC}/launch/back",
        "client_id": "app",
    }


def test_the_page_shows_whose_record_it_is_and_the_grade(ehr: Ehr, browser: Browser) -> None:
    page = browser.opened(ehr.base)
    assert page.status_code == 200
    assert 'data-grade="TREATMENT_EFFECT_SUPPORTED"' in page.text
    assert 'id="read-at"' in page.text
    assert all(
        one.headers["authorization"] == f"Bearer {TOKEN}"
        for one in ehr.server.asked
        if one.path.startswith("/fhir/") and "well-known" not in one.path
    )


def test_a_server_that_nobody_named_is_never_asked(ehr: Ehr, browser: Browser) -> None:
    response = browser.get("/launch", iss="https://elsewhere.example/fhir", launch="chart")
    assert response.status_code == 403
    assert "not one of this service" in response.text
    assert browser.get("/launch", iss=f"{ehr.base}/deeper", launch="chart").status_code == 403
    assert not ehr.server.asked


def test_a_launch_must_name_its_server(ehr: Ehr, browser: Browser) -> None:
    assert browser.get("/launch", launch="chart").status_code == 400
    two = app_for(client_of(ehr.base), client_of("http://127.0.0.1:9/fhir")).test_client()
    assert Browser(two).get("/launch").status_code == 400


def test_the_only_server_there_is_need_not_be_named(browser: Browser) -> None:
    assert browser.get("/launch").status_code == 303


def test_the_audience_is_the_server_as_the_ehr_wrote_it(ehr: Ehr, browser: Browser) -> None:
    assert browser.launched(f"{ehr.base}/")["aud"] == f"{ehr.base}/"


def test_a_server_that_does_not_answer_is_named_as_such() -> None:
    base = "http://127.0.0.1:9/fhir"
    browser = Browser(app_for(client_of(base)).test_client())
    response = browser.get("/launch", iss=base, launch="chart")
    assert response.status_code == 502
    assert "does not answer" in response.text


@pytest.mark.parametrize("told", [{"token_endpoint": ""}, {"authorization_endpoint": 5}])
def test_a_server_that_cannot_sign_in_is_named_as_such(
    ehr: Ehr, browser: Browser, told: Json
) -> None:
    ehr.configuration = told
    response = browser.get("/launch", iss=ehr.base, launch="chart")
    assert response.status_code == 502
    assert "does not say how to sign in" in response.text


@pytest.mark.parametrize("which", ["authorization_endpoint", "token_endpoint"])
@pytest.mark.parametrize(
    "place", ["https://elsewhere.example/x", "http://127.0.0.1:9/x", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_a_sign_in_server_that_is_not_the_ehrs(
    ehr: Ehr, browser: Browser, which: str, place: str
) -> None:
    ehr.configuration = {which: place}
    response = browser.get("/launch", iss=ehr.base, launch="chart")
    assert response.status_code == 502
    assert "not set up for" in response.text
    assert place not in response.text


def test_another_sign_in_server_may_be_configured(ehr: Ehr) -> None:
    ehr.configuration = {"authorization_endpoint": "https://login.example/tenant/authorize?x=y"}
    client = client_of(ehr.base, oauth_servers=("https://login.example/tenant",))
    response = Browser(app_for(client).test_client()).get("/launch", iss=ehr.base)
    assert response.location.startswith("https://login.example/tenant/authorize?x=y&response_type")


def test_an_answer_with_another_state_is_refused(ehr: Ehr, browser: Browser) -> None:
    handle = browser.launched(ehr.base)["state"].partition(".")[0]
    response = browser.get("/launch/back", code="a-code", state=f"{handle}.guessed")
    assert response.status_code == 400
    assert "does not belong to this launch" in response.text
    assert "/token" not in ehr.server.paths


def test_an_answer_without_state_or_in_another_browser_is_refused(
    ehr: Ehr, browser: Browser
) -> None:
    state = browser.launched(ehr.base)["state"]
    other = Browser(browser.client.application.test_client())
    assert other.get("/launch/back", code="a-code", state=state).status_code == 400
    assert browser.get("/launch/back", code="a-code").status_code == 400
    assert "/token" not in ehr.server.paths


def test_an_answer_of_another_sign_in_server_is_refused(ehr: Ehr, browser: Browser) -> None:
    response = browser.back(ehr.base, iss="https://elsewhere.example")
    assert response.status_code == 400
    assert "another sign-in server" in response.text
    assert browser.back(ehr.base, iss=ehr.server.base).status_code == 303


def test_who_promises_to_name_itself_must_do_so(ehr: Ehr, browser: Browser) -> None:
    ehr.configuration = {"authorization_response_iss_parameter_supported": True}
    assert browser.back(ehr.base).status_code == 400


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("access_denied", 403),
        ("consent_required", 403),
        ("invalid_scope", 502),
        ("server_error", 502),
        (HOSTILE, 502),
    ],
)
def test_an_error_of_the_sign_in_server_is_told_in_our_words(
    ehr: Ehr, browser: Browser, error: str, status: int
) -> None:
    response = browser.back(ehr.base, error=error, error_description=HOSTILE)
    assert response.status_code == status
    assert "alert(1)" not in response.text


def test_an_answer_without_a_code_is_refused(ehr: Ehr, browser: Browser) -> None:
    assert browser.back(ehr.base, code="").status_code == 400


def test_an_answer_is_good_for_once(ehr: Ehr, browser: Browser) -> None:
    state = browser.launched(ehr.base)["state"]
    held = dict(browser.cookies)
    assert browser.get("/launch/back", code="a-code", state=state).status_code == 303
    for name, value in held.items():
        browser.client.set_cookie(name, value, domain="cds.example", secure=True)
    again = browser.get("/launch/back", code="a-code", state=state)
    assert again.status_code == 400
    assert "used before" in again.text
    assert ehr.server.paths.count("/token") == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"access_token": None}, "no access token"),
        ({"access_token": "two words"}, "no access token"),
        ({"access_token": "a\r\nX-Other: b"}, "no access token"),
        ({"token_type": "mac"}, "no access token"),
        ({"token_type": None}, "no access token"),
        ({"patient": None}, "whose chart"),
        ({"patient": "a/../b"}, "whose chart"),
        ({"patient": 7}, "whose chart"),
    ],
)
def test_a_token_that_cannot_be_used_is_not(
    ehr: Ehr, browser: Browser, told: Json, words: str
) -> None:
    ehr.token = told
    response = browser.back(ehr.base)
    assert response.status_code == 502
    assert words in response.text


@pytest.mark.parametrize("status", [302, 400, 401, 500])
def test_a_code_that_is_not_accepted_ends_the_launch(
    ehr: Ehr, browser: Browser, status: int
) -> None:
    ehr.token_status = status
    assert browser.back(ehr.base).status_code == 502


def test_a_session_ends_with_its_token(ehr: Ehr, browser: Browser) -> None:
    ehr.token = {"expires_in": "1"}
    url = browser.back(ehr.base).location.removeprefix(PUBLIC)
    held = dict(browser.cookies)
    time.sleep(1.1)
    for name, value in held.items():
        browser.client.set_cookie(name, value, domain="cds.example", secure=True)
    response = browser.get(url)
    assert response.status_code == 403
    assert "session is over" in response.text
    assert "Open the evidence page again" in response.text


def test_signing_in_makes_a_new_secret(ehr: Ehr, browser: Browser) -> None:
    state = browser.launched(ehr.base)["state"]
    before = set(browser.cookies.values())
    browser.get("/launch/back", code="a-code", state=state)
    assert before
    assert before.isdisjoint(browser.cookies.values())


def test_a_secret_that_was_planted_opens_nothing(ehr: Ehr, browser: Browser) -> None:
    state = browser.launched(ehr.base)["state"]
    name = f"__Host-liver-launch-{state.partition('.')[0]}"
    browser.client.set_cookie(name, "planted", domain="cds.example", secure=True)
    assert browser.get("/launch/back", code="a-code", state=state).status_code == 400
    browser.client.set_cookie(
        "__Host-liver-session-x", "planted", domain="cds.example", secure=True
    )
    assert browser.get("/evidence/x").status_code == 403


def test_the_cookie_is_for_this_host_and_no_script(ehr: Ehr, browser: Browser) -> None:
    cookie = browser.get("/launch", iss=ehr.base).headers["Set-Cookie"]
    assert re.match(r"__Host-liver-launch-[\w-]{12}=[\w-]{43};", cookie)
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "Path=/" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_within_a_frame_of_the_ehr_the_cookie_is_kept_apart(ehr: Ehr) -> None:
    client = client_of(ehr.base, embedded_in=("https://ehr.example",))
    browser = Browser(app_for(client).test_client())
    cookie = browser.get("/launch", iss=ehr.base).headers["Set-Cookie"]
    assert "SameSite=None" in cookie
    assert "Partitioned" in cookie
    page = browser.opened(ehr.base)
    assert "frame-ancestors https://ehr.example" in page.headers["Content-Security-Policy"]


def test_the_page_is_kept_by_nobody_and_shown_in_no_frame(ehr: Ehr, browser: Browser) -> None:
    headers = browser.opened(ehr.base).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_neither_token_nor_patient_is_in_a_log_or_an_address(
    ehr: Ehr, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = browser.opened(ehr.base)
        ehr.failing = ("ImagingStudy",)
        browser.get(page.request.path)
        browser.get("/launch", iss="https://elsewhere.example")
    patient = next(r["id"] for r in ehr.resources if r["resourceType"] == "Patient")
    assert patient in page.text
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("service"))
    assert "UNKNOWN_SERVER" in ours
    assert TOKEN not in ours
    assert patient not in ours
    assert TOKEN not in page.text
    assert patient not in page.request.url


def test_a_query_that_failed_is_named_with_its_reason(ehr: Ehr, browser: Browser) -> None:
    ehr.failing = ("Procedure", "BodyStructure")
    text = browser.opened(ehr.base).text
    assert "procedures (Procedure): the server reported an error" in text
    assert "places of lesions referred to (BodyStructure): 3 of them could not be read" in text


def test_an_answer_that_is_no_data_is_named(ehr: Ehr, browser: Browser) -> None:
    ehr.spoilt = ("Condition",)
    assert "conditions (Condition): what came could not be read" in browser.opened(ehr.base).text
    ehr.spoilt = ("ImagingStudy",)
    response = browser.opened(ehr.base)
    assert response.status_code == 502
    assert "imaging studies (ImagingStudy): what came could not be read" in response.text


def test_without_what_is_needed_nothing_is_concluded_and_it_is_named(
    ehr: Ehr, browser: Browser
) -> None:
    ehr.failing = ("ImagingStudy",)
    response = browser.opened(ehr.base)
    assert response.status_code == 502
    assert "imaging studies (ImagingStudy): the server reported an error" in response.text
    assert "data-grade" not in response.text


def test_the_record_of_another_patient_is_not_shown(ehr: Ehr, browser: Browser) -> None:
    ehr.token = {"patient": "somebody-else"}
    response = browser.opened(ehr.base)
    assert response.status_code == 502
    assert "another patient" in response.text
    assert "data-grade" not in response.text


def test_what_the_record_and_the_launch_hold_stays_text(ehr: Ehr, browser: Browser) -> None:
    person = next(r for r in ehr.resources if r["resourceType"] == "Patient")
    person["name"] = [{"text": HOSTILE}]
    person["birthDate"] = HOSTILE
    ehr.token = {"appContext": written({"study": HOSTILE, "grade": HOSTILE})}
    page = browser.opened(ehr.base)
    assert page.status_code == 200
    assert HOSTILE not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert 'id="differences"' not in page.text


def test_what_is_as_on_the_card_is_not_mentioned(ehr: Ehr, browser: Browser) -> None:
    ehr.token = {"appContext": {"grade": "TREATMENT_EFFECT_SUPPORTED"}}
    assert 'id="differences"' not in browser.opened(ehr.base).text


def test_a_failure_of_our_own_is_a_page_without_its_insides(
    ehr: Ehr, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr(Visiting, "__call__", fail)
    response = browser.opened(ehr.base)
    assert response.status_code == 500
    assert response.mimetype == "text/html"
    assert TOKEN not in response.text
    assert "Traceback" not in response.text


def test_pages_leave_room_for_the_hooks(
    ehr: Ehr, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = browser.opened(ehr.base).request.path
    inside: list[int] = []
    done = Event()

    def nested(*_: object) -> None:
        inside.append(browser.get(url).status_code)
        done.set()
        raise RuntimeError

    monkeypatch.setattr(Visiting, "__call__", nested)
    browser.get(url)
    assert done.is_set()
    assert inside[0] == 503


def test_the_oldest_launches_give_way_in_the_browser(ehr: Ehr, browser: Browser) -> None:
    for _ in range(20):
        browser.launched(ehr.base)
    assert len(browser.cookies) <= 13


def test_where_no_client_may_launch_there_are_no_such_pages(ehr: Ehr) -> None:
    bare = app_for().test_client()
    assert bare.get("/launch", query_string={"iss": ehr.base}).status_code == 404
