"""The rule book as a page for clinicians: where a card's source and link lead."""

from __future__ import annotations

import re

from flask import Blueprint, Response, make_response, render_template

from rules.numbers import Numbers
from rules.rulebook import Rulebook

# Everything comes from here, nothing runs: the page is text, tables and one style sheet.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)


_PLACEHOLDER = re.compile(r"{(\w+)}")


def rulebook_page(book: Rulebook) -> Blueprint:
    """The page of a rule book."""
    blueprint = Blueprint("rulebook", __name__, template_folder="../templates")

    @blueprint.app_template_filter()
    def readable(sentence: str) -> str:
        """A sentence with its numbers filled in; what a patient's data fills in, in brackets."""
        return _PLACEHOLDER.sub(lambda match: _filled(match[1], book.numbers), sentence)

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


def _filled(name: str, numbers: Numbers) -> str:
    value = numbers.values.get(name)
    return f"[{name.replace('_', ' ')}]" if value is None else f"{value:g}"
