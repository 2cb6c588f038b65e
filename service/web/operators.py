"""Who may see figures: operators by their tokens; in development, whoever reaches this machine.

A token is 32 random bytes, so its plain SHA-256 can be kept and compared at no cost: there is
nothing to guess, and whoever tries wrong ones keeps no processor busy.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest

from flask import Blueprint, Request, Response, request

from service.configuration.tables import Operator
from service.settings import Settings

_TOKEN_BYTES = 32
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def new_token() -> str:
    """A token for a new operator."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_of(token: str) -> str:
    """What the configuration file has of a token."""
    return sha256(token.encode()).hexdigest()


def visible(settings: Settings) -> bool:
    """Whether figures are shown at all: to operators, or in development.

    Tokens travel under TLS or not beyond this machine.
    """
    if not settings.operators:
        return not settings.clients and settings.host in _LOOPBACK
    return settings.host in _LOOPBACK or (settings.public_url or "").startswith("https://")


def only_for_operators(blueprint: Blueprint, operators: Sequence[Operator]) -> None:
    """Ask for the token of an operator before anything of a blueprint; for none if there are none.

    The token is the password of HTTP Basic, for browsers, or a bearer token, for programs.
    """

    @blueprint.before_request
    def ask() -> Response | None:
        if may_see(operators):
            return None
        response = Response(status=401)
        response.headers["WWW-Authenticate"] = 'Basic realm="Liver Response CDS", charset="UTF-8"'
        return response


def may_see(operators: Sequence[Operator]) -> bool:
    """Whether the present request is of an operator; anybody's is where there are none."""
    return not operators or _is_one(request, operators)


def _is_one(asking: Request, operators: Sequence[Operator]) -> bool:
    given = asking.authorization
    if given is None:
        return False
    if given.type == "bearer":
        return any(_fits(given.token, operator) for operator in operators)
    named = [operator for operator in operators if operator.name == given.username]
    return any(_fits(given.password, operator) for operator in named)


def _fits(token: str | None, operator: Operator) -> bool:
    return compare_digest(hash_of(token or ""), operator.token_sha256)
