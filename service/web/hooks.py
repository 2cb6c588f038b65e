"""The addresses of CDS Hooks: discovery and the services."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, request

from service.cds.answer import Answered, Parts, answer
from service.cds.call import read_call
from service.cds.discovery import hook_of, services
from service.cds.profiles import shaped
from service.cds.response import wire
from service.fhir.datatypes import Normalise
from service.trust.gate import Caller
from service.web.admission import Admit
from service.web.json_body import json_response, read_json
from service.web.recording import Recording, noted, record_calls


def hooks(
    parts: Parts,
    prefetch: dict[str, str],
    normalise: Normalise,
    admit: Admit,
    recording: Recording,
) -> Blueprint:
    """Discovery and the services, answered with these parts; each call is recorded."""
    blueprint = Blueprint("hooks", __name__)
    record_calls(blueprint, recording)
    discovery = {"services": wire(services(prefetch))}

    @blueprint.get("/cds-services")
    def list_services() -> Response:
        admit(request)
        return json_response(discovery)

    @blueprint.post("/cds-services/<service>")
    def call_service(service: str) -> Response:
        notes = noted()
        with notes.stage("admit"):
            notes.caller = admit(request)
        with notes.stage("read"):
            notes.call = call = read_call(read_json(request), hook_of(service), normalise)
        with notes.stage("answer"):
            heard = partial(recording.heard, notes)
            told = answer(call, parts, notes.caller.servers, heard)
            notes.answered = _for(notes.caller, told)
            return json_response({"cards": [wire(card) for card in notes.answered.cards]})

    return blueprint


def _for(caller: Caller, answered: Answered) -> Answered:
    """What was answered, in the shape that the caller's EHR takes."""
    cards = tuple(shaped(card, caller.client) for card in answered.cards)
    return replace(answered, cards=cards)
