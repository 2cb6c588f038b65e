"""Who is calling, asked before anything else of a call is read."""

from __future__ import annotations

from collections.abc import Callable

from flask import Request

from service.outbound.destinations import is_loopback
from service.settings import Settings
from service.trust.errors import NotAdmittedError, Refusal
from service.trust.gate import ANYBODY, Caller, Gate

Admit = Callable[[Request], Caller]

DISCOVERY = "/cds-services"


def admission(gate: Gate | None, settings: Settings) -> Admit:
    """What admits the calls of a service; without a gate, everybody on this machine.

    The address that a token must be meant for is that of the request under the configured public
    address: what the request says of its host is the caller's word.
    """

    def admit(request: Request) -> Caller:
        if request.path == DISCOVERY and not settings.token_for_discovery:
            return ANYBODY
        if gate is None:
            return _of_this_machine(request)
        address = f"{settings.public_url}{request.path}"
        of_service = address.removesuffix("/feedback")
        headers = request.headers.getlist("Authorization")
        return gate.admit(headers, tuple(dict.fromkeys((address, of_service))))

    return admit


def _of_this_machine(request: Request) -> Caller:
    """The last line of defence where something else than ``serve`` runs the application openly."""
    if not is_loopback(request.remote_addr or ""):
        raise NotAdmittedError(Refusal.FROM_AFAR)
    return ANYBODY
