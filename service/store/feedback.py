"""Keeps feedback. What is acknowledged is on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import orjson

from service.cds.feedback import Feedback
from service.store.comments import Comments
from service.store.engines import Use
from service.store.store import Row, Store, add_new
from service.store.tables import LONG, WORD, feedback
from service.trust.gate import Caller

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class FeedbackKeeper:
    """Takes the feedback of all clients."""

    store: Store
    comments: Comments = field(default_factory=Comments)

    def keep(self, caller: Caller, service: str, batch: Sequence[Feedback]) -> None:
        """Keep a batch whole; of what was sent before, nothing is kept twice.

        Raises:
            StoreAwayError: nothing of the batch is kept.
        """
        key, received = self.store.make_ready(), self.store.clock()
        rows = [self._row(caller, service, entry, key, received) for entry in batch]
        with self.store.transaction(Use.TO_BE_KEPT) as connection:
            add_new(connection, feedback, sorted(rows, key=lambda row: str(row["digest"])))

    def _row(
        self, caller: Caller, service: str, entry: Feedback, key: bytes, received: datetime
    ) -> Row:
        return {
            "digest": _digest(caller, entry, key),
            "card": _clean(entry.card),
            "client": caller.name,
            "tenant": (caller.tenant or "")[:WORD],
            "service": service,
            "outcome": entry.outcome.value,
            "accepted": list(entry.accepted),
            "reason_system": _clean(entry.reason.system)[:LONG],
            "reason_code": _clean(entry.reason.code)[:WORD],
            "comment_length": len(entry.comment),
            "comment": self.comments.sealed(entry.comment),
            "outcome_at": entry.at,
            "received_at": received,
        }


def _digest(caller: Caller, entry: Feedback, key: bytes) -> str:
    """Equal for a repeat. Under a key: nobody can try out what a comment said."""
    content = (
        (caller.name, entry.card, entry.outcome.value, entry.at.isoformat(), entry.accepted),
        (entry.reason.system, entry.reason.code, entry.comment),
    )
    dumped = orjson.dumps(content)
    return blake2b(dumped, digest_size=_DIGEST_BYTES, key=key).hexdigest()


def _clean(text: str) -> str:
    """Without the character that PostgreSQL cannot store."""
    return text.replace("\0", "")
