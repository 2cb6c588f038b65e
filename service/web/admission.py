"""Who is calling, asked before anything else of a call is read."""

from __future__ import annotations

from collections.abc import Callable

from flask import Request

from service.settings import Settings
from service.trust.gate import ANYBODY, Caller, Gate

Admit = Callable[[Request], Caller]

DISCOVERY = "/cds-services"


def admission(gate: Gate | None, settings: Settings) -> Admit:
    """What admits the calls of a service; without a gate, everybody who reaches it.

    The address that a token must be meant for is that of the request under the configured public
    address: what the request says of its host is the caller's word.
    """

    def admit(request: Request) -> Caller:
        open_discovery = request.path == DISCOVERY and not settings.token_for_discovery
        if gate is None or open_discovery:
            return ANYBODY
        address = f"{settings.public_url}{request.path}"
        of_service = address.removesuffix("/feedback")
        headers = request.headers.getlist("Authorization")
        return gate.admit(headers, tuple(dict.fromkeys((address, of_service))))

    return admit
