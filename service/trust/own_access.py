"""Access of our own to a FHIR server: SMART Backend Services, by a signed assertion.

An access token is kept until shortly before it expires. What cannot be had is an error with a name,
never an empty record.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from uuid import uuid4

import jwt
import orjson

from service.configuration.tables import Client, OwnAccess
from service.fhir.json_types import Json, JsonObject, text_of
from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations
from service.outbound.errors import OutboundError, Trouble
from service.outbound.http import Answer, Request
from service.trust.own_keys import OwnKey

log = logging.getLogger(__name__)
Send = Callable[[Request, Destinations, Deadline], Answer]

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 240  # the standard allows five minutes
_EARLY_SECONDS = 30.0  # a token must outlive the call that takes it
_AGAIN_SECONDS = 5.0  # after a failure nobody is asked for so long
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass
class _Kept:
    token: str | None = field(default=None, repr=False)
    good_until: float = 0.0
    failed_at: float = float("-inf")


class OwnTokens:
    """The access tokens for one client's FHIR server, for all threads of a process."""

    def __init__(
        self,
        client: Client,
        own: OwnAccess,
        key: OwnKey,
        send: Send,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._own, self._key = client, own, key
        self._send, self._now = send, now
        self._kept, self._asking = _Kept(), Lock()

    @property
    def base(self) -> str:
        """The FHIR server that they are for."""
        return self._own.fhir_server

    def token(self, deadline: Deadline) -> str:
        """An access token that is good for this call.

        Raises:
            OutboundError: none is to be had in time.
        """
        if not self._asking.acquire(timeout=deadline.left):
            raise OutboundError(Trouble.NO_OWN_ACCESS)
        try:
            kept = self._kept
            if kept.token is not None and self._now() < kept.good_until:
                return kept.token
            if self._now() - kept.failed_at < _AGAIN_SECONDS:
                raise OutboundError(Trouble.NO_OWN_ACCESS)
            return self._asked(deadline)
        finally:
            self._asking.release()

    def forget(self, token: str) -> None:
        """Do not use a token again that the FHIR server has refused."""
        with self._asking:
            if self._kept.token == token:
                self._kept = _Kept()

    def _asked(self, deadline: Deadline) -> str:
        asked_at = self._now()
        try:
            place = self._own.token_url
            request = Request(place, "POST", {"Accept": "application/json"}, self._form())
            answer = self._send(request, self._client.only(place), deadline)
            token, seconds = _granted(answer)
        except (OutboundError, ValueError) as error:
            self._kept = _Kept(failed_at=asked_at)
            log.warning("no access of our own for client %s: %s", self._client.name, error)
            raise OutboundError(Trouble.NO_OWN_ACCESS) from None
        self._kept = _Kept(token, asked_at + seconds - min(_EARLY_SECONDS, seconds / 2))
        return token

    def _form(self) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "scope": self._own.scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._assertion(),
        }

    def _assertion(self) -> str:
        now, who = int(self._now()), self._own.client_id
        claims = {"iss": who, "sub": who, "aud": self._own.token_url, "jti": str(uuid4())}
        times = {"iat": now, "exp": now + _ASSERTION_SECONDS}
        headers = {"kid": self._key.kid}
        return jwt.encode(
            {**claims, **times}, self._key.private, self._own.algorithm.value, headers
        )


def _granted(answer: Answer) -> tuple[str, float]:
    """The token of an answer, and for how many seconds it is good.

    Raises:
        ValueError: there is none; the words may be logged.
    """
    body = _object(answer.body)
    if answer.status != 200:
        code = text_of(body, "error")
        said = code if _CODE.fullmatch(code) else "no reason given"
        raise ValueError(f"the authorisation server refused ({answer.status}, {said})")
    token, lifetime = text_of(body, "access_token"), body.get("expires_in")
    if not _TOKEN.fullmatch(token) or text_of(body, "token_type").casefold() != "bearer":
        raise ValueError("the authorisation server sent no Bearer token")
    if not isinstance(lifetime, int) or isinstance(lifetime, bool) or lifetime <= 0:
        return token, 0.0  # good for this call; how much longer is not said
    return token, float(lifetime)


def _object(body: bytes) -> JsonObject:
    try:
        found: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
