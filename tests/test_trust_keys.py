"""The keys of clients: when they are asked for, how long they are kept, which may sign with what."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
from scripted_server import Reply, scripted
from signing import Signer, ec, encoded, rsa

from service.configuration.tables import Client
from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations
from service.outbound.errors import OutboundError, Trouble
from service.outbound.http import Answer, Outbound, Request
from service.trust.errors import NotAdmittedError, Refusal
from service.trust.key_set import key_for, read_key_set
from service.trust.keys import LARGEST_SET_BYTES, KeyRing

OLD, NEW = ec("old"), ec("new")
CLIENT = Client("main", "https://ehr.example", jku="https://ehr.example/keys")


class KeyServer:
    """What a client's key server answers, and when it was asked."""

    def __init__(self, *keys: Signer) -> None:
        self.now, self.asked, self.away = 1000.0, 0, False
        self.keys = keys

    def send(self, request: Request, allowed: Destinations, _: Deadline) -> Answer:
        assert (request.url, allowed.bases) == (CLIENT.jku, (CLIENT.jku,))
        self.asked += 1
        if self.away:
            raise OutboundError(Trouble.NOT_REACHED)
        return Answer(200, {}, orjson.dumps({"keys": [key.jwk for key in self.keys]}))

    def ring(self) -> KeyRing:
        return KeyRing(self.send, 600, 30, lambda: self.now)


def refusal(ring: KeyRing, kid: str, algorithm: str = "ES384", client: Client = CLIENT) -> Refusal:
    with pytest.raises(NotAdmittedError) as error:
        ring.key(client, kid, algorithm)
    return error.value.refusal


def test_keys_are_asked_for_once_and_kept() -> None:
    server = KeyServer(OLD)
    ring = server.ring()
    for _ in range(3):
        assert ring.key(CLIENT, "old", "ES384")
    server.now += 599
    assert ring.key(CLIENT, "old", "ES384")
    assert server.asked == 1


def test_an_unknown_name_is_looked_for_once_and_not_again_at_once() -> None:
    server = KeyServer(OLD)
    ring = server.ring()
    assert ring.key(CLIENT, "old", "ES384")
    server.now += 31
    server.keys = (NEW,)
    assert ring.key(CLIENT, "new", "ES384")
    assert refusal(ring, "old") is Refusal.UNKNOWN_KEY
    assert refusal(ring, "another") is Refusal.UNKNOWN_KEY
    assert server.asked == 2
    server.now += 31
    assert refusal(ring, "another") is Refusal.UNKNOWN_KEY
    assert server.asked == 3


def test_a_key_that_was_withdrawn_is_good_no_longer_than_configured() -> None:
    server = KeyServer(OLD, NEW)
    ring = server.ring()
    assert ring.key(CLIENT, "old", "ES384")
    server.keys, server.now = (NEW,), server.now + 601
    assert refusal(ring, "old") is Refusal.UNKNOWN_KEY


def test_keys_outlive_their_server_for_an_hour_and_no_longer() -> None:
    server = KeyServer(OLD)
    ring = server.ring()
    assert ring.key(CLIENT, "old", "ES384")
    server.away = True
    server.now += 600 + 3599
    assert ring.key(CLIENT, "old", "ES384")
    server.now += 31
    assert refusal(ring, "old") is Refusal.KEYS_NOT_HAD
    server.away, server.now = False, server.now + 31
    assert ring.key(CLIENT, "old", "ES384")


def test_a_server_that_is_away_is_not_asked_for_every_call() -> None:
    server = KeyServer(OLD)
    server.away = True
    ring = server.ring()
    assert {refusal(ring, "old") for _ in range(5)} == {Refusal.KEYS_NOT_HAD}
    assert server.asked == 1


def test_while_one_asks_anew_the_others_go_on_with_what_is_known() -> None:
    server = KeyServer(OLD)
    ring = server.ring()
    assert ring.key(CLIENT, "old", "ES384")
    asking, go_on = threading.Event(), threading.Event()

    def slow(*given: Any) -> Answer:
        asking.set()
        go_on.wait(10)
        return server.send(*given)

    ring._send = slow
    server.now += 601
    first = threading.Thread(target=ring.key, args=(CLIENT, "old", "ES384"))
    first.start()
    assert asking.wait(10)
    assert ring.key(CLIENT, "old", "ES384")  # at once
    go_on.set()
    first.join(10)


