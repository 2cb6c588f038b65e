"""What every page of this service has in common: its policy, and how a resource is named."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response
from markupsafe import Markup, escape

# Everything comes from here; scripts and styles from files only, data by our own addresses only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors "
)


def page(html: str, status: int = 200, frames: Sequence[str] = ("'self'",)) -> Response:
    """An answer in HTML that a browser keeps to itself.

    Args:
        html: the whole page.
        status: of HTTP.
        frames: the origins whose pages may show it in a frame; empty for none.
    """
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = POLICY + (" ".join(frames) or "'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def resource(reference: str) -> Markup:
    """The id of a FHIR resource as it stands beside a datum."""
    return Markup("<code>{}</code>").format(escape(reference))
