"""Requests of this service: to allowed servers only, within a time and a size."""

from __future__ import annotations

import gzip
import threading
from dataclasses import replace

import pytest
from scripted_server import Reply, scripted

from service.outbound.deadline import Deadline
from service.outbound.destinations import DEVELOPMENT, NOWHERE, Destinations
from service.outbound.errors import OutboundError, Trouble
from service.outbound.http import Outbound, Request

HOSPITAL = Destinations(bases=("https://fhir.hospital.example/r4",))


def trouble(url: str, allowed: Destinations, outbound: Outbound | None = None) -> Trouble:
    with pytest.raises(OutboundError) as refused:
        (outbound or Outbound()).send(Request(url), allowed, Deadline.after(1))
    return refused.value.trouble


@pytest.mark.parametrize(
    "url",
    [
        "https://fhir.hospital.example/r4",
        "https://fhir.hospital.example/r4/",
        "https://FHIR.hospital.example:443/r4/Patient/1",
        "https://fhir.hospital.example/r4?code=a%2Fb",
    ],
)
def test_what_is_under_an_allowed_base_may_be_asked(url: str) -> None:
    assert HOSPITAL.base_of(url) == "https://fhir.hospital.example/r4"


@pytest.mark.parametrize(
    "url",
    [
        "https://fhir.hospital.example/r4x/Patient/1",
        "https://fhir.hospital.example/",
        "https://fhir.hospital.example/r4/../admin",
        "https://fhir.hospital.example/r4/%2e%2e/admin",
        "https://fhir.hospital.example/r4\\..\\admin",
        "https://fhir.hospital.example:8443/r4/Patient/1",
        "http://fhir.hospital.example/r4/Patient/1",
        "https://fhir.hospital.example.evil.example/r4/Patient/1",
        "https://fhir.hospital.example@evil.example/r4/Patient/1",
        "https://user:secret@fhir.hospital.example/r4/Patient/1",
        "https://evil.example/r4/Patient/1",
        "https://fhir.hospital.example/r4/Patient/1#x",
        "https://fhir.hospital.example:x/r4",
        "https://[fhir/r4",
        "file:///etc/passwd",
        "gopher://fhir.hospital.example/r4",
        "//fhir.hospital.example/r4",
        "",
        " https://fhir.hospital.example/r4",
    ],
)
def test_what_is_not_under_an_allowed_base_is_never_asked(url: str) -> None:
    assert trouble(url, HOSPITAL) is Trouble.NOT_ALLOWED


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost.evil.example/",
        "http://10.0.0.1/",
        "https://example.org/",
        "http://0.0.0.0/",
    ],
)
def test_development_asks_nobody_but_this_machine(url: str) -> None:
    assert trouble(url, DEVELOPMENT) is Trouble.NOT_ALLOWED


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_an_allowed_name_that_leads_to_this_machine_receives_nothing(host: str) -> None:
    with scripted(lambda _: Reply()) as canary:
        base = canary.base.replace("127.0.0.1", host)
        allowed = Destinations(bases=(base,), plain_http=True)
        assert trouble(base, allowed) is Trouble.NOT_ALLOWED
        assert canary.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.8",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00:ec2::254]",
        "[::]",
        "224.0.0.1",
    ],
)
def test_addresses_of_private_networks_and_of_metadata_are_refused_unless_configured(
    address: str,
) -> None:
    base = f"http://{address}:9"
    assert trouble(base, Destinations(bases=(base,), plain_http=True)) is Trouble.NOT_ALLOWED


def test_a_private_server_is_asked_where_it_is_configured() -> None:
    with scripted(lambda _: Reply(body=b"{}")) as server:
        allowed = Destinations(bases=(server.base,), plain_http=True, private_addresses=True)
        answer = Outbound().send(Request(f"{server.base}/x"), allowed, Deadline.after(5))
        assert (answer.status, answer.body, server.paths) == (200, b"{}", ["/x"])


def test_a_redirect_is_not_followed() -> None:
    with scripted(lambda _: Reply()) as elsewhere:
        away = Reply(302, headers={"Location": f"{elsewhere.base}/stolen"})
        with scripted(lambda _: away) as server:
            assert trouble(server.base, DEVELOPMENT) is Trouble.REDIRECTED
        assert elsewhere.asked == []


def test_an_answer_that_trickles_in_is_given_up_on() -> None:
    with scripted(lambda _: Reply(body=b"x" * 10_000, slow=threading.Event())) as server:
        assert trouble(server.base, DEVELOPMENT) is Trouble.TOO_SLOW


def test_a_server_that_never_answers_is_given_up_on() -> None:
    never = threading.Event()

    def silent(_: object) -> Reply:
        never.wait(5)
        return Reply()

    with scripted(silent) as server:
        assert trouble(server.base, DEVELOPMENT) is Trouble.TOO_SLOW
        never.set()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"x" * 2000),
        Reply(body=gzip.compress(b"x" * 100_000), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["long", "long once unpacked"],
)
def test_an_answer_longer_than_is_read_is_given_up_on(reply: Reply) -> None:
    with scripted(lambda _: reply) as server:
        assert trouble(server.base, DEVELOPMENT, Outbound(max_bytes=1000)) is Trouble.TOO_MUCH


def test_a_body_that_is_not_what_its_header_says_is_no_answer() -> None:
    reply = Reply(body=b"not gzip at all", headers={"Content-Encoding": "gzip"})
    with scripted(lambda _: reply) as server:
        assert trouble(server.base, DEVELOPMENT) is Trouble.NOT_REACHED


def test_nobody_there_is_named() -> None:
    with scripted(lambda _: Reply()) as gone:
        pass
    assert trouble(gone.base, DEVELOPMENT) is Trouble.NOT_REACHED


def test_proxies_and_credentials_of_the_machine_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted(lambda _: Reply()) as proxy, scripted(lambda _: Reply()) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.base)
        monkeypatch.setenv("NO_PROXY", "")
        Outbound().send(Request(server.base), DEVELOPMENT, Deadline.after(5))
        assert proxy.asked == []
        assert "authorization" not in server.asked[0].headers


def test_cookies_are_not_kept() -> None:
    with scripted(lambda _: Reply(headers={"Set-Cookie": "session=1"})) as server:
        outbound = Outbound()
        for _ in range(2):
            outbound.send(Request(server.base), DEVELOPMENT, Deadline.after(5))
        assert all("cookie" not in request.headers for request in server.asked)


def test_nothing_is_sent_after_the_deadline() -> None:
    with scripted(lambda _: Reply()) as server:
        with pytest.raises(OutboundError) as refused:
            Outbound().send(Request(server.base), DEVELOPMENT, Deadline.after(0))
        assert refused.value.trouble is Trouble.TOO_SLOW
        assert server.asked == []


def test_nowhere_is_nowhere() -> None:
    assert trouble("http://127.0.0.1/", NOWHERE) is Trouble.NOT_ALLOWED
    assert (
        trouble("http://127.0.0.1/", replace(DEVELOPMENT, this_machine=False))
        is Trouble.NOT_ALLOWED
    )
