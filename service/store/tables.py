"""The tables, as the newest migration leaves them.

No column holds a clinical value, or says which patient or user a row is about. What clients send is
cut to the lengths given here before it is stored.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

NAME, WORD, LONG = 64, 128, 256

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A point in time, kept and given in UTC; SQLite would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        del dialect
        return value and value.astimezone(timezone.utc)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From UTC."""
        del dialect
        if not isinstance(value, datetime):
            return None
        return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


issued_card = Table(
    "issued_card",
    metadata,
    Column("uuid", String(36), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("client", String(NAME), nullable=False),
    Column("tenant", String(WORD), nullable=False),
    Column("service", String(NAME), nullable=False),
    Column("topic", String(NAME), nullable=False),
    Column("indicator", String(16), nullable=False),
    Column("grade", String(NAME), nullable=False),
    Column("because", String(NAME), nullable=False),
    Column("rules", JSON, nullable=False),
    Column("rulebook_version", String(NAME), nullable=False),
    Column("rulebook_hash", String(NAME), nullable=False),
    Column("input_hash", String(NAME)),
    Column("likeness", String(NAME), nullable=False),
    Column("suggestions", JSON, nullable=False),
    Index("issued_card_at", "at"),
    Index("issued_card_likeness", "likeness"),
)

# The digest is that of the whole entry: a repeat has the same.
feedback = Table(
    "feedback",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("card", String(LONG), nullable=False),
    Column("client", String(NAME), nullable=False),
    Column("tenant", String(WORD), nullable=False),
    Column("service", String(NAME), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("accepted", JSON, nullable=False),
    Column("reason_system", String(LONG), nullable=False),
    Column("reason_code", String(WORD), nullable=False),
    Column("comment_length", Integer, nullable=False),
    Column("comment", LargeBinary),
    Column("outcome_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index("feedback_card", "card"),
    Index("feedback_received_at", "received_at"),
)

# How often something was so on a day: calls by status and failure, grades, cards, prefetch states,
# durations. ``what`` says which; ``name`` and ``value`` are its two terms.
tally = Table(
    "tally",
    metadata,
    Column("day", Date, primary_key=True),
    Column("client", String(NAME), primary_key=True),
    Column("service", String(NAME), primary_key=True),
    Column("what", String(16), primary_key=True),
    Column("name", String(NAME), primary_key=True),
    Column("value", String(NAME), primary_key=True),
    Column("times", Integer, nullable=False),
)

# Random, made once: the key of likenesses and digests.
secret = Table(
    "secret",
    metadata,
    Column("name", String(NAME), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
