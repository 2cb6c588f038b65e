"""Issued cards, feedback, tallies and the secret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    _issued_card()
    _feedback()
    _tally()
    op.create_table(
        "secret",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def _issued_card() -> None:
    op.create_table(
        "issued_card",
        sa.Column("uuid", sa.String(36), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(128), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("indicator", sa.String(16), nullable=False),
        sa.Column("grade", sa.String(64), nullable=False),
        sa.Column("because", sa.String(64), nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("rulebook_version", sa.String(64), nullable=False),
        sa.Column("rulebook_hash", sa.String(64), nullable=False),
        sa.Column("input_hash", sa.String(64)),
        sa.Column("likeness", sa.String(64), nullable=False),
        sa.Column("suggestions", sa.JSON, nullable=False),
    )
    op.create_index("issued_card_at", "issued_card", ["at"])
    op.create_index("issued_card_likeness", "issued_card", ["likeness"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("card", sa.String(256), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(128), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("accepted", sa.JSON, nullable=False),
        sa.Column("reason_system", sa.String(256), nullable=False),
        sa.Column("reason_code", sa.String(128), nullable=False),
        sa.Column("comment_length", sa.Integer, nullable=False),
        sa.Column("comment", sa.LargeBinary),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("feedback_card", "feedback", ["card"])
    op.create_index("feedback_received_at", "feedback", ["received_at"])


def _tally() -> None:
    op.create_table(
        "tally",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("client", sa.String(64), primary_key=True),
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.String(64), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
    )
