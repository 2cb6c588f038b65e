"""The rule book as a page for clinicians: where a card's source and link lead."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from rules.rulebook import Rulebook

# Everything comes from here, nothing runs: the page is text, tables and one style sheet.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)


def rulebook_page(book: Rulebook) -> Blueprint:
    """The page of a rule book."""
    blueprint = Blueprint("rulebook", __name__, template_folder="../templates")

    @blueprint.get("/rulebook")
    def show() -> Response:
        pages = tuple(book.pages.values())
        html = render_template(
            "rulebook.html", pages=pages, version=book.id.version, hash=book.id.hash
        )
        response = make_response(html)
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return blueprint
