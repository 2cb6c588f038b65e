"""Where EHRs tell what became of cards: ``POST /cds-services/{id}/feedback``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request

from service.cds.discovery import hook_of
from service.cds.feedback import Feedback, read_feedback
from service.trust.gate import Caller
from service.web.admission import Admit
from service.web.json_body import read_json

log = logging.getLogger(__name__)

Keep = Callable[[Caller, str, Sequence[Feedback]], None]
"""Keeps a batch of who sent it, about cards of a service; raises where it cannot."""


def feedback(keep: Keep, admit: Admit) -> Blueprint:
    """Feedback, acknowledged with 200 and no body once it is kept."""
    blueprint = Blueprint("feedback", __name__)

    @blueprint.post("/cds-services/<service>/feedback")
    def take(service: str) -> Response:
        caller = admit(request)
        hook_of(service)
        batch = read_feedback(read_json(request))
        keep(caller, service, batch)
        log.info("%d feedback entries of %s for %s", len(batch), caller.name, service)
        return Response(status=200)

    return blueprint
