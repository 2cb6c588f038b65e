"""Access of our own: a token by a signed assertion, kept while it is good; a failure has a name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwt
from joserfc.jwk import KeySet
from scripted_server import Asked, Reply, Scripted, scripted

from service.app import create_app
from service.configuration.tables import Client, OwnAccess, OwnAlgorithm
from service.outbound.deadline import Deadline
from service.outbound.errors import OutboundError, Trouble
from service.outbound.http import Outbound
from service.settings import Settings
from service.trust.own_access import OwnTokens
from service.trust.own_keys import key_set, read_own_key, read_own_keys

GRANTED = {"access_token": "granted", "token_type": "bearer", "expires_in": 300}
FHIR = "https://fhir.example/r4"


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Path:
    keys: dict[str, Any] = {
        "ec": ec.generate_private_key(ec.SECP384R1()),
        "rsa": rsa.generate_private_key(65537, 2048),
    }
    form, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    for name, key in keys.items():
        pem = key.private_bytes(form, kind, serialization.NoEncryption())
        (tmp_path / f"{name}.pem").write_bytes(pem)
    return tmp_path


class Authorisation:
    """An authorisation server that answers as it is told."""

    def __init__(self) -> None:
        self.reply = Reply(body=GRANTED)

    def __call__(self, _: Asked) -> Reply:
        return self.reply


@pytest.fixture(name="script")
def _script() -> Authorisation:
    return Authorisation()


@pytest.fixture(name="server")
def _server(script: Authorisation) -> Iterator[Scripted]:
    with scripted(script) as running:
        yield running


def client(server: Scripted, files: Path, key: str = "ec", **members: Any) -> Client:
    algorithm = OwnAlgorithm.ES384 if key == "ec" else OwnAlgorithm.RS384
    own = OwnAccess(
        fhir_server=FHIR,
        token_url=f"{server.base}/token",
        client_id="us",
        key_files=(str(files / f"{key}.pem"),),
        scope="system/Patient.rs system/Observation.rs",
        algorithm=algorithm,
    )
    members = {"plain_http": True, "private_addresses": True, **members}
    return Client(
        "main", "i", jku="https://e.example", fhir_servers=(FHIR,), own_access=own, **members
    )


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def tokens(of: Client, clock: Clock | None = None) -> OwnTokens:
    assert of.own_access
    return OwnTokens(of, of.own_access, read_own_keys(of)[0], Outbound().send, clock or Clock())


def trouble(own: OwnTokens) -> Trouble:
    with pytest.raises(OutboundError) as error:
        own.token(Deadline.after(2))
    return error.value.trouble


@pytest.mark.parametrize(("key", "algorithm"), [("ec", "ES384"), ("rsa", "RS384")])
def test_a_token_is_asked_for_as_smart_backend_services_has_it(
    server: Scripted, files: Path, key: str, algorithm: str
) -> None:
    of = client(server, files, key)
    assert tokens(of).token(Deadline.after(5)) == "granted"
    (asked,) = server.asked
    form = {name: value for name, (value,) in parse_qs(asked.body.decode()).items()}
    assert (asked.method, form["grant_type"]) == ("POST", "client_credentials")
    assert form["scope"] == "system/Patient.rs system/Observation.rs"
    assert form["client_assertion_type"].endswith(":jwt-bearer")
    published = KeySet.import_key_set(key_set(read_own_keys(of)))  # type: ignore[arg-type]
    assertion = jwt.decode(form["client_assertion"], published, algorithms=[algorithm])
    assert (assertion.header["typ"], assertion.header["alg"]) == ("JWT", algorithm)
    claims = assertion.claims
    assert claims["iss"] == claims["sub"] == "us"
    assert claims["aud"] == f"{server.base}/token"
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert len(claims["jti"]) == 36


def test_a_token_is_kept_until_shortly_before_it_expires(server: Scripted, files: Path) -> None:
    clock = Clock()
    own = tokens(client(server, files), clock)
    for _ in range(3):
        own.token(Deadline.after(5))
    clock.now += 269
    own.token(Deadline.after(5))
    assert len(server.asked) == 1
    clock.now += 2
    own.token(Deadline.after(5))
    assert len(server.asked) == 2
    bodies = [parse_qs(asked.body.decode())["client_assertion"] for asked in server.asked]
    assert bodies[0] != bodies[1]


@pytest.mark.parametrize("lifetime", [None, 0, -1, "300", True])
def test_a_token_of_unknown_life_is_used_once(
    server: Scripted, files: Path, script: Authorisation, lifetime: Any
) -> None:
    script.reply = Reply(body={**GRANTED, "expires_in": lifetime})
    own = tokens(client(server, files))
    for _ in range(2):
        assert own.token(Deadline.after(5)) == "granted"
    assert len(server.asked) == 2


FAILURES = {
    "refused": Reply(401, {"error": "invalid_client"}),
    "scope refused": Reply(400, {"error": "invalid_scope"}),
    "away": Reply(503),
    "moved": Reply(302, headers={"Location": "https://evil.example/"}),
    "no JSON": Reply(body=b"<html>"),
    "no token": Reply(body={"token_type": "bearer"}),
    "a token that breaks headers": Reply(body={**GRANTED, "access_token": "a\r\nb"}),
    "another type": Reply(body={**GRANTED, "token_type": "mac"}),
    "slow": Reply(body=GRANTED, slow=Event()),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_cannot_be_had_is_a_trouble_with_a_name_and_not_asked_for_again_at_once(
    server: Scripted,
    files: Path,
    script: Authorisation,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    script.reply = FAILURES[name]
    clock = Clock()
    own = tokens(client(server, files), clock)
    assert trouble(own) is Trouble.NO_OWN_ACCESS
    assert trouble(own) is Trouble.NO_OWN_ACCESS
    assert len(server.asked) == 1
    assert "no access of our own for client main" in caplog.text
    assert "evil" not in caplog.text
    clock.now += 6
    script.reply = Reply(body=GRANTED)
    assert own.token(Deadline.after(5)) == "granted"


def test_a_token_that_the_fhir_server_refused_is_not_used_again(
    server: Scripted, files: Path
) -> None:
    own = tokens(client(server, files))
    token = own.token(Deadline.after(5))
    own.forget("another")
    own.token(Deadline.after(5))
    assert len(server.asked) == 1
    own.forget(token)
    own.token(Deadline.after(5))
    assert len(server.asked) == 2


def test_an_authorisation_server_on_a_private_address_is_not_asked_unless_configured(
    server: Scripted, files: Path
) -> None:
    assert trouble(tokens(client(server, files, private_addresses=False))) is Trouble.NO_OWN_ACCESS
    assert server.asked == []


def test_a_key_is_named_by_its_thumbprint_and_its_private_half_is_never_told(
    files: Path,
) -> None:
    for name in ("ec", "rsa"):
        key = read_own_key(str(files / f"{name}.pem"))
        imported = KeySet.import_key_set({"keys": [key.public]}).keys[0]  # type: ignore[arg-type]
        assert imported.thumbprint() == key.kid
        assert not {"d", "p", "q"} & key.public.keys()
        assert "private" not in repr(key)


def test_our_public_keys_are_served_where_there_are_any(server: Scripted, files: Path) -> None:
    of = client(server, files)
    settings = Settings(public_url="https://cds.example", clients=(of,))
    served = create_app(settings).test_client().get("/.well-known/jwks.json")
    assert served.get_json() == key_set(read_own_keys(of))
    assert create_app(Settings()).test_client().get("/.well-known/jwks.json").status_code == 404
