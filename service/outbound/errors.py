"""Why a request of this service came to nothing."""

from __future__ import annotations

from enum import Enum


class Trouble(str, Enum):
    """What went wrong, in words that may be shown: no address, no token, nothing that was sent."""

    NOT_ALLOWED = "this server is not one that may be asked"
    UNAUTHENTICATED = "no usable access token was sent with the call"
    NO_OWN_ACCESS = "no access token of this service's own was to be had"
    NOT_REACHED = "the server could not be reached"
    TOO_SLOW = "there was no answer in time"
    NOT_AUTHORISED = "the server refused the access token, or what it asks for"
    NOT_FOUND = "the server does not have it"
    REDIRECTED = "the server sent us elsewhere"
    TOO_MUCH = "the answer was longer than is read"
    FAILED = "the server reported an error"
    NO_FHIR = "the answer was no FHIR JSON"


class OutboundError(Exception):
    """A request that came to nothing. Never leaves the parts that ask other servers."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
