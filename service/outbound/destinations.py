"""Where requests may go to."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from service.outbound.deadline import Deadline
from service.outbound.errors import OutboundError, Trouble

# What a plain address has no need of, and what is read differently by different libraries.
_ODD = re.compile(r"[\s\\\x00-\x1f\x7f]|/\.{1,2}(?:/|$)|%2e|%2f|%5c", re.IGNORECASE)

_HOSTS_KEPT = 256


class TokenSource(Protocol):
    """Where access tokens of this service's own for one FHIR server come from."""

    @property
    def base(self) -> str:
        """The base address of the server."""

    def token(self, deadline: Deadline) -> str:
        """A token, or an OutboundError where none is to be had in time."""

    def forget(self, token: str) -> None:
        """Not to be used again: the server has refused it."""


@dataclass(frozen=True)
class Destinations:
    """The servers that may be called on behalf of one caller.

    Attributes:
        bases: their base addresses; nothing outside them is ever called.
        this_machine: any server of this machine, for development.
        private_addresses: whether a base may lead to an address of a private network.
        plain_http: whether a base may be without TLS.
        without_token: whether they may be asked without an access token.
        own_tokens: access tokens of this service's own, for calls that bring none.
    """

    bases: tuple[str, ...] = ()
    this_machine: bool = False
    private_addresses: bool = False
    plain_http: bool = False
    without_token: bool = False
    own_tokens: TokenSource | None = field(default=None, repr=False, compare=False)

    def base_of(self, address: str) -> str:
        """The base that an address belongs to, without its last slash.

        Raises:
            OutboundError: it belongs to none that is allowed.
        """
        parts = _split(address)
        if self.this_machine and is_loopback(parts.hostname or ""):
            return address.rstrip("/")
        for base in self.bases:
            if _within(parts, _split(base)) and (parts.scheme == "https" or self.plain_http):
                return base.rstrip("/")
        raise OutboundError(Trouble.NOT_ALLOWED)


NOWHERE = Destinations()
"""No server at all."""

DEVELOPMENT = Destinations(
    this_machine=True, private_addresses=True, plain_http=True, without_token=True
)
"""Any server of this machine, with or without a token; for a service that only it can reach."""


def same_base(address: str, base: str) -> bool:
    """Whether an address, such as that of a further page, lies under a base."""
    try:
        return _within(_split(address), _split(base))
    except OutboundError:
        return False


@lru_cache(maxsize=_HOSTS_KEPT)  # asked of the same few at every call
def is_loopback(host: str) -> bool:
    """Whether a name is that of this machine, without asking anybody."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _split(address: str) -> SplitResult:
    """The parts of an address.

    Raises:
        OutboundError: it is not a plain http(s) address.
    """
    try:
        parts = urlsplit(address)
        plain = parts.hostname and parts.port != 0 and not (parts.username or parts.password)
    except ValueError:  # a port that is no number, half an IPv6 address
        raise OutboundError(Trouble.NOT_ALLOWED) from None
    before_query = address.partition("?")[0]
    if not plain or parts.scheme not in ("http", "https") or "#" in address:
        raise OutboundError(Trouble.NOT_ALLOWED)
    if "@" in parts.netloc or _ODD.search(before_query):
        raise OutboundError(Trouble.NOT_ALLOWED)
    return parts


def _within(parts: SplitResult, base: SplitResult) -> bool:
    root = base.path.rstrip("/")
    return _origin(parts) == _origin(base) and (
        parts.path.rstrip("/") == root or parts.path.startswith(f"{root}/")
    )


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return parts.scheme, (parts.hostname or "").casefold(), port
