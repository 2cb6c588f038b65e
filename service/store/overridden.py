"""Whether a user overrode the same card a short while ago."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, select

from service.cds.answer import Said
from service.cds.feedback import Reaction
from service.cds.speaking import Indicator
from service.store.aside import Aside
from service.store.engines import Use
from service.store.store import Store
from service.store.tables import feedback, issued_card

# What another process is told of is known here after this long; meanwhile a card is shown once more.
_FRESH_SECONDS = 1.0

Known = Mapping[str, frozenset[Said]]
"""By the likeness of a call, the cards that were overridden."""


class _Seen(NamedTuple):
    """What was known at a time, and how much feedback had been taken here by then."""

    known: Known
    at: float
    taken: int


@dataclass
class Overridden:
    """Knows what was overridden within the last hours; asks the store once a second, not once a call.

    Attributes:
        taken: how much feedback was taken in this process: what was taken here counts at once.
    """

    store: Store
    aside: Aside
    hours: int
    taken: Callable[[], int] = lambda: 0
    clock: Callable[[], float] = time.monotonic
    _seen: _Seen = field(default=_Seen({}, float("-inf"), 0), init=False)

    def __call__(self, likeness: str) -> frozenset[Said]:
        """The cards that were overridden on calls of this likeness.

        Raises:
            StoreAwayError: it is not known, or not in time.
        """
        return self._known().get(likeness, frozenset()) if likeness else frozenset()

    def _known(self) -> Known:
        seen, now, taken = self._seen, self.clock(), self.taken()
        if now - seen.at <= _FRESH_SECONDS and seen.taken == taken:
            return seen.known
        known = self.aside.do(self._look_up)
        self._seen = _Seen(known, now, taken)
        return known

    def _look_up(self) -> Known:
        found: dict[str, set[Said]] = defaultdict(set)
        with self.store.transaction(Use.BESIDE_A_CALL) as connection:
            for likeness, topic, indicator in connection.execute(self._query()):
                found[likeness].add(Said(topic, Indicator(indicator)))
        return {likeness: frozenset(said) for likeness, said in found.items()}

    def _query(self) -> Select[Any]:
        since = self.store.clock() - timedelta(hours=self.hours)
        of_card = and_(
            feedback.c.card == issued_card.c.uuid, feedback.c.client == issued_card.c.client
        )
        columns = (issued_card.c.likeness, issued_card.c.topic, issued_card.c.indicator)
        return (
            select(*columns)
            .join(feedback, of_card)
            .where(
                feedback.c.outcome == Reaction.OVERRIDDEN.value,
                # The client's clock may be wrong: what was told long ago was not done just now.
                feedback.c.outcome_at >= since,
                feedback.c.received_at >= since,
            )
        )
