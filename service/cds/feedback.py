"""What became of cards, as EHRs report it: the body of ``POST …/feedback`` read.

CDS Hooks 2.0.1, "Feedback"; besides, Epic's ``overrideReasons`` with its extension. What is told
wrongly is refused whole: a batch of which a part is bad is not stored in part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum

from service.cds.errors import CallInvalidError
from service.fhir.json_types import Json, JsonObject, object_of, objects_of, text_of

EPIC_REASON = "com.epic.cdshooks.feedback.overrideReason.reasonDisplay"
"""Where Epic says which of the site's acknowledgement reasons was chosen; also stored as its system."""

_LONGEST_ID = 256
_MOST_ENTRIES = 1000
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Reaction(str, Enum):
    """What a user did with a card."""

    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True)
class Reason:
    """Why a card was overridden. What a reason is called for display is not kept."""

    system: str = ""
    code: str = ""


@dataclass(frozen=True)
class Feedback:
    """One entry.

    Attributes:
        card: the UUID of a card, or whatever a client has in its place.
        accepted: the UUIDs of the suggestions that were accepted.
        comment: the user's own words. They may say anything about anybody.
        at: when the user did it, by the client's clock.
    """

    card: str
    outcome: Reaction
    at: datetime
    accepted: tuple[str, ...] = ()
    reason: Reason = Reason()
    comment: str = ""

    def __repr__(self) -> str:
        """Without the user's words, so that no log ever has them."""
        return f"Feedback({self.card!r}, {self.outcome.value})"


class TooMuchFeedbackError(CallInvalidError):
    """A batch is longer than is taken at once."""

    status = 413


def read_feedback(body: Json) -> tuple[Feedback, ...]:
    """The entries of a batch, none of which is bad.

    Raises:
        CallInvalidError: the body or an entry is not as it must be; nothing is to be stored.
    """
    entries = body.get("feedback") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise CallInvalidError("feedback must be a list of entries.", "feedback", "structure")
    if len(entries) > _MOST_ENTRIES:
        words = f"At most {_MOST_ENTRIES} entries are taken at once; send the rest separately."
        raise TooMuchFeedbackError(words, "feedback", "too-long")
    return tuple(_entry(entry, f"feedback[{n}]") for n, entry in enumerate(entries))


def _entry(entry: Json, place: str) -> Feedback:
    if not isinstance(entry, dict):
        raise _bad("must be an object", place, "structure")
    outcome = _outcome(entry, place)
    overridden = outcome is Reaction.OVERRIDDEN
    given = _override(entry, place) if overridden else {}
    return Feedback(
        card=_identifier(entry, "card", place),
        outcome=outcome,
        at=_instant(entry, place),
        accepted=() if overridden else tuple(_accepted(entry, place)),
        reason=_reason(given),
        comment=_comment(given, place),
    )


def _bad(words: str, place: str, code: str = "value") -> CallInvalidError:
    return CallInvalidError(f"{place} {words}. Nothing of the batch was stored.", place, code)


def _identifier(holder: JsonObject, name: str, place: str) -> str:
    found = text_of(holder, name)
    if not found.strip() or len(found) > _LONGEST_ID:
        raise _bad(f"must be a text of 1 to {_LONGEST_ID} characters", f"{place}.{name}")
    return found


def _outcome(entry: JsonObject, place: str) -> Reaction:
    try:
        return Reaction(text_of(entry, "outcome"))
    except ValueError:
        raise _bad("must be accepted or overridden", f"{place}.outcome") from None


def _instant(entry: JsonObject, place: str) -> datetime:
    """An RFC 3339 instant; of the fraction of a second, as much as is kept."""
    match = _INSTANT.fullmatch(text_of(entry, "outcomeTimestamp"))
    try:
        if match:
            fraction = f"{match[2] or '.0':0<7.7}"
            zone = match[3].upper().replace("Z", "+00:00")
            at = datetime.fromisoformat(f"{match[1].upper()}{fraction}{zone}")
            return at.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        pass
    words = "must be an instant with its zone, such as 2026-05-20T10:15:00Z"
    raise _bad(words, f"{place}.outcomeTimestamp")


def _accepted(entry: JsonObject, place: str) -> Iterator[str]:
    found = entry.get("acceptedSuggestions")
    if not isinstance(found, list) or not found or len(found) > _MOST_ENTRIES:
        words = "must name the suggestions that were accepted"
        raise _bad(words, f"{place}.acceptedSuggestions", "required")
    for n, suggestion in enumerate(found):
        where = f"{place}.acceptedSuggestions[{n}]"
        if not isinstance(suggestion, dict):
            raise _bad("must be an object", where, "structure")
        yield _identifier(suggestion, "id", where)


def _override(entry: JsonObject, place: str) -> JsonObject:
    """The reason and the comment, under the standard's name or Epic's; an empty object for none."""
    for name in ("overrideReason", "overrideReasons"):
        found = entry.get(name)
        if isinstance(found, list):
            found = next(iter(objects_of(entry, name)), None)
        if isinstance(found, dict):
            return found
        if found is not None:
            raise _bad("must be an object", f"{place}.{name}", "structure")
    return {}


def _reason(given: JsonObject) -> Reason:
    coding = object_of(given, "reason")
    if coding:
        return Reason(text_of(coding, "system"), text_of(coding, "code"))
    epic = text_of(object_of(given, "extension"), EPIC_REASON)
    return Reason(EPIC_REASON, epic) if epic else Reason()


def _comment(given: JsonObject, place: str) -> str:
    comment = given.get("userComment")
    if comment is not None and not isinstance(comment, str):
        raise _bad("must be a text", f"{place}.overrideReason.userComment", "structure")
    return comment or ""
