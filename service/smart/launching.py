"""A launch from its first request to a session."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe

import orjson
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from service.configuration.smart import Smart
from service.configuration.tables import Client
from service.smart.discovery import Discovery, Endpoints, Send
from service.smart.errors import LaunchError, Stop
from service.smart.exchange import Exchange, exchanged
from service.smart.scopes import wanted
from service.smart.sessions import Opened, Session, Sessions
from service.smart.vault import Kind, Vault

LAUNCH_SECONDS = 600
"""How long signing in may take."""

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
class _Pending:
    """What is remembered of it until the browser is back."""

    client: str
    server: str
    endpoints: Endpoints
    state: str
    verifier: str


class Launching:
    """Launches for all clients. Shared by all threads."""

    def __init__(
        self, clients: Sequence[Client], public_url: str, send: Send, vault: Vault
    ) -> None:
        self.sessions = Sessions(vault)
        self._clients = {client.name: client for client in clients if client.smart}
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
        smart, endpoints = _smart(client), self._discovery.endpoints(client, base)
        handle = token_urlsafe(9)
        state, verifier = f"{handle}.{token_urlsafe(32)}", token_urlsafe(48)
        pending = _Pending(client.name, base, endpoints, state, verifier)
        secret = self._vault.keep(Kind.LAUNCH, orjson.dumps(pending), LAUNCH_SECONDS)
        # The audience is the server as the EHR wrote it, with its last slash or without.
        context = {"aud": server or base, "launch": launch}
        address = self._address(smart, pending, context)
        return Begun(handle, secret, address, bool(smart.embedded_in))

    def finish(self, secret: str, answer: Mapping[str, str]) -> Opened:
        """Finish a launch with what the browser brought back; each can be finished once.

        Raises:
            LaunchError: it leads to no session.
        """
        pending = _pending(self._vault.take(Kind.LAUNCH, secret))
        client = self._client(pending.client, Stop.NOT_STARTED)
        smart = _smart(client)
        exchange = Exchange(
            client=client,
            smart=smart,
            server=pending.server,
            endpoint=pending.endpoints.token,
            redirect=self._redirect,
            code=_code(answer, pending),
            verifier=pending.verifier,
        )
        granted = exchanged(exchange, self._send)
        return self.sessions.open(client.name, pending.server, granted, bool(smart.embedded_in))

    def session(self, secret: str) -> tuple[Session, Client]:
        """The session that a browser's secret opens, and whose client it is of.

        Raises:
            LaunchError: there is none, or it is over.
        """
        session = self.sessions.of(secret)
        return session, self._client(session.client, Stop.OVER)

    @property
    def frames(self) -> tuple[str, ...]:
        """The origins whose pages may show a page of this service in a frame, of all clients."""
        origins = (o for client in self._clients.values() for o in _smart(client).embedded_in)
        return tuple(dict.fromkeys(origins))

    def _whose(self, server: str | None) -> tuple[Client, str]:
        """The client that has exactly this FHIR server; nobody else's is ever asked."""
        known = [
            (client, base) for client in self._clients.values() for base in client.fhir_servers
        ]
        if server is None and len(known) == 1:
            return known[0]
        if server is None:
            raise LaunchError(Stop.NO_SERVER)
        for client, base in known:
            if base == server.rstrip("/"):
                return client, base
        raise LaunchError(Stop.UNKNOWN_SERVER)

    def _client(self, name: str, otherwise: Stop) -> Client:
        """A client by name; ``otherwise`` it was configured away in the meantime."""
        if name not in self._clients:
            raise LaunchError(otherwise)
        return self._clients[name]

    def _address(self, smart: Smart, pending: _Pending, context: Mapping[str, str | None]) -> str:
        address: str = prepare_grant_uri(
            pending.endpoints.authorize,
            smart.client_id,
            "code",
            redirect_uri=self._redirect,
            scope=wanted(bool(context["launch"]), pending.endpoints.fine_scopes, smart.scopes),
            state=pending.state,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
            **context,
        )
        return address


def _smart(client: Client) -> Smart:
    if client.smart is None:  # only clients with one are kept
        raise LaunchError(Stop.UNKNOWN_SERVER, client.name)
    return client.smart


def _pending(content: bytes | None) -> _Pending:
    if content is None:
        raise LaunchError(Stop.NOT_STARTED)
    kept = orjson.loads(content)
    return _Pending(**{**kept, "endpoints": Endpoints(**kept["endpoints"])})


def _code(answer: Mapping[str, str], pending: _Pending) -> str:
    """The code of an answer that belongs to this launch and comes from whom it was sent to."""
    state, issuer, told = answer.get("state", ""), answer.get("iss", ""), pending.endpoints
    if not hmac.compare_digest(state.encode(), pending.state.encode()):
        raise LaunchError(Stop.OTHER_STATE, pending.client)
    if (issuer or told.names_itself) and told.issuer and issuer != told.issuer:
        raise LaunchError(Stop.OTHER_ISSUER, pending.client)
    if error := answer.get("error"):
        stop = Stop.DENIED if error in _DENIED else Stop.SIGN_IN_FAILED
        raise LaunchError(stop, pending.client)
    if not answer.get("code"):
        raise LaunchError(Stop.NO_CODE, pending.client)
    return answer["code"]
