"""A JWK Set read: which key may sign with which algorithm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from service.fhir.json_types import Json, JsonObject, objects_of, text_of

_MOST_KEYS = 64
_LEAST_RSA_BITS = 2048
# What an algorithm signs with. RSA keys have no curve.
_KINDS = {"RS": ("RSA", ""), "PS": ("RSA", "")}
_CURVES = {"ES256": ("EC", "P-256"), "ES384": ("EC", "P-384")}
_PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))

KeySet = Mapping[str, JsonObject]
"""Public keys for signatures by name."""


def read_key_set(document: bytes) -> KeySet:
    """The keys of a JWK Set that may check signatures. What is not for that is passed over.

    A name that stands there twice names no key: nobody can tell which is meant.

    Raises:
        ValueError: no JWK Set, or too many keys.
    """
    parsed: Json = orjson.loads(document)
    entries = objects_of(parsed, "keys") if isinstance(parsed, dict) else []
    if not entries or len(entries) > _MOST_KEYS:
        raise ValueError("no key set, or too large a one")
    names = Counter(text_of(entry, "kid") for entry in entries)
    named = ((text_of(entry, "kid"), entry) for entry in entries if _checks(entry))
    return {name: entry for name, entry in named if name and names[name] == 1}


def _checks(entry: JsonObject) -> bool:
    """Whether a key is a public one for checking signatures."""
    purposes = entry.get("key_ops", ["verify"])
    meant = isinstance(purposes, list) and "verify" in purposes
    return meant and entry.get("use", "sig") == "sig" and not _PRIVATE & entry.keys()


def key_for(entry: JsonObject, algorithm: str) -> PyJWK | None:
    """A key, ready for this algorithm; None if it is not one for it.

    A key that names its own algorithm signs with no other.
    """
    kind = _CURVES.get(algorithm) or _KINDS.get(algorithm[:2])
    if (entry.get("kty"), entry.get("crv", "")) != kind:
        return None
    if entry.get("alg") not in (None, algorithm):
        return None
    try:
        key = PyJWK(entry, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
    weak = isinstance(key.key, RSAPublicKey) and key.key.key_size < _LEAST_RSA_BITS
    return None if weak else key
