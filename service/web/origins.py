"""Which web pages may call from a browser (CORS)."""

from __future__ import annotations

import re

from flask import Flask
from flask_cors import CORS

from service.settings import Settings

_THIS_MACHINE = r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
_PREFLIGHT_SECONDS = 600


def allow_origins(app: Flask, settings: Settings) -> None:
    """Let browsers call from the origins of the clients; in development, from this machine.

    Preflights are answered before anybody is asked for a token, and errors carry the headers too,
    so that a page can tell a refusal from a failure.
    """
    listed = {re.escape(o) for client in settings.clients for o in client.cors_origins}
    allowed = sorted(listed) if settings.clients else [_THIS_MACHINE]
    CORS(
        app,
        resources={r"/cds-services.*": {}},
        # Patterns are matched from the beginning only; text is guessed to be one or not.
        origins=[re.compile(rf"{origin}\Z") for origin in allowed],
        methods=["GET", "POST"],
        allow_headers=["authorization", "content-type"],
        max_age=_PREFLIGHT_SECONDS,
        vary_header=True,
        always_send=False,
    )
