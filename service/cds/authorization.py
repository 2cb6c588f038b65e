"""The access token that a call brings for the EHR's FHIR server."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from service.fhir.json_types import JsonObject, text_of

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")  # what a header takes


@dataclass(frozen=True)
class Authorization:
    """A token for one call. It is dropped with the call and is no part of any text.

    Attributes:
        expires_in: seconds, from when the call was sent.
    """

    token: str = field(repr=False)
    expires_in: int


def read_authorization(sent: JsonObject) -> Authorization | None:
    """The ``fhirAuthorization`` of a call; None where there is none that can be used.

    A token of another type than Bearer, or one whose life is over or not stated, is not used: what
    was not prefetched is then missing, and is named. ``scope`` and ``subject`` are not needed here;
    what the token is good for, the FHIR server tells.
    """
    token, lifetime = text_of(sent, "access_token"), sent.get("expires_in")
    if not _TOKEN.fullmatch(token) or text_of(sent, "token_type").casefold() != "bearer":
        return None
    if not isinstance(lifetime, int) or isinstance(lifetime, bool) or lifetime <= 0:
        return None
    return Authorization(token, lifetime)
