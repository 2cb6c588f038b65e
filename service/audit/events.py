"""Lines about calls as FHIR R4 AuditEvents, for an audit repository (IHE ATNA over RESTful FHIR).

Made from the lines and not while a call is answered, so that it works for what was written before.
An event names no patient, as its line does not: the client's own audit, which has the id of the
hook's instance as well, tells for whom it called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from service.audit.lines import CALL
from service.errors import LiverResponseError
from service.fhir.json_types import Json, JsonObject, list_of, object_of, text_of

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_OURS = "urn:liver-response-cds"
_OBSERVER = "Liver Response CDS"
_FAILED, _REFUSED = 500, 400  # the first status of each kind


class NoAuditLineError(LiverResponseError):
    """A line is none that this service wrote."""


def events(lines: Iterable[bytes]) -> Iterator[JsonObject]:
    """An AuditEvent for each line about a call; other lines of the log are passed over.

    Raises:
        NoAuditLineError: a line is not JSON, or lacks what every line has.
    """
    for number, text in enumerate(lines, start=1):
        line = _read(text, number) if text.strip() else {}
        if line.get("event") == CALL:
            yield _event(line, f"line {number}")


def _read(text: bytes, number: int) -> JsonObject:
    try:
        line = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NoAuditLineError("not JSON; give the lines as written", f"line {number}") from None
    return line if isinstance(line, dict) else {}


def _event(line: JsonObject, where: str) -> JsonObject:
    at, service, status = text_of(line, "at"), text_of(line, "service"), line.get("status")
    if not at or not isinstance(status, int):
        raise NoAuditLineError("has no time or no status", where)
    return {
        "resourceType": "AuditEvent",
        "type": _coding(f"{_TERMINOLOGY}/audit-event-type", "rest", "RESTful Operation"),
        "subtype": [_coding(f"{_OURS}:service", service or "unknown")],
        "action": "E",
        "recorded": at,
        "outcome": "8" if status >= _FAILED else "4" if status >= _REFUSED else "0",
        "outcomeDesc": f"HTTP {status} {text_of(line, 'failure')}".strip(),
        "agent": [_client(line), _service()],
        "source": {
            "observer": {"display": _OBSERVER},
            "type": [_coding(f"{_TERMINOLOGY}/security-source-type", "4", "Application Server")],
        },
        "entity": list(_entities(line)),
    }


def _client(line: JsonObject) -> JsonObject:
    who: JsonObject = {"display": text_of(line, "client") or "not admitted"}
    if issuer := text_of(line, "issuer"):
        who["identifier"] = {"system": f"{_OURS}:issuer", "value": issuer}
    return {
        "type": {"coding": [_coding(_DICOM, "110153", "Source Role ID")]},
        "who": who,
        "requestor": True,
    }


def _service() -> JsonObject:
    return {
        "type": {"coding": [_coding(_DICOM, "110152", "Destination Role ID")]},
        "who": {"display": _OBSERVER},
        "requestor": False,
    }


def _entities(line: JsonObject) -> Iterator[JsonObject]:
    """The call and what it came to, then the rule book that decided."""
    yield {
        "what": {
            "identifier": {
                "system": f"{_OURS}:hook-instance",
                "value": text_of(line, "hookInstance") or "none",
            }
        },
        "type": _coding(f"{_TERMINOLOGY}/audit-entity-type", "2", "System Object"),
        "role": _coding(f"{_TERMINOLOGY}/object-role", "20", "Job"),
        **_details(line),
    }
    if book := object_of(line, "rulebook"):
        yield {
            "what": {
                "identifier": {"system": f"{_OURS}:rule-book", "value": text_of(book, "hash")},
                "display": f"Rule book {text_of(book, 'version')}",
            },
            "type": _coding(f"{_TERMINOLOGY}/audit-entity-type", "2", "System Object"),
            "role": _coding(f"{_TERMINOLOGY}/object-role", "5", "Master file"),
        }


def _details(line: JsonObject) -> JsonObject:
    cards = [text_of(card, "uuid") for card in list_of(line, "cards") if isinstance(card, dict)]
    rules = [str(rule) for rule in list_of(line, "rules")]
    told: dict[str, str] = {
        **{name: text_of(line, name) for name in ("grade", "because", "inputHash", "tenant")},
        "rules": " ".join(rules),
        "cards": " ".join(cards),
    }
    details: list[Json] = [{"type": n, "valueString": value} for n, value in told.items() if value]
    return {"detail": details} if details else {}


def _coding(system: str, code: str, display: str = "") -> JsonObject:
    named: JsonObject = {"display": display} if display else {}
    return {"system": system, "code": code, **named}
