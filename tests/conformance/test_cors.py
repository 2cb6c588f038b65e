"""Browsers: pages of listed origins may call, preflights need no token, others learn nothing."""

from __future__ import annotations

import pytest
import requests
from calls import medication_request, order_sign
from live import Service
from signing import bearer

from tests.conformance.deployment import ORIGIN, SIGN, Deployment

PLAIN = order_sign(medication_request("paracetamol"))
ADDRESSES = ["/cds-services", SIGN, f"{SIGN}/feedback"]


def preflight(service: Service, path: str, origin: str, method: str = "POST") -> requests.Response:
    """What the reference client's browser sends before a call."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return requests.options(f"{service.base}{path}", headers=asked, timeout=30)


@pytest.mark.requirement("CORS-1")
@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("origin", [ORIGIN, "https://[2001:db8::1]:8443", "http://localhost:8080"])
def test_a_preflight_of_a_listed_origin_is_answered_without_a_token(
    deployment: Deployment, path: str, origin: str
) -> None:
    answer = preflight(deployment.service, path, origin)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert {"GET", "POST"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type"} <= set(allowed)
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert len(answer.content) == 0


@pytest.mark.requirement("CORS-2")
def test_errors_carry_the_headers_too(deployment: Deployment) -> None:
    def status(document: object, token: str, path: str = SIGN) -> int:
        answer = deployment.call(document, token, path, Origin=ORIGIN)
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Origin" in answer.headers["Vary"]
        return answer.status_code

    whole = {**order_sign(medication_request("sorafenib")), "prefetch": {}}
    unknown = "/cds-services/unknown"
    assert status(PLAIN, deployment.good()) == 200
    assert status(PLAIN, "no token") == 401
    assert status({}, deployment.good()) == 400
    assert status(PLAIN, deployment.good(unknown), unknown) == 404
    assert status(whole, deployment.good()) == 412


FOREIGN = [
    "https://evil.example",
    "http://ehr.example",
    "https://ehr.example:8443",
    "https://ehr.example.evil.example",
    "https://ehrxexample",
    "https://EVIL.example/https://ehr.example",
    "null",
    "http://localhost",
    "*",
    "",
]


@pytest.mark.requirement("CORS-3")
@pytest.mark.parametrize("origin", FOREIGN)
def test_other_origins_get_nothing(deployment: Deployment, origin: str) -> None:
    answers = [
        preflight(deployment.service, SIGN, origin),
        deployment.call(PLAIN, deployment.good(), Origin=origin),
        deployment.call(PLAIN, "no token", Origin=origin),
    ]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.requirement("CORS-1", "CORS-3")
@pytest.mark.parametrize(
    ("origin", "listed"),
    [
        ("http://localhost:8080", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        ("http://localhost", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1:3000.evil.example", False),
        ("http://127.0.0.10", False),
        ("https://ehr.example", False),
    ],
)
def test_in_development_pages_of_this_machine_may_call(
    service: Service, origin: str, listed: bool
) -> None:
    answer = preflight(service, SIGN, origin)
    assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is listed


@pytest.mark.requirement("CORS-3")
def test_other_addresses_than_those_of_the_standard_are_not_for_other_pages(
    deployment: Deployment,
) -> None:
    answer = deployment.service.get("/health", headers={"Origin": ORIGIN, **bearer("x")})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
