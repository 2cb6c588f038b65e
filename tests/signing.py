"""Client tokens by an independent signer: joserfc signs here, PyJWT checks there."""

from __future__ import annotations

import base64
import hmac
import json
import time
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, RSAKey
from joserfc.jws import JWSRegistry

Json = dict[str, Any]


def encoded(part: bytes | Json) -> str:
    """One part of a token."""
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@dataclass(frozen=True)
class Signer:
    """A key and its name; signs whatever it is told, wrong things included."""

    kid: str
    algorithm: str
    key: Key

    @property
    def jwk(self) -> Json:
        """The public half, as a key set has it."""
        public = self.key.as_dict(private=False)
        return {**public, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    @property
    def pem(self) -> bytes:
        """The public half as a file has it."""
        return self.key.as_pem(private=False)

    def header(self, **members: Any) -> Json:
        """The header of a good token, members changed; None takes one away."""
        return _changed({"alg": self.algorithm, "kid": self.kid, "typ": "JWT"}, members)

    def sign(self, header: Json, claims: Json | bytes, algorithm: str | None = None) -> str:
        """A token with exactly this header and these claims."""
        return signed(header, claims, algorithm or self.algorithm, self.key)


def signed(header: Json, claims: Json | bytes, algorithm: str, key: Key) -> str:
    """A token, signed by an algorithm that its header need not name."""
    head = f"{encoded(header)}.{encoded(claims)}"
    signature = JWSRegistry.algorithms[algorithm].sign(head.encode(), key)
    return f"{head}.{encoded(signature)}"


def sealed(header: Json, claims: Json, secret: bytes) -> str:
    """A token with the HMAC that its header names; any bytes serve as the secret."""
    head = f"{encoded(header)}.{encoded(claims)}"
    digest = f"sha{header['alg'].removeprefix('HS')}"
    return f"{head}.{encoded(hmac.digest(secret, head.encode(), digest))}"


@lru_cache
def ec(kid: str, curve: str = "P-384") -> Signer:
    """An elliptic key by this name, made once."""
    return Signer(kid, {"P-256": "ES256", "P-384": "ES384"}[curve], ECKey.generate_key(curve))


@lru_cache
def rsa(kid: str, algorithm: str = "RS384", bits: int = 2048) -> Signer:
    """An RSA key by this name, made once; a weak one where that is asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return Signer(kid, algorithm, RSAKey.generate_key(bits))


def claims(issuer: str, audience: Any, **members: Any) -> Json:
    """The claims of a good token issued now, members changed; None takes one away."""
    now = int(time.time())
    good = {"iss": issuer, "aud": audience, "exp": now + 300, "iat": now, "jti": str(uuid4())}
    return _changed(good, members)


def _changed(good: Json, members: Json) -> Json:
    return {name: value for name, value in {**good, **members}.items() if value is not None}


def bearer(token: str) -> dict[str, str]:
    """The header of a request that brings this token."""
    return {"Authorization": f"Bearer {token}"}
