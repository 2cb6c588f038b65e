"""The rule book as FHIR, read-only, at /fhir."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Blueprint, Response, request

from service.fhir.json_types import JsonObject
from service.knowledge.capability import capability
from service.knowledge.publication import Publication
from service.web.json_body import json_response

_FHIR = "application/fhir+json"


def knowledge(make: Callable[[], Publication]) -> Blueprint:
    """The endpoint of a publication, which is made when first asked for.

    Every answer bears the hash of the rule book as its tag.
    """
    blueprint = Blueprint("knowledge", __name__, url_prefix="/fhir")
    published = cache(make)

    def answer(body: JsonObject) -> Response:
        response = json_response(body, mimetype=_FHIR)
        response.set_etag(published().publisher.book.hash)
        response.make_conditional(request)
        return response

    @blueprint.get("/metadata")
    def metadata() -> Response:
        return answer(capability(published()))

    @blueprint.get("/<kind>")
    def search(kind: str) -> Response:
        return answer(published().search(kind, request.args.to_dict()))

    @blueprint.get("/<kind>/<identity>")
    def read(kind: str, identity: str) -> Response:
        return answer(published().read(kind, identity))

    return blueprint
