"""Where an EHR signs its users in: what its FHIR server says, as far as it is believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

import orjson
from cachetools import TTLCache

from service.configuration.tables import Client
from service.fhir.json_types import JsonObject, list_of, object_of, objects_of, text_of
from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations
from service.outbound.errors import OutboundError
from service.outbound.http import Answer, Request
from service.smart.errors import LaunchError, Stop

Send = Callable[[Request, Destinations, Deadline], Answer]

_SECONDS = 5.0  # for all that is asked
_FRESH_SECONDS = 600.0
_MOST_SERVERS = 1024
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


@dataclass(frozen=True)
class Endpoints:
    """The sign-in server of one FHIR server.

    Attributes:
        authorize: where the browser goes.
        token: where the code is exchanged.
        issuer: what it calls itself in its answers; "" where that is not told.
        names_itself: whether it promises to name itself in its answers (RFC 9207).
        fine_scopes: whether it takes the scopes of SMART 2.
    """

    authorize: str
    token: str
    issuer: str = ""
    names_itself: bool = False
    fine_scopes: bool = False


class Discovery:
    """Asks FHIR servers for their sign-in servers, and remembers the answers for a while."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._known: TTLCache[tuple[str, str], Endpoints] = TTLCache(_MOST_SERVERS, _FRESH_SECONDS)
        self._lock = Lock()

    def endpoints(self, client: Client, server: str) -> Endpoints:
        """The sign-in server of a FHIR server of a client.

        Raises:
            LaunchError: it cannot be asked, does not say, or names one that is not allowed.
        """
        key = client.name, server
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = self._asked(client, server)
            with self._lock:
                self._known[key] = known
        return known

    def _asked(self, client: Client, server: str) -> Endpoints:
        deadline = Deadline.after(_SECONDS)
        try:
            found = _of_smart(
                self._json(client, server, "/.well-known/smart-configuration", deadline)
            )
            found = found or _of_capabilities(self._json(client, server, "/metadata", deadline))
        except OutboundError:
            raise LaunchError(Stop.NOT_REACHED, client.name) from None
        if found is None:
            raise LaunchError(Stop.NO_SMART, client.name)
        _check(found, client, server)
        return found

    def _json(self, client: Client, server: str, path: str, deadline: Deadline) -> JsonObject:
        """What stands at a path of the server; nothing where it has no JSON there."""
        request = Request(server + path, headers={"Accept": "application/json"})
        answer = self._send(request, client.destinations, deadline)
        try:
            found = orjson.loads(answer.body) if answer.status == 200 else None
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


def sign_in_servers(client: Client, server: str) -> Destinations:
    """Where a client's users may be signed in: at the FHIR server's own origin, or as configured."""
    parts = urlsplit(server)
    others = client.smart.oauth_servers if client.smart else ()
    return Destinations(
        bases=(f"{parts.scheme}://{parts.netloc}", *others),
        private_addresses=client.private_addresses,
        plain_http=client.plain_http,
    )


def _check(found: Endpoints, client: Client, server: str) -> None:
    allowed = sign_in_servers(client, server)
    try:
        allowed.base_of(found.authorize)
        allowed.base_of(found.token)
    except OutboundError:
        raise LaunchError(Stop.OTHER_SERVER, client.name) from None


def _of_smart(told: JsonObject) -> Endpoints | None:
    """Of ``.well-known/smart-configuration``."""
    authorize, token = text_of(told, "authorization_endpoint"), text_of(told, "token_endpoint")
    if not authorize or not token:
        return None
    return Endpoints(
        authorize=authorize,
        token=token,
        issuer=text_of(told, "issuer"),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        fine_scopes="permission-v2" in list_of(told, "capabilities"),
    )


def _of_capabilities(told: JsonObject) -> Endpoints | None:
    """Of a CapabilityStatement, as before SMART 2; such a server takes the scopes of SMART 1."""
    securities = (object_of(rest, "security") for rest in objects_of(told, "rest"))
    extensions = (e for security in securities for e in objects_of(security, "extension"))
    uris = {
        text_of(part, "url"): text_of(part, "valueUri")
        for extension in extensions
        if text_of(extension, "url") == _OAUTH_URIS
        for part in objects_of(extension, "extension")
    }
    authorize, token = uris.get("authorize"), uris.get("token")
    return Endpoints(authorize, token) if authorize and token else None
