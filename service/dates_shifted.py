"""A story told at another time: every date of a JSON document moved by the same number of days.

The invented people carry the day of their story. Moving them to today keeps every interval, so that
examples and demonstrations do not rot.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from service.fhir.json_types import Json

AS_OF = "org.liver-response-cds.as-of"
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2})(T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)?")


def shifted(document: Json, days: int) -> Json:
    """The same document with every date and dateTime moved.

    A date known to its month stays one: the month that its first day moves into.
    """
    if isinstance(document, dict):
        return {key: shifted(value, days) for key, value in document.items()}
    if isinstance(document, list):
        return [shifted(value, days) for value in document]
    if isinstance(document, str) and (match := _DATE.fullmatch(document)):
        return _moved(match, days)
    return document


def _moved(match: re.Match[str], days: int) -> str:
    year, month, day, time = match.groups()
    try:
        moved = date(int(year), int(month), int(day or 1)) + timedelta(days=days)
    except ValueError:  # looks like a date and is none: left as it is
        return match.group()
    return moved.isoformat() + (time or "") if day else f"{moved:%Y-%m}"


def told_on(document: Json) -> date | None:
    """The day of a story: of a hook call its own extension, of a Bundle its timestamp."""
    if not isinstance(document, dict):
        return None
    extension = document.get("extension")
    text = extension.get(AS_OF) if isinstance(extension, dict) else document.get("timestamp")
    if not isinstance(text, str):
        return None
    match = _DATE.fullmatch(text)
    return date.fromisoformat(text[:10]) if match and match.group(3) else None
