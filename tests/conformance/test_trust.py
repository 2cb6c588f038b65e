"""Client tokens: what is admitted, and that everything else gets the same bare refusal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
import requests
from calls import medication_request, order_sign
from joserfc.jwk import ECKey
from scripted_server import Reply
from signing import Signer, bearer, claims, ec, encoded, rsa, sealed

from service.trust.errors import Refusal
from tests.conformance.deployment import (
    EPIC_KEY,
    ISSUERS,
    MAIN_KEY,
    ROTATED_KEY,
    SANDBOX_KEY,
    SECOND_KEY,
    SIGN,
    STRICT_KEY,
    Deployment,
    key_set,
)

PLAIN = order_sign(medication_request("paracetamol"))
DISCOVERY = "/cds-services"
FEEDBACK = f"{SIGN}/feedback"
Token = Callable[[Deployment], str]


@pytest.fixture(autouse=True)
def _nobody_is_asked_who_should_not_be(deployment: Deployment) -> Iterator[None]:
    """The canary is where foreign tokens point to; no test may make it sing."""
    yield
    assert deployment.canary.asked == []


def headers(**members: Any) -> Token:
    """A good token but for its header."""

    def token(deployed: Deployment) -> str:
        return MAIN_KEY.sign(MAIN_KEY.header(**members), deployed.claims())

    return token


def claiming(path: str = SIGN, **members: Any) -> Token:
    """A good token but for its claims; callables are given the time."""

    def token(deployed: Deployment) -> str:
        now = int(time.time())
        told = {k: v(now) if callable(v) else v for k, v in members.items()}
        return deployed.good(path, **told)

    return token


def by(key: Signer, client: str = "main", **members: Any) -> Token:
    """A token of a client, signed by this key."""
    return lambda deployed: key.sign(key.header(**members), deployed.claims(client=client))


def parts(deployed: Deployment) -> list[str]:
    return deployed.good().split(".")


def with_secret(algorithm: str, secret: bytes, key: Signer = MAIN_KEY) -> Token:
    """A token signed with a shared secret."""
    return lambda deployed: sealed(key.header(alg=algorithm), deployed.claims(), secret)


def unsigned(name: str) -> Token:
    def token(deployed: Deployment) -> str:
        return f"{encoded(MAIN_KEY.header(alg=name))}.{encoded(deployed.claims())}."

    return token


def tampered(deployed: Deployment) -> str:
    head, _, signature = parts(deployed)
    return f"{head}.{encoded(deployed.claims(tenant='another'))}.{signature}"


def foreign_place(deployed: Deployment) -> str:
    jku = f"{deployed.canary.base}/keys.json"
    return MAIN_KEY.sign(MAIN_KEY.header(jku=jku), deployed.claims())


def unlisted_issuer(deployed: Deployment) -> str:
    jku = f"{deployed.canary.base}/keys.json"
    audience = f"{deployed.service.base}{SIGN}"
    return MAIN_KEY.sign(MAIN_KEY.header(jku=jku), claims("https://evil.example", audience))


SECRET = b"x" * 64
NEGATIVE: dict[str, tuple[Refusal, Token]] = {
    "alg none": (Refusal.HEADER, unsigned("none")),
    "alg None": (Refusal.HEADER, unsigned("None")),
    "alg NONE": (Refusal.HEADER, unsigned("NONE")),
    "alg none with a signature": (Refusal.HEADER, lambda d: f"{unsigned('none')(d)}{parts(d)[2]}"),
    "empty signature": (Refusal.SIGNATURE, lambda d: f"{'.'.join(parts(d)[:2])}."),
    "no signature": (Refusal.MALFORMED, lambda d: ".".join(parts(d)[:2])),
    "HS256": (Refusal.HEADER, with_secret("HS256", SECRET)),
    "HS384": (Refusal.HEADER, with_secret("HS384", SECRET)),
    "HS512": (Refusal.HEADER, with_secret("HS512", SECRET)),
    "HS384 with the EC public key as its secret": (
        Refusal.HEADER, with_secret("HS384", MAIN_KEY.pem)),
    "HS256 with the RSA public key as its secret": (
        Refusal.HEADER, with_secret("HS256", SECOND_KEY.pem, SECOND_KEY)),
    "no alg": (Refusal.HEADER, headers(alg=None)),
    "no kid": (Refusal.HEADER, headers(kid=None)),
    "a kid that is no text": (Refusal.MALFORMED, headers(kid=7)),
    "an empty kid": (Refusal.HEADER, headers(kid="")),
    "no typ": (Refusal.HEADER, headers(typ=None)),
    "another typ": (Refusal.HEADER, headers(typ="at+jwt")),
    "a critical extension": (Refusal.MALFORMED, headers(crit=["exp"], exp=1)),
    "a detached payload": (Refusal.MALFORMED, headers(crit=["b64"], b64=False)),
    "no iss": (Refusal.ISSUER, claiming(iss=None)),
    "an iss that is no text": (Refusal.ISSUER, claiming(iss=7)),
    **{f"no {name}": (Refusal.CLAIMS, claiming(**{name: None})) for name in ("aud", "exp", "iat", "jti")},
    "an aud that is no text": (Refusal.AUDIENCE, claiming(aud=7)),
    **{f"{name} of another type": (Refusal.CLAIMS, claiming(**{name: value}))
       for name, value in {"exp": "soon", "iat": True, "jti": 7}.items()},
    "nbf that is no time": (Refusal.CLAIMS, claiming(nbf="now")),
    "a blank jti": (Refusal.CLAIMS, claiming(jti="")),
    "a jti without end": (Refusal.CLAIMS, claiming(jti="j" * 257)),
    "claims that are a list": (Refusal.MALFORMED, lambda _: MAIN_KEY.sign(MAIN_KEY.header(), b"[1]")),
    "claims that are no JSON": (Refusal.MALFORMED, lambda _: MAIN_KEY.sign(MAIN_KEY.header(), b"{")),
    "aud of another service": (Refusal.AUDIENCE, claiming("/cds-services/liver-response-patient-view")),
    "aud of discovery": (Refusal.AUDIENCE, claiming(DISCOVERY)),
    "aud with a slash at the end": (Refusal.AUDIENCE, claiming(f"{SIGN}/")),
    "aud by https": (Refusal.AUDIENCE, lambda d: d.good(aud=f"{d.service.base}{SIGN}".replace("http:", "https:"))),
    "aud of the client's own, of another client": (Refusal.AUDIENCE, claiming(aud="https://registered.example/cds")),
    "aud that is an empty list": (Refusal.AUDIENCE, claiming(aud=[])),
    "aud list of others": (Refusal.AUDIENCE, claiming(aud=["sand_man", 7, None])),
    "aud that only begins like it": (Refusal.AUDIENCE, claiming(f"{SIGN}x")),
    "iss of nobody": (Refusal.ISSUER, claiming(iss="https://nobody.example")),
    "iss of another, with its keys": (Refusal.ISSUER, unlisted_issuer),
    "iss with a slash at the end": (Refusal.ISSUER, claiming(iss=f"{ISSUERS['main']}/")),
    "jku elsewhere": (Refusal.KEY_PLACE, foreign_place),
    "jku where the keys came by file": (Refusal.KEY_PLACE, by(STRICT_KEY, "strict", jku="https://strict.example/keys")),
    "jku as an object": (Refusal.KEY_PLACE, headers(jku={})),
    "expired": (Refusal.EXPIRED, claiming(exp=lambda now: now - 62, iat=lambda now: now - 300)),
    "good for more than an hour": (Refusal.EXPIRED, claiming(exp=lambda now: now + 3700)),
    "good for a day, of which minutes are left": (
        Refusal.EXPIRED, claiming(exp=lambda now: now + 300, iat=lambda now: now - 86_100)),
    "issued in the future": (Refusal.EXPIRED, claiming(iat=lambda now: now + 120, exp=lambda now: now + 300)),
    "not good yet": (Refusal.EXPIRED, claiming(nbf=lambda now: now + 120)),
    "expired before it was issued": (Refusal.EXPIRED, claiming(exp=lambda now: now - 10, iat=lambda now: now)),
    "a tenant that is not listed": (
        Refusal.TENANT, lambda d: EPIC_KEY.sign(EPIC_KEY.header(), d.claims(client="epic", tenant="west"))),
    "no tenant where they are listed": (Refusal.TENANT, by(EPIC_KEY, "epic")),
    "a tenant that is no text": (Refusal.TENANT, claiming(tenant=["north"])),
    "an unknown kid": (Refusal.UNKNOWN_KEY, by(ec("unknown"))),
    "the kid of another client": (Refusal.UNKNOWN_KEY, by(STRICT_KEY)),
    "another key under a known kid": (
        Refusal.SIGNATURE, lambda d: Signer("main", "ES384", ECKey.generate_key("P-384")).sign(
            MAIN_KEY.header(), d.claims())),
    "an algorithm that the client does not use": (
        Refusal.HEADER, lambda d: SECOND_KEY.sign(SECOND_KEY.header(alg="RS256"), d.claims(), "RS256")),
    "an algorithm of another kind than the key": (Refusal.UNKNOWN_KEY, headers(alg="RS384")),
    "another algorithm than the key is for": (
        Refusal.UNKNOWN_KEY, lambda d: SECOND_KEY.sign(SECOND_KEY.header(alg="PS384"), d.claims(), "PS384")),
    "tampered claims": (Refusal.SIGNATURE, tampered),
    "tampered header": (Refusal.SIGNATURE, lambda d: ".".join(
        [encoded({**MAIN_KEY.header(), "x": 1}), *parts(d)[1:]])),
    "tampered signature": (Refusal.SIGNATURE, lambda d: ".".join([*parts(d)[:2], encoded(b"\1" * 96)])),
    "a signature of zeros": (Refusal.SIGNATURE, lambda d: ".".join([*parts(d)[:2], encoded(bytes(96))])),
    "five parts": (Refusal.MALFORMED, lambda d: ".".join([*parts(d), "x", "x"])),
    "no token at all": (Refusal.MALFORMED, lambda _: "a.b"),
    "a header nested without end": (Refusal.MALFORMED, lambda d: ".".join(
        [encoded(b"[" * 4000), *parts(d)[1:]])),
}  # fmt: skip


def refusal(response: requests.Response) -> tuple[int, bytes, dict[str, str]]:
    """Everything of an answer that a caller can see, but for the time."""
    seen = {name: value for name, value in response.headers.items() if name != "Date"}
    return response.status_code, response.content, seen


def is_bare(response: requests.Response) -> bool:
    status, body, seen = refusal(response)
    return (status, body, seen) == (
        401,
        b"",
        {
            "WWW-Authenticate": "Bearer",
            "Content-Length": "0",
            "Connection": seen["Connection"],
            "Server": "gunicorn",
        },
    )


@pytest.mark.requirement(
    "SEC-1", "JWT-1", "JWT-2", "JWT-3", "JWT-4", "JWT-5", "JWT-6", "JWT-7", "JWT-8", "JWT-9",
    "JWT-10", "JWT-11",
)  # fmt: skip
@pytest.mark.parametrize("name", NEGATIVE)
def test_a_token_that_is_not_as_it_must_be_gets_the_same_bare_refusal(
    deployment: Deployment, name: str
) -> None:
    reason, token = NEGATIVE[name]
    before = len(deployment.log.read_bytes())
    refused = deployment.call(PLAIN, token(deployment))
    assert is_bare(refused), (refused.status_code, refused.text, refused.headers)
    # The caller cannot tell why; the operator can.
    logged = deployment.log.read_bytes()[before:].decode()
    assert f"not admitted: {reason.value} (client" in logged


@pytest.mark.requirement("SEC-1", "SEC-2", "JWT-11")
@pytest.mark.parametrize(
    "sent", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpzZWNyZXQ=", "Digest x", "Token {}", "{}"]
)
def test_without_a_bearer_token_nobody_is_admitted(
    deployment: Deployment, sent: str | None
) -> None:
    token = deployment.good()
    given = {} if sent is None else {"Authorization": sent.format(token)}
    assert is_bare(deployment.service.post(SIGN, json=PLAIN, headers=given))
    assert deployment.call(PLAIN, token).status_code == 200


@pytest.mark.requirement("SEC-2", "JWT-11")
def test_two_authorization_headers_are_refused(deployment: Deployment) -> None:
    two = f"Bearer {deployment.good()}\r\nAuthorization: Bearer {deployment.good()}"
    assert b"401" in raw(deployment, two).partition(b"\r\n")[0]


@pytest.mark.requirement("JWT-1")
def test_a_giant_token_is_not_even_read(deployment: Deployment) -> None:
    giant = deployment.good(padding="x" * 100_000)
    assert b"431" in raw(deployment, f"Bearer {giant}").partition(b"\r\n")[0]


def raw(deployment: Deployment, authorization: str, host: str = "cds.example") -> bytes:
    """A call as bytes: what no library would send."""
    import socket  # noqa: PLC0415 - for this alone

    port = int(deployment.service.base.rpartition(":")[2])
    request = (
        f"POST {SIGN} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request.encode())
        return connection.makefile("rb").read()


POSITIVE: dict[str, Token] = {
    "ES384": (claiming()),
    "RS384": (by(SECOND_KEY)),
    "its own key place named": (lambda d: MAIN_KEY.sign(MAIN_KEY.header(jku=f"{d.keys.base}/main.json"), d.claims())),
    "keys by file": (by(STRICT_KEY, "strict")),
    "typ in small letters": (headers(typ="jwt")),
    "aud in a list of one": (lambda d: d.good(aud=[f"{d.service.base}{SIGN}"])),
    "aud in a list": (lambda d: d.good(aud=["sand_man", f"{d.service.base}{SIGN}", 7])),
    "a tenant where any may be": (claiming(tenant="north")),
    "as Epic sends it": (lambda d: EPIC_KEY.sign(EPIC_KEY.header(), d.claims(
        client="epic", tenant="north", sub="client-id", nbf=int(time.time()) - 300,
        exp=int(time.time()) + 900))),
    "the address that was registered": (lambda d: EPIC_KEY.sign(
        EPIC_KEY.header(), d.claims(client="epic", tenant="south", aud="https://registered.example/cds"))),
    "as the sandbox sends it": (by(
        SANDBOX_KEY, "sandbox", jku="https://sandbox.cds-hooks.org/.well-known/jwks.json")),
    "clocks half a minute apart": (claiming(iat=lambda now: now + 30, exp=lambda now: now + 330)),
    "expired half a minute ago": (claiming(iat=lambda now: now - 330, exp=lambda now: now - 30)),
}  # fmt: skip


@pytest.mark.requirement(
    "SEC-2", "JWT-1", "JWT-2", "JWT-3", "JWT-6", "JWT-7", "JWT-8", "JWT-9", "JWT-10"
)
@pytest.mark.parametrize("name", POSITIVE)
def test_a_token_as_clients_send_it_is_admitted(deployment: Deployment, name: str) -> None:
    answer = deployment.call(PLAIN, POSITIVE[name](deployment))
    assert (answer.status_code, answer.text) == (200, '{"cards":[]}')


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_in_any_case(deployment: Deployment, scheme: str) -> None:
    sent = {"Authorization": f"{scheme} {deployment.good()}"}
    assert deployment.service.post(SIGN, json=PLAIN, headers=sent).status_code == 200


@pytest.mark.requirement("JWT-3")
def test_what_a_request_says_of_its_host_decides_nothing(deployment: Deployment) -> None:
    spoofed = deployment.good(aud=f"http://evil.example{SIGN}")
    for sent in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        assert is_bare(deployment.call(PLAIN, spoofed, **sent))
        assert deployment.call(PLAIN, deployment.good(), **sent).status_code == 200


@pytest.mark.requirement("DISC-17", "JWT-3")
def test_discovery_takes_a_token_for_its_own_address_alone(deployment: Deployment) -> None:
    def discovered(path: str) -> requests.Response:
        return deployment.service.get(DISCOVERY, headers=bearer(deployment.good(path)))

    assert len(discovered(DISCOVERY).json()["services"]) == 3
    assert is_bare(discovered(SIGN))
    assert is_bare(deployment.service.get(DISCOVERY))


@pytest.mark.requirement("JWT-10")
def test_a_token_is_good_for_one_call(deployment: Deployment) -> None:
    token = deployment.good()
    assert deployment.call(PLAIN, token).status_code == 200
    assert is_bare(deployment.call(PLAIN, token))
    again = MAIN_KEY.sign(MAIN_KEY.header(), deployment.claims(jti="chosen"))
    assert deployment.call(PLAIN, again).status_code == 200
    other = MAIN_KEY.sign(MAIN_KEY.header(), deployment.claims(jti="chosen", tenant="other"))
    assert is_bare(deployment.call(PLAIN, other))


@pytest.mark.requirement("JWT-10")
def test_a_refused_token_does_not_use_up_its_id(deployment: Deployment) -> None:
    forged = ec("forged").sign(MAIN_KEY.header(), deployment.claims(jti="theirs"))
    assert is_bare(deployment.call(PLAIN, forged))
    assert deployment.call(PLAIN, deployment.good(jti="theirs")).status_code == 200


@pytest.mark.requirement("JWT-9", "JWT-12")
def test_a_rotated_key_is_looked_for_once(deployment: Deployment) -> None:
    good = deployment.published.reply
    assert deployment.call(PLAIN, deployment.good()).status_code == 200
    time.sleep(1.1)  # the shortest time between two looks, as configured
    try:
        deployment.published.reply = Reply(body=key_set(ROTATED_KEY))
        before = len(deployment.keys.asked)
        new = by(ROTATED_KEY)
        assert deployment.call(PLAIN, new(deployment)).status_code == 200
        assert is_bare(deployment.call(PLAIN, deployment.good()))
        assert is_bare(deployment.call(PLAIN, by(ec("unknown"))(deployment)))
        assert len(deployment.keys.asked) == before + 1
    finally:
        deployment.published.reply = good
        time.sleep(1.1)


DOUBLED = ec("doubled")
ENCRYPTING, CURVE, WEAK = ec("encrypting"), ec("curve", "P-256"), rsa("weak", bits=1024)
SHARED = {"kty": "oct", "kid": "shared", "k": encoded(SECRET), "alg": "ES384"}


@pytest.mark.requirement("JWT-5", "JWT-6", "JWT-9")
def test_a_key_that_is_not_for_it_checks_nothing(deployment: Deployment) -> None:
    good = deployment.published.reply
    unfit = [
        {**ENCRYPTING.jwk, "use": "enc"},
        DOUBLED.jwk,
        {**SECOND_KEY.jwk, "kid": "doubled"},
        {**CURVE.jwk, "alg": "ES384"},
        WEAK.jwk,
        SHARED,
    ]
    try:
        time.sleep(1.1)
        deployment.published.reply = Reply(body={"keys": [*unfit, MAIN_KEY.jwk]})
        for key in (ENCRYPTING, DOUBLED, CURVE, WEAK):
            assert is_bare(deployment.call(PLAIN, by(key)(deployment))), key.kid
        header = MAIN_KEY.header(kid="shared", alg="HS384")
        shared = sealed(header, deployment.claims(), SECRET)
        assert is_bare(deployment.call(PLAIN, shared))
        assert deployment.call(PLAIN, deployment.good()).status_code == 200
    finally:
        deployment.published.reply = good
        time.sleep(1.1)


@pytest.mark.requirement("JWT-12")
@pytest.mark.parametrize("trouble", ["long", "away", "moved", "no JSON", "none", "slow"])
def test_a_key_set_that_cannot_be_used_refuses_at_once_and_spoils_nothing(
    deployment: Deployment, trouble: str
) -> None:
    good = deployment.published.reply
    spare = ec("spare")
    replies = {
        "long": Reply(body=b" " * 5_000_000),
        "away": Reply(503),
        "moved": Reply(302, headers={"Location": f"{deployment.canary.base}/keys.json"}),
        "no JSON": Reply(body=b"<html>"),
        "none": Reply(body={"keys": []}),
        "slow": Reply(body=key_set(spare), slow=Event()),
    }
    assert deployment.call(PLAIN, deployment.good()).status_code == 200
    time.sleep(1.1)
    try:
        deployment.published.reply = replies[trouble]
        start = time.monotonic()
        assert is_bare(deployment.call(PLAIN, by(spare)(deployment)))
        assert time.monotonic() - start < 2.5
        assert deployment.call(PLAIN, deployment.good()).status_code == 200
    finally:
        deployment.published.reply = good


@pytest.mark.requirement("JWT-11")
def test_no_token_is_ever_logged(deployment: Deployment) -> None:
    admitted, refused = deployment.good(), tampered(deployment)
    deployment.call(PLAIN, admitted)
    deployment.call(PLAIN, refused)
    written = deployment.log.read_text("utf-8")
    assert "not admitted: wrong signature (client main)" in written
    for part in (*admitted.split("."), *refused.split(".")):
        assert part not in written
