"""Deletes what is older than it may be kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread

from sqlalchemy import delete, exists

from service.store.engines import Use
from service.store.errors import StoreAwayError
from service.store.store import Store
from service.store.tables import feedback, issued_card

log = logging.getLogger(__name__)

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Purged:
    """How many rows were deleted."""

    cards: int
    feedback: int


def purge(store: Store, days: int) -> Purged:
    """Delete feedback older than so many days, and older cards that no kept feedback is about.

    The counts by day say nothing of anybody and are kept.

    Raises:
        StoreAwayError: nothing was deleted.
    """
    before = store.clock() - timedelta(days=days)
    with store.transaction(Use.AT_LEISURE) as connection:
        old = connection.execute(delete(feedback).where(feedback.c.received_at < before))
        about_it = exists().where(feedback.c.card == issued_card.c.uuid)
        cards = delete(issued_card).where(issued_card.c.at < before, ~about_it)
        return Purged(connection.execute(cards).rowcount, old.rowcount)


def purge_daily(
    store: Store, days: int, sleep: Callable[[float], None] = time.sleep, times: int | None = None
) -> Thread:
    """Purge now and every day, in a thread that ends with the process; ``times`` bounds it."""

    def run() -> None:
        done = 0
        while times is None or done < times:
            try:
                purge(store, days)
            except StoreAwayError:
                log.warning("what is older than %d days was not deleted; tomorrow again", days)
            done += 1
            sleep(_DAY_SECONDS)

    thread = Thread(target=run, name="retention", daemon=True)
    thread.start()
    return thread
