"""Keeps each call: the cards that were sent, and counts by day."""

from __future__ import annotations

from dataclasses import dataclass

from service.record.call_record import CallRecord, Conclusion
from service.store.aside import Aside
from service.store.counting import Counting
from service.store.engines import Use
from service.store.store import Row, Store, add_new
from service.store.tables import WORD, issued_card


@dataclass(frozen=True)
class StoreRecorder:
    """Told of each call once it is answered. A call without a card does not wait for the store."""

    store: Store
    aside: Aside
    counting: Counting

    def __call__(self, record: CallRecord) -> None:
        """Keep a call.

        Raises:
            StoreAwayError: its cards are not kept, or not in time.
        """
        self.counting.add(record)
        if record.conclusion and record.cards:
            rows = _cards(record, record.conclusion)
            self.aside.do(lambda: self._keep(rows))

    def _keep(self, rows: list[Row]) -> None:
        with self.store.transaction(Use.BESIDE_A_CALL) as connection:
            add_new(connection, issued_card, rows)


def _cards(record: CallRecord, conclusion: Conclusion) -> list[Row]:
    shared: Row = {
        "at": record.at,
        "client": record.client,
        "tenant": record.tenant[:WORD],
        "service": record.service,
        "grade": conclusion.grade,
        "because": conclusion.because,
        "rules": list(conclusion.rules),
        "rulebook_version": conclusion.rulebook.version,
        "rulebook_hash": conclusion.rulebook.hash,
        "input_hash": conclusion.input_hash,
        "likeness": conclusion.likeness,
    }
    return [
        {
            **shared,
            "uuid": card.uuid,
            "topic": card.topic,
            "indicator": card.indicator,
            "suggestions": list(card.suggestions),
        }
        for card in record.cards
    ]
