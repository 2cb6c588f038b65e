"""Admits a call by its token: a JWT as CDS Hooks 2.0.1 asks for, of a client on the list."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jwt.api_jws
import orjson
from jwt.exceptions import PyJWTError

from service.configuration.tables import Client
from service.outbound.destinations import DEVELOPMENT, Destinations, TokenSource
from service.trust.errors import NotAdmittedError, Refusal, TooManyCallsError
from service.trust.keys import KeyRing
from service.trust.replay import ReplayStore, ReplayStoreError

_LONGEST_TOKEN = 8192  # the web server takes no longer header either
_LONGEST_ID = 256
_NEEDED = ("iss", "aud", "exp", "iat", "jti")

Claims = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """Who was admitted.

    Attributes:
        client: None for whoever calls a service without clients.
        own_tokens: how the client's FHIR server may be asked where a call brings no token.
    """

    client: Client | None = None
    tenant: str | None = None
    own_tokens: TokenSource | None = field(default=None, repr=False)

    @property
    def servers(self) -> Destinations:
        """The FHIR servers that may be asked on its behalf."""
        if self.client is None:
            return DEVELOPMENT
        return replace(self.client.destinations, own_tokens=self.own_tokens)

    @property
    def name(self) -> str:
        """What logs and figures call it."""
        return self.client.name if self.client else "anybody"


ANYBODY = Caller()
"""Whoever reaches a service without clients: that is this machine alone."""


@dataclass(frozen=True)
class Limits:
    """How long a token is good, and for how many calls.

    Attributes:
        leeway: how far the clocks may be apart, in seconds.
        longest_life: how long after its issue a token may expire, in seconds.
        calls_per_minute: of one issuer on this machine; 0 for any number.
        not_before: no token issued earlier is taken; seconds since 1970.
    """

    leeway: int = 60
    longest_life: int = 3600
    calls_per_minute: int = 0
    not_before: float = 0


@dataclass(frozen=True)
class Gate:
    """Checks tokens. Shared by all calls.

    Attributes:
        own_tokens: access of our own, by the name of the client that it is configured for.
    """

    clients: Sequence[Client]
    keys: KeyRing
    replay: ReplayStore
    own_tokens: Mapping[str, TokenSource] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], float] = time.time

    def admit(self, headers: Sequence[str], audiences: Sequence[str]) -> Caller:
        """Who calls.

        Args:
            headers: the Authorization headers of the request.
            audiences: the addresses that the token may be meant for, by the public base address.

        Raises:
            NotAdmittedError: nobody who may.
            TooManyCallsError: a client that called too often within a minute.
        """
        token = _token(headers)
        header, claims = _unverified(token)
        client = self._client(claims)
        _check_header(header, client)
        now = self.now()
        _check_claims(claims, client, audiences)
        _check_times(claims, client, self.limits, now)
        _check_tenant(claims, client)
        self._check_signature(token, header, client)
        self._check_new(claims, client, now)
        return Caller(client, claims.get("tenant"), self.own_tokens.get(client.name))

    def _client(self, claims: Claims) -> Client:
        """By the exact issuer; nothing is fetched for one that is not on the list.

        Where several sites share an issuer, the tenant tells which it is.
        """
        found = [c for c in self.clients if c.issuer == claims.get("iss")]
        if not found:
            raise NotAdmittedError(Refusal.ISSUER)
        of_tenant = (c for c in found if claims.get("tenant") in c.tenants)
        return next(of_tenant, found[0])

    def _check_signature(self, token: str, header: Claims, client: Client) -> None:
        key = self.keys.key(client, header["kid"], header["alg"])
        try:
            # Claims were checked before, in the order of the standard; this is the signature alone.
            jwt.api_jws.decode(token, key, algorithms=[header["alg"]])
        except (PyJWTError, ValueError, TypeError):
            raise NotAdmittedError(Refusal.SIGNATURE, client.name) from None

    def _check_new(self, claims: Claims, client: Client, now: float) -> None:
        try:
            if self._too_many(client, now):
                raise TooManyCallsError
            until = claims["exp"] + self.limits.leeway
            new = self.replay.first_seen(client.issuer, claims["jti"], until, now)
        except ReplayStoreError:
            raise NotAdmittedError(Refusal.NOT_REMEMBERED, client.name) from None
        if not new:
            raise NotAdmittedError(Refusal.REPLAYED, client.name)

    def _too_many(self, client: Client, now: float) -> bool:
        most = self.limits.calls_per_minute
        return bool(most) and self.replay.lately(client.issuer, now) >= most


def _token(headers: Sequence[str]) -> str:
    if len(headers) > 1:
        raise NotAdmittedError(Refusal.SEVERAL)
    scheme, _, token = (headers[0] if headers else "").strip().partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        raise NotAdmittedError(Refusal.NO_TOKEN)
    if len(token) > _LONGEST_TOKEN:
        raise NotAdmittedError(Refusal.MALFORMED)
    return token.strip()


def _unverified(token: str) -> tuple[Claims, Claims]:
    """Header and claims as they stand there, believed by nobody yet."""
    try:
        parts = jwt.api_jws.decode_complete(token, options={"verify_signature": False})
        claims = orjson.loads(parts["payload"])
    except (PyJWTError, ValueError, TypeError, RecursionError):
        raise NotAdmittedError(Refusal.MALFORMED) from None
    if not isinstance(claims, dict):
        raise NotAdmittedError(Refusal.MALFORMED)
    return parts["header"], claims


def _check_header(header: Claims, client: Client) -> None:
    algorithm, kid, kind, place = (header.get(name) for name in ("alg", "kid", "typ", "jku"))
    if algorithm not in [allowed.value for allowed in client.algorithms]:
        raise NotAdmittedError(Refusal.HEADER, client.name)
    if not isinstance(kid, str) or not kid or "crit" in header:
        raise NotAdmittedError(Refusal.HEADER, client.name)
    if not isinstance(kind, str) or kind.casefold() != "jwt":
        raise NotAdmittedError(Refusal.HEADER, client.name)
    if place is not None and place != client.jku:
        raise NotAdmittedError(Refusal.KEY_PLACE, client.name)


def _check_claims(claims: Claims, client: Client, audiences: Sequence[str]) -> None:
    if any(claims.get(name) is None for name in _NEEDED):
        raise NotAdmittedError(Refusal.CLAIMS, client.name)
    jti = claims["jti"]
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_ID:
        raise NotAdmittedError(Refusal.CLAIMS, client.name)
    _check_audience(claims["aud"], client, audiences)


def _check_audience(named: Any, client: Client, audiences: Sequence[str]) -> None:
    given = [named] if isinstance(named, str) else named
    accepted = {*audiences, *client.audiences}
    if not isinstance(given, list) or not accepted.intersection(
        audience for audience in given if isinstance(audience, str)
    ):
        raise NotAdmittedError(Refusal.AUDIENCE, client.name)


def _check_times(claims: Claims, client: Client, limits: Limits, now: float) -> None:
    expires, issued = claims["exp"], claims["iat"]
    starts = claims.get("nbf", issued)
    if not (_is_time(expires) and _is_time(issued) and _is_time(starts)):
        raise NotAdmittedError(Refusal.CLAIMS, client.name)
    begun = max(issued, starts) - limits.leeway <= now
    if not begun or now > expires + limits.leeway:
        raise NotAdmittedError(Refusal.EXPIRED, client.name)
    if not 0 < expires - issued <= limits.longest_life:
        raise NotAdmittedError(Refusal.EXPIRED, client.name)
    if issued < limits.not_before:
        raise NotAdmittedError(Refusal.BEFORE_START, client.name)


def _check_tenant(claims: Claims, client: Client) -> None:
    tenant = claims.get("tenant")
    if not isinstance(tenant, str | None) or (client.tenants and tenant not in client.tenants):
        raise NotAdmittedError(Refusal.TENANT, client.name)


def _is_time(moment: Any) -> bool:
    return isinstance(moment, int | float) and not isinstance(moment, bool) and 0 < moment < 1e11
