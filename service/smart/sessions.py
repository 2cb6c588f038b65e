"""Sessions: what a launch led to, until its token ends or its reader ends it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_urlsafe

import orjson

from service.smart.errors import LaunchError, Stop
from service.smart.exchange import Granted
from service.smart.told import Told
from service.smart.vault import Kind, Vault

LONGEST_SECONDS = 3600
"""How long a session lives at most; it ends with its token where that is sooner."""


@dataclass(frozen=True)
class Session:
    """What a page is read with.

    Attributes:
        client: the name of the client.
        server: the base of its FHIR server.
        scope: what may be read; None for all that was asked for.
        until: when it ends, in seconds since 1970.
    """

    client: str
    server: str
    patient: str
    token: str = field(repr=False)
    scope: str | None
    told: Told
    until: float


@dataclass(frozen=True)
class Opened:
    """A session as the browser holds it.

    Attributes:
        handle: what it is called in addresses and in the name of its cookie; opens nothing.
        secret: for the cookie alone.
        seconds: how long it lives.
        framed: whether pages of the EHR may show ours in a frame.
    """

    handle: str
    secret: str = field(repr=False)
    seconds: int
    framed: bool


class Sessions:
    """All sessions of this machine. Shared by all threads and worker processes."""

    def __init__(self, vault: Vault, now: Callable[[], float] = time.time) -> None:
        self._vault, self._now = vault, now

    def open(self, client: str, server: str, granted: Granted, framed: bool) -> Opened:
        """Open one, with a new secret: one of before signing in is good for nothing."""
        seconds = min(granted.seconds, LONGEST_SECONDS)
        session = Session(
            client=client,
            server=server,
            patient=granted.patient,
            token=granted.token,
            scope=granted.scope,
            told=granted.told,
            until=self._now() + seconds,
        )
        secret = self._vault.keep(Kind.SESSION, orjson.dumps(session), seconds)
        return Opened(token_urlsafe(9), secret, seconds, framed)

    def of(self, secret: str) -> Session:
        """The session that a browser's secret opens.

        Raises:
            LaunchError: there is none, or it is over.
        """
        content = self._vault.look(Kind.SESSION, secret)
        if content is None:
            raise LaunchError(Stop.OVER)
        kept = orjson.loads(content)
        return Session(**{**kept, "told": Told(**kept["told"])})

    def end(self, secret: str) -> None:
        """End one: what it was read with is forgotten."""
        self._vault.take(Kind.SESSION, secret)
