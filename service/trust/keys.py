"""The public keys of a client: from a file, or from where its ``jku`` is, kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import orjson
from jwt import PyJWK
from jwt.exceptions import PyJWKError, PyJWTError

from service.configuration.tables import Client
from service.fhir.json_types import Json, object_of, objects_of, text_of
from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations
from service.outbound.errors import OutboundError
from service.outbound.http import Answer, Request
from service.trust.errors import NotAdmittedError, Refusal

Send = Callable[[Request, Destinations, Deadline], Answer]

_FRESH_SECONDS = 600.0
_STALE_SECONDS = 3600.0  # how long keys outlive their server being away
_AGAIN_SECONDS = 30.0  # an unknown kid asks for the keys anew, but not more often than this
_FETCH_SECONDS = 2.0
_LARGEST_SET_BYTES = 65_536
_MOST_KEYS = 64
# What an algorithm signs with. Curves are told apart by PyJWT itself.
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC"}


@dataclass
class _Known:
    keys: Mapping[str, PyJWK] = field(default_factory=dict)
    read_at: float = float("-inf")
    tried_at: float = float("-inf")


class KeyRing:
    """The keys of all clients. Safe to share between threads; each process has its own."""

    def __init__(self, send: Send, clock: Callable[[], float] = time.monotonic) -> None:
        self._send, self._clock = send, clock
        self._known: dict[str, _Known] = {}
        self._lock = Lock()

    def key(self, client: Client, kid: str, algorithm: str) -> PyJWK:
        """The key of that name, if it is one for this algorithm.

        An unknown name asks for the key set once more, as keys are rotated.

        Raises:
            NotAdmittedError: there is none, or the key set is not to be had.
        """
        with self._lock:
            known = self._known.setdefault(client.name, _Known())
            if kid not in known.keys or self._clock() - known.read_at > _FRESH_SECONDS:
                self._refresh(client, known)
            key = known.keys.get(kid)
        if key is None or not _fits(key, algorithm):
            raise NotAdmittedError(Refusal.UNKNOWN_KEY, client.name)
        return key

    def _refresh(self, client: Client, known: _Known) -> None:
        now = self._clock()
        if now - known.tried_at < _AGAIN_SECONDS:
            return
        known.tried_at = now
        try:
            known.keys, known.read_at = _keys(self._document(client)), now
        except (OutboundError, OSError, ValueError):
            if now - known.read_at > _STALE_SECONDS:
                known.keys = {}
                raise NotAdmittedError(Refusal.KEYS_NOT_HAD, client.name) from None

    def _document(self, client: Client) -> bytes:
        if client.jwks_file is not None:
            return Path(client.jwks_file).read_bytes()
        place = client.jku or ""
        allowed = Destinations((place,), False, client.private_addresses, client.plain_http)
        answer = self._send(Request(place), allowed, Deadline.after(_FETCH_SECONDS))
        if answer.status != 200 or len(answer.body) > _LARGEST_SET_BYTES:
            raise ValueError("no key set")
        return answer.body


def _keys(document: bytes) -> dict[str, PyJWK]:
    """The usable keys of a JWK Set by name.

    Raises:
        ValueError: no JWK Set, too many keys, or a name twice.
    """
    parsed: Json = orjson.loads(document)
    entries = objects_of(parsed, "keys") if isinstance(parsed, dict) else []
    if not entries or len(entries) > _MOST_KEYS:
        raise ValueError("no key set, or too large a one")
    names = [text_of(entry, "kid") for entry in entries]
    if len(set(names)) < len(names):
        raise ValueError("a kid stands there twice")
    found = {}
    for entry in entries:
        if text_of(entry, "kid") and text_of(entry, "use") in ("", "sig") and "d" not in entry:
            try:
                found[text_of(entry, "kid")] = PyJWK(dict(object_of({"k": entry}, "k")))
            except (PyJWKError, PyJWTError, ValueError):
                continue  # of a kind that is not used here
    return found


def _fits(key: PyJWK, algorithm: str) -> bool:
    """Whether a key may sign with an algorithm; one that names its own signs with no other."""
    data = key._jwk_data
    stated = data.get("alg")
    return data.get("kty") == _KEY_TYPES.get(algorithm[:2]) and stated in (None, algorithm)
