"""The addresses of CDS Hooks: discovery and the services."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.cds.answer import Parts, answer
from service.cds.call import read_call
from service.cds.discovery import hook_of, services
from service.cds.response import wire
from service.fhir.datatypes import Normalise
from service.outbound.destinations import DEVELOPMENT, Destinations
from service.trust.gate import Caller
from service.web.admission import Admit
from service.web.json_body import json_response, read_json


def hooks(parts: Parts, prefetch: dict[str, str], normalise: Normalise, admit: Admit) -> Blueprint:
    """Discovery and the services, answered with these parts."""
    blueprint = Blueprint("hooks", __name__)
    discovery = {"services": wire(services(prefetch))}

    @blueprint.get("/cds-services")
    def list_services() -> Response:
        admit(request)
        return json_response(discovery)

    @blueprint.post("/cds-services/<service>")
    def call_service(service: str) -> Response:
        caller = admit(request)
        hook = hook_of(service)
        call = read_call(read_json(request), hook, normalise)
        return json_response(
            {"cards": [wire(card) for card in answer(call, parts, _servers(caller))]}
        )

    return blueprint


def _servers(caller: Caller) -> Destinations:
    """The FHIR servers that may be asked on behalf of who calls."""
    return caller.client.destinations if caller.client else DEVELOPMENT
