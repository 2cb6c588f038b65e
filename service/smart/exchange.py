"""An authorization code, exchanged for what it is good for."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote

import orjson
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oauth2.rfc7523 import private_key_jwt_sign

from service.configuration.smart import Smart
from service.configuration.tables import Client
from service.fhir.json_types import Json, JsonObject, text_of
from service.outbound.deadline import Deadline
from service.outbound.errors import OutboundError
from service.outbound.http import Answer, Request
from service.smart.discovery import Send, sign_in_servers
from service.smart.errors import LaunchError, Stop
from service.smart.told import Told, read_told

_SECONDS = 5.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")  # what a header takes
_PATIENT = re.compile(r"[^\s/?#]{1,256}")
_UNSTATED_SECONDS = 300  # the life of a token that does not say how long it lives
_ASSERTED_SECONDS = 240  # SMART allows five minutes
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Exchange:
    """What is exchanged, and where."""

    client: Client
    smart: Smart
    server: str
    endpoint: str
    redirect: str
    code: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Granted:
    """What was granted.

    Attributes:
        token: for the FHIR server; part of no text.
        seconds: how long the token lives.
        patient: the id of the patient whose chart it is.
        scope: what may be read; None for all that was asked for.
        told: what stood on the card.
    """

    token: str = field(repr=False)
    seconds: int
    patient: str
    scope: str | None
    told: Told


def exchanged(exchange: Exchange, send: Send) -> Granted:
    """Exchange a code.

    Raises:
        LaunchError: the sign-in server does not answer, refuses, or sends what cannot be used.
    """
    allowed = sign_in_servers(exchange.client, exchange.server)
    try:
        answer = send(_request(exchange), allowed, Deadline.after(_SECONDS))
    except OutboundError:
        raise LaunchError(Stop.SIGN_IN_FAILED, exchange.client.name) from None
    return _granted(answer, exchange.client.name)


def _request(exchange: Exchange) -> Request:
    smart = exchange.smart
    body = prepare_token_request(
        "authorization_code",
        code=exchange.code,
        redirect_uri=exchange.redirect,
        code_verifier=exchange.verifier,
        **_proof(smart, exchange.endpoint),
    )
    headers = {"Accept": "application/json", **_secret(smart)}
    form = dict(parse_qsl(body, keep_blank_values=True))
    return Request(exchange.endpoint, "POST", headers, form)


def _secret(smart: Smart) -> dict[str, str]:
    """The secret of a confidential client, each part encoded as a form (RFC 6749, 2.3.1)."""
    if smart.secret_file is None:
        return {}
    secret = Path(smart.secret_file).read_text("utf-8").strip()
    pair = f"{quote(smart.client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _proof(smart: Smart, endpoint: str) -> dict[str, str]:
    """What tells who asks: a signed assertion, or the name alone."""
    if smart.secret_file is not None:
        return {}
    if smart.key_file is None:
        return {"client_id": smart.client_id}
    key = orjson.loads(Path(smart.key_file).read_bytes())
    assertion = private_key_jwt_sign(
        key,
        smart.client_id,
        endpoint,
        alg=key["alg"],
        header={"kid": key["kid"], "typ": "JWT"},
        expires_in=_ASSERTED_SECONDS,
    )
    return {"client_assertion_type": _JWT_BEARER, "client_assertion": assertion}


def _granted(answer: Answer, client: str) -> Granted:
    if answer.status != 200:
        raise LaunchError(Stop.CODE_REFUSED, client)
    told = _object(answer.body)
    token, patient = text_of(told, "access_token"), text_of(told, "patient")
    if not _TOKEN.fullmatch(token) or text_of(told, "token_type").casefold() != "bearer":
        raise LaunchError(Stop.NO_TOKEN, client)
    if not _PATIENT.fullmatch(patient):
        raise LaunchError(Stop.NO_PATIENT, client)
    scope = told.get("scope")
    return Granted(
        token=token,
        seconds=_seconds(told.get("expires_in")),
        patient=patient,
        scope=scope if isinstance(scope, str) else None,
        told=read_told(told),
    )


def _object(body: bytes) -> JsonObject:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(stated: Json) -> int:
    """The life of a token; some servers write the number as text."""
    try:
        return max(int(stated), 0) if isinstance(stated, int | str) else _UNSTATED_SECONDS
    except ValueError:
        return _UNSTATED_SECONDS