def test_clients_have_keys_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_bytes(orjson.dumps({"keys": [NEW.jwk]}))
    other = Client("other", "https://other.example", jwks_file=str(tmp_path / "other.json"))
    ring = KeyServer(OLD).ring()
    assert ring.key(CLIENT, "old", "ES384")
    assert ring.key(other, "new", "ES384")
    assert refusal(ring, "old", client=other) is Refusal.UNKNOWN_KEY


@pytest.mark.parametrize("body", [b" " * 5_000_000, b"<html>", b"[]", b'{"keys": []}'])
def test_what_is_no_key_set_is_none(body: bytes) -> None:
    with scripted(lambda _: Reply(body=body)) as server:
        client = Client(
            "main", "i", jku=f"{server.base}/keys", plain_http=True, private_addresses=True
        )
        ring = KeyRing(Outbound(max_bytes=LARGEST_SET_BYTES).send)
        assert refusal(ring, "old", client=client) is Refusal.KEYS_NOT_HAD


def test_a_key_server_on_a_private_address_is_not_asked_unless_configured() -> None:
    with scripted(lambda _: Reply()) as canary:
        client = Client("main", "i", jku=f"{canary.base}/keys", plain_http=True)
        ring = KeyRing(Outbound().send)
        assert refusal(ring, "old", client=client) is Refusal.KEYS_NOT_HAD
        assert canary.asked == []


def keys_of(*entries: dict[str, Any]) -> set[str]:
    return set(read_key_set(orjson.dumps({"keys": entries})))


def test_only_public_keys_for_signatures_are_read() -> None:
    unfit = [
        {**OLD.jwk, "use": "enc"},
        {**OLD.jwk, "kid": "b", "use": None},
        {**OLD.jwk, "kid": "c", "key_ops": ["encrypt"]},
        {**OLD.jwk, "kid": "d", "key_ops": "verify"},
        {**OLD.jwk, "kid": "e", "d": "secret"},
        {"kty": "oct", "kid": "f", "k": encoded(b"x" * 64)},
        {**OLD.jwk, "kid": ""},
        {**OLD.jwk, "kid": 7},
    ]
    assert keys_of(*unfit, {**NEW.jwk, "key_ops": ["verify"]}) == {"new"}


def test_a_name_that_stands_twice_names_no_key() -> None:
    assert keys_of(OLD.jwk, {**NEW.jwk, "kid": "old"}, ec("third").jwk) == {"third"}
    assert keys_of(OLD.jwk, {**NEW.jwk, "kid": "old", "use": "enc"}) == set()


@pytest.mark.parametrize("document", [b"", b"[]", b"7", b'{"keys": {}}', b'{"keys": []}'])
def test_what_is_no_set_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_key_set(document)


def test_a_set_of_very_many_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        keys_of(*({**OLD.jwk, "kid": str(number)} for number in range(65)))


P256, RSA, WEAK = ec("p256", "P-256"), rsa("rsa"), rsa("weak", bits=1024)
FITS = [
    (OLD, "ES384", {}, True),
    (OLD, "ES384", {"alg": None}, True),
    (OLD, "ES256", {"alg": None}, False),
    (OLD, "RS384", {"alg": None}, False),
    (OLD, "ES384", {"alg": "ES256"}, False),
    (OLD, "ES384", {"crv": "P-256"}, False),
    (OLD, "ES384", {"x": "AA"}, False),
    (P256, "ES256", {}, True),
    (P256, "ES384", {"alg": None}, False),
    (RSA, "RS384", {}, True),
    (RSA, "RS384", {"alg": None}, True),
    (RSA, "PS384", {"alg": None}, True),
    (RSA, "PS384", {}, False),
    (RSA, "ES384", {"alg": None}, False),
    (RSA, "HS384", {"alg": None}, False),
    (RSA, "none", {"alg": None}, False),
    (WEAK, "RS384", {}, False),
]


@pytest.mark.parametrize(("key", "algorithm", "members", "fits"), FITS)
def test_a_key_signs_with_the_algorithms_of_its_kind_alone(
    key: Signer, algorithm: str, members: dict[str, Any], fits: bool
) -> None:
    entry = {name: v for name, v in {**key.jwk, **members}.items() if v is not None}
    assert (key_for(entry, algorithm) is not None) is fits
