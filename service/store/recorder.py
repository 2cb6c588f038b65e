"""Keeps each call: the cards that were sent, and counts by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from service.cds.discovery import service_id
from service.cds.speaking import Hook
from service.record.call_record import CallRecord, Conclusion
from service.store.aside import Aside
from service.store.engines import Use
from service.store.latency import bound_of
from service.store.store import Row, Store, add_new, insert
from service.store.tables import NAME, WORD, issued_card, tally

Term: TypeAlias = "tuple[str, str, str]"
"""What was so, and its two terms: ("grade", "IMMUNE_PATTERN", "G5")."""

NO_SERVICE = "unknown"
"""What calls to addresses that are no service are counted under: anybody can make up addresses."""

_SERVICES = frozenset(service_id(hook) for hook in Hook)


@dataclass(frozen=True)
class StoreRecorder:
    """Told of each call once it is answered."""

    store: Store
    aside: Aside

    def __call__(self, record: CallRecord) -> None:
        """Keep a call.

        Raises:
            StoreAwayError: it is not kept, or not in time.
        """
        self.aside.do(lambda: keep(self.store, record))


def keep(store: Store, record: CallRecord) -> None:
    """Keep a call.

    Raises:
        StoreAwayError: it is not kept.
    """
    with store.transaction(Use.BESIDE_A_CALL) as connection:
        if record.conclusion:
            add_new(connection, issued_card, _cards(record, record.conclusion))
        _count(connection, record)


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


def _count(connection: Connection, record: CallRecord) -> None:
    shared: Row = {
        "day": record.at.date(),
        "client": record.client,
        "service": record.service if record.service in _SERVICES else NO_SERVICE,
    }
    # In one order for everybody, so that no two calls wait for each other.
    rows = [
        {**shared, "what": what, "name": name[:NAME], "value": value[:NAME], "times": times}
        for (what, name, value), times in sorted(Counter(_terms(record)).items())
    ]
    adding = insert(connection, tally)
    more = {"times": tally.c.times + adding.excluded.times}
    key = list(tally.primary_key)
    connection.execute(adding.on_conflict_do_update(index_elements=key, set_=more), rows)


def _terms(record: CallRecord) -> Iterator[Term]:
    yield "call", str(record.status), record.failure
    if record.conclusion:
        yield "grade", record.conclusion.grade, record.conclusion.because
    yield from (("card", card.topic, card.indicator) for card in record.cards)
    yield from (("withheld", topic, "") for topic in record.withheld)
    for key, state in record.states.items():
        yield "state", key, "fetched" if key in record.fetched else state
    yield "latency", "whole", f"{bound_of(record.milliseconds.get('whole', 0.0)):g}"
