"""Keeps each call: the cards that were sent, and counts by day."""

from __future__ import annotations

from dataclasses import dataclass

from service.record.call_record import CallRecord, Conclusion
from service.store.gathering import Gathering
from service.store.store import Row
from service.store.tables import WORD


@dataclass(frozen=True)
class StoreRecorder:
    """Told of each call once it is answered. No call waits for the store."""

    gathering: Gathering

    def __call__(self, record: CallRecord) -> None:
        """Keep a call, before long."""
        conclusion = record.conclusion
        self.gathering.add(record, _cards(record, conclusion) if conclusion else ())


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
