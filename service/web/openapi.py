"""The description of this service's own interface, at /openapi.json."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, current_app

from service.openapi.document import Route, document
from service.web.json_body import json_response

# Answered by the framework for every address.
_OF_THE_FRAMEWORK = {"HEAD", "OPTIONS"}
_PARAMETER = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


def openapi(public_url: str | None) -> Blueprint:
    """The description of whatever the application serves once it is assembled."""
    blueprint = Blueprint("openapi", __name__)

    @blueprint.get("/openapi.json")
    def describe() -> Response:
        return json_response(document(routes(current_app), public_url))

    return blueprint


def routes(app: Flask) -> Iterator[Route]:
    """What an application serves."""
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - _OF_THE_FRAMEWORK
        path = _PARAMETER.sub(r"{\1}", rule.rule)
        yield Route(path, frozenset(method.lower() for method in methods))
