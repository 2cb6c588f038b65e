"""Addresses for those who run the service."""

from __future__ import annotations

from flask import Blueprint, Response

from rules.assessment import RulebookId
from service.fhir.json_types import JsonObject
from service.web.json_body import json_response


def operations(rulebook: RulebookId) -> Blueprint:
    """Liveness, with the rule book that decides."""
    blueprint = Blueprint("operations", __name__)

    @blueprint.get("/health")
    def health() -> Response:
        book: JsonObject = {"version": rulebook.version, "hash": rulebook.hash}
        return json_response({"status": "ok", "rulebook": book})

    return blueprint
