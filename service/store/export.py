"""Feedback with the cards it is about, for analysis elsewhere: CSV and NDJSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TextIO

import orjson
from sqlalchemy import and_, select

from service.store.comments import Comments
from service.store.engines import Use
from service.store.store import Store
from service.store.tables import feedback, issued_card

COLUMNS = (
    *("received_at", "outcome_at", "client", "tenant", "service", "card", "known", "outcome"),
    *("accepted", "reason_system", "reason_code", "comment_length", "comment"),
    *("issued_at", "topic", "indicator", "grade", "because", "rules"),
    *("rulebook_version", "rulebook_hash", "input_hash", "suggestions"),
)
_OF_FEEDBACK = (
    *("received_at", "outcome_at", "client", "tenant", "service", "card", "outcome", "accepted"),
    *("reason_system", "reason_code", "comment_length"),
)
_OF_CARD = (
    *("topic", "indicator", "grade", "because", "rules"),
    *("rulebook_version", "rulebook_hash", "input_hash", "suggestions"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Exported = Mapping[str, Any]


def exported(store: Store, since: datetime, comments: Comments) -> Iterator[Exported]:
    """Feedback received since a point in time, oldest first, with what is known of its card.

    Raises:
        StoreAwayError: the store does not answer.
    """
    card = issued_card.c
    query = (
        select(feedback, *(card[name] for name in _OF_CARD), card.at.label("issued_at"))
        .select_from(
            feedback.outerjoin(
                issued_card, and_(feedback.c.card == card.uuid, feedback.c.client == card.client)
            )
        )
        .where(feedback.c.received_at >= since)
        .order_by(feedback.c.received_at, feedback.c.digest)
    )
    with store.transaction(Use.AT_LEISURE) as connection:
        for row in connection.execution_options(yield_per=500).execute(query).mappings():
            yield {
                **{name: row[name] for name in (*_OF_FEEDBACK, *_OF_CARD, "issued_at")},
                "known": row["issued_at"] is not None,
                "comment": comments.opened(row["comment"]),
            }


def write_ndjson(rows: Iterator[Exported], out: TextIO) -> None:
    """One JSON object a line."""
    for row in rows:
        ordered = {name: row[name] for name in COLUMNS}
        out.write(orjson.dumps(ordered, option=orjson.OPT_UTC_Z).decode() + "\n")


def write_csv(rows: Iterator[Exported], out: TextIO) -> None:
    """A table with a heading."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)


def _cell(value: Any) -> str:
    """A value in one cell. A client's text that a spreadsheet would take for a formula is quoted."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
