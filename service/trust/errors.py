"""Why a call is not admitted. Who calls never learns it: every refusal is the same bare 401."""

from __future__ import annotations

from enum import Enum

from service.errors import LiverResponseError


class Refusal(str, Enum):
    """The reason, for the log."""

    NO_TOKEN = "no token"  # noqa: S105 - a sentence
    SEVERAL = "several Authorization headers"
    MALFORMED = "not a signed token"
    HEADER = "alg, kid or typ is missing or not accepted"
    ISSUER = "issuer not on the list"
    KEY_PLACE = "names another place for its keys"
    CLAIMS = "a needed claim is missing or not as it must be"
    AUDIENCE = "meant for another address"
    EXPIRED = "expired, not yet valid, or valid for too long"
    BEFORE_START = "issued before this service was started, which may have seen it then"
    TENANT = "tenant not on the list"
    UNKNOWN_KEY = "no key of that name that fits"
    KEYS_NOT_HAD = "the key set could not be read"
    SIGNATURE = "wrong signature"
    REPLAYED = "seen before"
    NOT_REMEMBERED = "the store of seen tokens is full or did not answer"
    FROM_AFAR = "no client is configured, and the call is not from this machine"


class NotAdmittedError(LiverResponseError):
    """A call without a token that can be trusted."""

    status = 401
    code = "login"

    def __init__(self, refusal: Refusal, client: str = "") -> None:
        super().__init__("Not admitted.")
        self.refusal = refusal
        self.client = client


class TooManyCallsError(LiverResponseError):
    """A client that calls more often than it may. Its token is still good."""

    status = 429
    code = "throttled"
    retry_seconds = 10

    def __init__(self) -> None:
        super().__init__("Too many calls within a minute; try again later.")
