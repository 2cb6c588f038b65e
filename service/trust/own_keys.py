"""The keys that this service signs with where it asks for access of its own, and their public half."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from service.configuration.tables import Client
from service.fhir.json_types import Json, JsonObject

_LEAST_RSA_BITS = 2048
# The members that a key's thumbprint is made of (RFC 7638).
_THUMBPRINT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}
)


@dataclass(frozen=True)
class OwnKey:
    """A private key. ``public`` is what others may know of it, named by its thumbprint."""

    algorithm: str
    public: JsonObject
    private: Any = field(repr=False)

    @property
    def kid(self) -> str:
        """Its name: the same whoever computes it, so none has to be configured."""
        return str(self.public["kid"])


def read_own_key(path: str) -> OwnKey:
    """A private key from a PEM file: RSA from 2048 bits (RS384), or EC P-384 (ES384).

    Raises:
        ValueError: there is no such key in it; nothing of the file is told.
    """
    try:
        key = load_pem_private_key(Path(path).read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"{path} holds no private key in PEM without a password") from None
    if isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_RSA_BITS:
        return OwnKey("RS384", _public(RSAAlgorithm.to_jwk(key.public_key()), "RS384"), key)
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name == "secp384r1":
        return OwnKey("ES384", _public(ECAlgorithm.to_jwk(key.public_key()), "ES384"), key)
    raise ValueError(f"{path} must hold an RSA key of 2048 bits or more, or an EC key on P-384")


def read_own_keys(client: Client) -> tuple[OwnKey, ...]:
    """The keys for a client's FHIR server; the first signs.

    Raises:
        ValueError: one cannot be read, or the first does not fit the algorithm.
    """
    own = client.own_access
    if own is None:
        return ()
    keys = tuple(read_own_key(path) for path in own.key_files)
    if keys[0].algorithm != own.algorithm.value:
        raise ValueError(f"{own.key_files[0]} cannot sign with {own.algorithm.value}")
    return keys


def key_set(keys: Iterable[OwnKey]) -> JsonObject:
    """The JWK Set that authorisation servers check our signatures by; each key once."""
    public: list[Json] = list({key.kid: key.public for key in keys}.values())
    return {"keys": public}


def _public(jwk: str, algorithm: str) -> JsonObject:
    members: JsonObject = orjson.loads(jwk)
    named = {name: members[name] for name in _THUMBPRINT[str(members["kty"])]}
    digest = hashlib.sha256(orjson.dumps(named, option=orjson.OPT_SORT_KEYS)).digest()
    kid = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {**named, "kid": kid, "use": "sig", "alg": algorithm, "key_ops": ["verify"]}
