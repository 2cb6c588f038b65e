"""The line that is written of a call: who asked, what was concluded on which rules, how long it took.

Never a token, a name, an id of a patient or a user, or a clinical value. What the caller chose
itself, such as the id of the hook's instance, is cut and freed of everything that is not to be seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from service.cds.discovery import hook_of
from service.cds.errors import ServiceUnknownError
from service.fhir.json_types import JsonObject
from service.record.call_record import CallRecord, Conclusion, IssuedCard

CALL = "call"
"""The ``event`` of a line that tells of a call."""

LONGEST = 128
"""How much is kept of a text that a caller chose; an id of the standard has 36 characters."""

_NOT_ADMITTED = 401
_UNSEEN = ("C", "Zl", "Zp")  # control, format, not assigned; separators of lines
_INSTANCE = re.compile(r"[A-Za-z0-9._:{}-]+")

Write = Callable[[Mapping[str, object]], None]


def line_of(record: CallRecord) -> JsonObject:
    """What is written of a call."""
    line: JsonObject = {
        "at": record.at.isoformat(timespec="milliseconds"),
        "service": _service(record.service),
        "status": record.status,
        "failure": record.failure,
        "client": "" if record.status == _NOT_ADMITTED else seen(record.client),
        "issuer": seen(record.issuer),
        "tenant": seen(record.tenant),
        "hookInstance": _instance(record.hook_instance),
        **_concluded(record.conclusion),
        "cards": [_card(card) for card in record.cards],
        "prefetch": dict(record.states),
        "fetched": list(record.fetched),
        "tried": dict(record.tried),
        "milliseconds": dict(record.milliseconds),
    }
    return {name: value for name, value in line.items() if value not in ("", [], {})}


def seen(text: str, longest: int = LONGEST) -> str:
    """A text of a caller, cut to what a reader needs and without what a reader cannot see."""
    kept = text[:longest]
    if not kept.isprintable():  # so is nearly everything, and the rest looked at one by one
        kept = "".join(map(_visible, kept))
    return f"{kept}…" if len(text) > longest else kept


def _visible(character: str) -> str:
    unseen = unicodedata.category(character).startswith(_UNSEEN)
    return "\N{REPLACEMENT CHARACTER}" if unseen else character


def _instance(text: str) -> str:
    """The id of an instance of a hook; of what is no id, that it is none: it could be a name."""
    return seen(text) if _INSTANCE.fullmatch(text) or not text else "not an id"


def _service(name: str) -> str:
    """A service that there is; another is part of an address that the caller made up."""
    try:
        hook_of(name)
    except ServiceUnknownError:
        return "unknown"
    return name


def _concluded(conclusion: Conclusion | None) -> JsonObject:
    if conclusion is None:
        return {}
    return {
        "grade": conclusion.grade,
        "because": conclusion.because,
        "rules": list(conclusion.rules),
        "rulebook": {"version": conclusion.rulebook.version, "hash": conclusion.rulebook.hash},
        "inputHash": conclusion.input_hash or "",
    }


def _card(card: IssuedCard) -> JsonObject:
    return {
        "uuid": card.uuid,
        "topic": card.topic,
        "indicator": card.indicator,
        "suggestions": list(card.suggestions),
    }
