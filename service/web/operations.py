"""Addresses for those who run the service."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from rules.assessment import RulebookId
from service.errors import LiverResponseError
from service.fhir.json_types import JsonObject
from service.web.json_body import json_response


def operations(rulebook: RulebookId, ask_store: Callable[[], None]) -> Blueprint:
    """Liveness with the rule book that decides, and readiness with the store.

    Advice does not need the store. An instance without it is ready all the same and says what it
    lacks: taken out of service, it would be silent.
    """
    blueprint = Blueprint("operations", __name__)

    book: JsonObject = {"version": rulebook.version, "hash": rulebook.hash}

    @blueprint.get("/health")
    def health() -> Response:
        return json_response({"status": "ok", "rulebook": book})

    @blueprint.get("/ready")
    def ready() -> Response:
        try:
            ask_store()
        except LiverResponseError:
            return json_response({"status": "degraded", "store": "away", "rulebook": book})
        return json_response({"status": "ready", "store": "reachable", "rulebook": book})

    return blueprint
