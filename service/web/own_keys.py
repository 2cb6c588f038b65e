"""Our public keys, for the authorisation servers that know us."""

from __future__ import annotations

from flask import Blueprint, Response

from service.fhir.json_types import JsonObject
from service.web.json_body import json_response


def own_keys(key_set: JsonObject) -> Blueprint:
    """The JWK Set of this service."""
    blueprint = Blueprint("own_keys", __name__)

    @blueprint.get("/.well-known/jwks.json")
    def keys() -> Response:
        response = json_response(key_set)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    return blueprint
