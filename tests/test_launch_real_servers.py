"""From the chart to the evidence with a real OAuth server and a real FHIR server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from fhir_server import fhir_server, installed_in
from jwt.algorithms import ECAlgorithm
from live import Service, free_port, serving
from sign_in_server import FHIR_SECRET, Ehr, ehr, installed_node, sign_in_server
from stories import expected
from test_real_fhir_server import patient_of, resources

from service.smart.scopes import KINDS

Json = Any
FIRST, SECOND = "gist-imatinib-supported", "crc-bevacizumab-cea-marked-fall"
GRADES = expected("people")
SECRET = "a+secret/with=signs%"  # noqa: S105 - of a server that lives as long as the test
KINDS_OF_CLIENT = ("public", "secret", "signed")
PROCEDURES = ("patient/Procedure.rs", "patient/Procedure.read")
HIDDEN = re.compile(r"^[A-Za-z0-9_-]{20,}$")


@dataclass(frozen=True)
class Hospital:
    """Everything that runs."""

    service: Service
    ehrs: dict[str, Ehr]
    log: Path

    def launch(self, kind: str, chart: str | None, browser: requests.Session) -> requests.Response:
        """What a click on the card's link leads to, all redirects followed."""
        asked = {"iss": self.ehrs[kind].base, **({"launch": chart} if chart else {})}
        return browser.get(f"{self.service.base}/launch", params=asked, timeout=60)


@pytest.fixture(scope="module", name="hospital")
def _hospital(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Hospital]:
    assert pytestconfig.cache
    node = installed_node(pytestconfig.cache.mkdir("sign-in-server"))
    sekmet = installed_in(pytestconfig.cache.mkdir("fhir-server") / "venv")
    home = tmp_path_factory.mktemp("hospital")
    port = free_port()
    with ExitStack() as running:
        behind = running.enter_context(fhir_server(tmp_path_factory.mktemp("ehr"), sekmet))
        for name in (FIRST, SECOND):
            behind.put(resources(name))
        ehrs = {
            kind: running.enter_context(
                ehr(kind, f"http://127.0.0.1:{port}", behind, modern=kind != "secret")
            )
            for kind in KINDS_OF_CLIENT
        }
        public_key = configure(home, ehrs, port)
        log = home / "log"
        ours = {"LIVER_RESPONSE_CONFIG": str(home / "liver-response.toml")}
        service = running.enter_context(serving(log, ours))
        told = sign_in(service, ehrs, port, public_key)
        running.enter_context(sign_in_server(node, told, home / "sign-in-log"))
        yield Hospital(service, ehrs, log)


def configure(home: Path, ehrs: dict[str, Ehr], port: int) -> Json:
    """Write what the operator writes; the public key to register."""
    key = generate_private_key(SECP384R1())
    kid = {"kid": "of-this-test", "alg": "ES384"}
    (home / "key.json").write_text(json.dumps({**ECAlgorithm.to_jwk(key, True), **kid}), "utf-8")
    (home / "secret.txt").write_text(f"{SECRET}\n", "utf-8")
    (home / "none.json").write_text('{"keys": []}', "utf-8")
    proofs = {
        "public": "",
        "secret": 'secret_file = "secret.txt"',
        "signed": 'key_file = "key.json"',
    }
    tables = [
        f"""
[[clients]]
name = "{kind}"
issuer = "https://{kind}.example"
jwks_file = "none.json"
fhir_servers = ["{found.base}"]
private_addresses = true
plain_http = true
[clients.smart]
client_id = "{kind}-app"
oauth_servers = ["http://127.0.0.1:{port}"]
{proofs[kind]}
"""
        for kind, found in ehrs.items()
    ]
    (home / "liver-response.toml").write_text("\n".join(tables), "utf-8")
    return {**ECAlgorithm.to_jwk(key.public_key(), True), **kid}


def sign_in(service: Service, ehrs: dict[str, Ehr], port: int, public_key: Json) -> Json:
    """What the sign-in server is told: who may sign in, and which charts are open."""
    of_kind = {
        "public": {"token_endpoint_auth_method": "none"},
        "secret": {"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic"},
        "signed": {
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES384",
            "jwks": {"keys": [public_key]},
        },
    }
    back = [f"{service.base}/launch/back"]
    apps = [{"client_id": f"{k}-app", "redirect_uris": back, **of_kind[k]} for k in ehrs]
    introspects = {"redirect_uris": [], "response_types": [], "grant_types": []}
    first, second = ({"patient": patient_of(name)} for name in (FIRST, SECOND))
    stale = {"study": "ImagingStudy/another", "grade": "INDETERMINATE_DATA"}
    return {
        "port": port,
        "fhir": [found.base for found in ehrs.values()],
        "clients": [{"client_id": "fhir", "client_secret": FHIR_SECRET, **introspects}, *apps],
        "charts": {
            "first": first,
            "second": second,
            "chosen": second,
            "denied": {"deny": "access_denied"},
            "without-procedures": {**first, "withhold": PROCEDURES},
            "without-imaging": {**first, "withhold": ["patient/ImagingStudy.rs"]},
            "nobody": {},
            "stale": {**first, "appContext": json.dumps(stale)},
        },
        "scopes": [
            "launch",
            "launch/patient",
            *(f"patient/{kind}.{access}" for kind in KINDS for access in ("rs", "read")),
        ],
    }


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
    assert "The index study was <code>ImagingStudy/another</code> and is now" in text
    assert "The grade was <code>INDETERMINATE_DATA</code> and is now" in text


def test_a_chart_that_the_ehr_does_not_know_ends_at_the_ehr(
    hospital: Hospital, browser: requests.Session
) -> None:
    response = hospital.launch("public", "invented", browser)
    assert response.status_code == 502
    assert "could not complete" in response.text
