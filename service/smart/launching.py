"""A launch from its first request to a session, and the session until it ends."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from secrets import token_urlsafe
from typing import Any

import orjson
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from service.configuration.tables import Client, Smart
from service.smart.discovery import Discovery, Endpoints, Send
from service.smart.errors import LaunchError, Stop
from service.smart.exchange import Exchange, Granted, exchanged
from service.smart.scopes import wanted
from service.smart.told import Told
from service.smart.vault import Kind, Vault

LAUNCH_SECONDS = 600
"""How long signing in may take."""

SESSION_SECONDS = 3600
"""How long a session lives at most; it ends with its token where that is sooner."""

_DENIED = ("access_denied", "login_required", "consent_required", "interaction_required")


@dataclass(frozen=True)
class Begun:
    """A launch on its way.

    Attributes:
        handle: what it is called in addresses and in the name of its cookie; opens nothing.
        secret: for the cookie alone.
        address: where the browser goes on.
        framed: whether pages of the EHR may show ours in a frame.
    """

    handle: str
    secret: str = field(repr=False)
    address: str = field(repr=False)
    framed: bool


@dataclass(frozen=True)
class Opened:
    """A session as the browser holds it, and how long it lives."""

    handle: str
    secret: str = field(repr=False)
    seconds: int
    framed: bool


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
class _Pending:
    client: str
    server: str
    state: str
    verifier: str


class Launching:
    """Launches and sessions of all clients. Shared by all threads."""

    def __init__(
        self, clients: Sequence[Client], public_url: str, send: Send, vault: Vault
    ) -> None:
        self._clients = tuple(client for client in clients if client.smart)
        self._redirect = f"{public_url}/launch/back"
        self._send, self._vault, self._discovery = send, vault, Discovery(send)

    def begin(self, server: str | None, launch: str | None) -> Begun:
        """Begin a launch.

        Args:
            server: ``iss``; None on a standalone launch that may mean the only server there is.
            launch: what the EHR calls the open chart; None on a standalone launch.

        Raises:
            LaunchError: it cannot be begun.
        """
        if server is None and launch is not None:
            raise LaunchError(Stop.NO_SERVER)
        client, base = self._whose(server)
        smart = _smart(client)
        endpoints = self._discovery.endpoints(client, base)
        handle = token_urlsafe(9)
        pending = _Pending(client.name, base, f"{handle}.{token_urlsafe(32)}", token_urlsafe(48))
        secret = self._vault.keep(Kind.LAUNCH, orjson.dumps(pending), LAUNCH_SECONDS)
        # The audience is the server as the EHR wrote it, with its last slash or without.
        context = {"aud": server or base, "launch": launch}
        address = self._address(smart, endpoints, pending, context)
        return Begun(handle, secret, address, bool(smart.embedded_in))

    def finish(self, secret: str, answer: Mapping[str, str]) -> Opened:
        """Finish a launch with what the browser brought back; each can be finished once.

        Raises:
            LaunchError: it leads to no session.
        """
        pending = _Pending(**_loaded(self._vault.take(Kind.LAUNCH, secret), Stop.NOT_STARTED))
        client = self._named(pending.client, Stop.NOT_STARTED)
        endpoints = self._discovery.endpoints(client, pending.server)
        code = _code(answer, pending, endpoints)
        exchange = Exchange(
            client=client,
            smart=_smart(client),
            server=pending.server,
            endpoint=endpoints.token,
            redirect=self._redirect,
            code=code,
            verifier=pending.verifier,
        )
        granted = exchanged(exchange, self._send)
        return self._opened(granted, pending, bool(exchange.smart.embedded_in))

    def session(self, secret: str) -> tuple[Session, Client]:
        """The session that a browser's secret opens, and whose client it is of.

        Raises:
            LaunchError: there is none, or it is over.
        """
        kept = _loaded(self._vault.look(Kind.SESSION, secret), Stop.OVER)
        session = Session(**{**kept, "told": Told(**kept["told"])})
        return session, self._named(session.client, Stop.OVER)

    def end(self, secret: str) -> None:
        """End a session: what it was read with is forgotten."""
        self._vault.take(Kind.SESSION, secret)

    @property
    def frames(self) -> tuple[str, ...]:
        """The origins whose pages may show a page of this service in a frame, of all clients."""
        return tuple(dict.fromkeys(o for c in self._clients for o in _smart(c).embedded_in))

    def _whose(self, server: str | None) -> tuple[Client, str]:
        """The client that has exactly this FHIR server; nobody else's is ever asked."""
        known = [(client, base) for client in self._clients for base in client.fhir_servers]
        if server is None:
            if len(known) == 1:
                return known[0]
            raise LaunchError(Stop.NO_SERVER)
        for client, base in known:
            if base == server.rstrip("/"):
                return client, base
        raise LaunchError(Stop.UNKNOWN_SERVER)

    def _named(self, name: str, otherwise: Stop) -> Client:
        for client in self._clients:
            if client.name == name:
                return client
        raise LaunchError(otherwise)  # configured away in the meantime

    def _address(
        self,
        smart: Smart,
        endpoints: Endpoints,
        pending: _Pending,
        context: Mapping[str, str | None],
    ) -> str:
        address: str = prepare_grant_uri(
            endpoints.authorize,
            smart.client_id,
            "code",
            redirect_uri=self._redirect,
            scope=wanted(bool(context["launch"]), endpoints.fine_scopes, smart.scopes),
            state=pending.state,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
            **context,
        )
        return address

    def _opened(self, granted: Granted, pending: _Pending, framed: bool) -> Opened:
        """A new secret for the new session: the one of before signing in is good for nothing."""
        seconds = min(granted.seconds, SESSION_SECONDS)
        content = {
            **asdict(granted),
            "client": pending.client,
            "server": pending.server,
            "until": time.time() + seconds,
        }
        del content["seconds"]
        secret = self._vault.keep(Kind.SESSION, orjson.dumps(content), seconds)
        return Opened(token_urlsafe(9), secret, seconds, framed)


def _smart(client: Client) -> Smart:
    if client.smart is None:  # only clients with one are kept
        raise LaunchError(Stop.UNKNOWN_SERVER, client.name)
    return client.smart


def _loaded(content: bytes | None, otherwise: Stop) -> dict[str, Any]:
    if content is None:
        raise LaunchError(otherwise)
    found: dict[str, Any] = orjson.loads(content)
    return found


def _code(answer: Mapping[str, str], pending: _Pending, endpoints: Endpoints) -> str:
    """The code of an answer that belongs to this launch and comes from whom it was sent to."""
    state, issuer = answer.get("state", ""), answer.get("iss", "")
    if not hmac.compare_digest(state.encode(), pending.state.encode()):
        raise LaunchError(Stop.OTHER_STATE, pending.client)
    if (issuer or endpoints.names_itself) and endpoints.issuer and issuer != endpoints.issuer:
        raise LaunchError(Stop.OTHER_ISSUER, pending.client)
    if error := answer.get("error"):
        stop = Stop.DENIED if error in _DENIED else Stop.SIGN_IN_FAILED
        raise LaunchError(stop, pending.client)
    if not answer.get("code"):
        raise LaunchError(Stop.NO_CODE, pending.client)
    return answer["code"]
