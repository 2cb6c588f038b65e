"""Every failure, in one place: a status and an OperationOutcome without internals or values."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from service.errors import LiverResponseError
from service.fhir.json_types import JsonObject
from service.trust.errors import NotAdmittedError
from service.web.json_body import json_response

log = logging.getLogger(__name__)

# FHIR issue type and words for what the framework itself refuses.
_REFUSED: Mapping[int, tuple[str, str]] = {
    404: ("not-found", "There is nothing at this address; GET /cds-services lists the services."),
    405: ("not-supported", "This address does not answer this method."),
    413: ("too-long", "The body is longer than this service reads."),
}
_REFUSED_OTHERWISE = ("processing", "The request cannot be read.")
_FAILED = "The service failed; nothing was concluded. The failure is in its log."


def register_errors(app: Flask) -> None:
    """Make every error of an application answer with an OperationOutcome."""
    app.register_error_handler(NotAdmittedError, _not_admitted)
    app.register_error_handler(LiverResponseError, _on_purpose)
    app.register_error_handler(HTTPException, _by_the_framework)
    app.register_error_handler(Exception, _unexpected)


def outcome(code: str, words: str, where: str = "") -> JsonObject:
    """An OperationOutcome with one issue."""
    issue: JsonObject = {"severity": "error", "code": code, "details": {"text": words}}
    if where:
        issue["expression"] = [where]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _respond(status: int, body: JsonObject) -> Response:
    return json_response(body, status, "application/fhir+json")


def _not_admitted(error: NotAdmittedError) -> Response:
    """The same bare refusal whatever the reason, which is for the log alone."""
    log.warning("not admitted: %s (client %s)", error.refusal.value, error.client or "unknown")
    response = Response(status=error.status)
    del response.headers["Content-Type"]
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _on_purpose(error: LiverResponseError) -> Response:
    # A place that is a resource has an id in it, which may be the patient's.
    where = "a resource" if "/" in error.where else error.where or "the request"
    log.info("%s at %s", type(error).__name__, where)
    response = _respond(error.status, outcome(error.code, str(error), error.where))
    if error.retry_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_seconds)
    return response


def _by_the_framework(error: HTTPException) -> Response:
    status = error.code or 500
    code, words = _REFUSED.get(status, _REFUSED_OTHERWISE)
    response = _respond(status, outcome(code, words))
    kept = (pair for pair in error.get_headers() if pair[0] == "Allow")
    response.headers.extend(kept)
    return response


def _unexpected(error: Exception) -> Response:
    log_unexpected(error)
    return _respond(500, outcome("exception", _FAILED))


def log_unexpected(error: Exception) -> None:
    """Log a failure that nobody meant to happen."""
    # Class and place only: the text of an exception may quote a value of the record.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}, line {frame.lineno}"
    log.error("%s in %s (%s)", type(error).__name__, frame.name, place)
