"""The rule book as FHIR, read-only, at /fhir."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.fhir.json_types import JsonObject
from service.knowledge.publication import Publication
from service.web.json_body import json_response

_FHIR = "application/fhir+json"


def knowledge(publication: Publication, capability: JsonObject) -> Blueprint:
    """The endpoint of a publication; every answer bears the hash of the rule book as its tag."""
    blueprint = Blueprint("knowledge", __name__, url_prefix="/fhir")
    tag = publication.publisher.book.hash

    def answer(body: JsonObject) -> Response:
        response = json_response(body, mimetype=_FHIR)
        response.set_etag(tag)
        response.make_conditional(request)
        return response

    @blueprint.get("/metadata")
    def metadata() -> Response:
        return answer(capability)

    @blueprint.get("/<kind>")
    def search(kind: str) -> Response:
        return answer(publication.search(kind, request.args.to_dict()))

    @blueprint.get("/<kind>/<identity>")
    def read(kind: str, identity: str) -> Response:
        return answer(publication.read(kind, identity))

    return blueprint
