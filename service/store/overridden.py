"""Whether a user overrode the same card a short while ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, select

from service.cds.answer import Said
from service.cds.feedback import Reaction
from service.cds.speaking import Indicator
from service.store.aside import Aside
from service.store.engines import Use
from service.store.store import Store
from service.store.tables import feedback, issued_card


@dataclass(frozen=True)
class Overridden:
    """Looks up what was overridden, by the likeness of a call."""

    store: Store
    aside: Aside
    hours: int

    def __call__(self, likeness: str) -> frozenset[Said]:
        """The cards that were overridden on calls of this likeness within the last hours.

        Raises:
            StoreAwayError: it is not known, or not in time.
        """
        return self.aside.do(lambda: self._look_up(likeness)) if likeness else frozenset()

    def _look_up(self, likeness: str) -> frozenset[Said]:
        since = self.store.clock() - timedelta(hours=self.hours)
        of_card = and_(
            feedback.c.card == issued_card.c.uuid, feedback.c.client == issued_card.c.client
        )
        query = (
            select(issued_card.c.topic, issued_card.c.indicator)
            .join(feedback, of_card)
            .where(
                issued_card.c.likeness == likeness,
                feedback.c.outcome == Reaction.OVERRIDDEN.value,
                # The client's clock may be wrong: what was told long ago was not done just now.
                feedback.c.outcome_at >= since,
                feedback.c.received_at >= since,
            )
        )
        with self.store.transaction(Use.BESIDE_A_CALL) as connection:
            return frozenset(Said(t, Indicator(i)) for t, i in connection.execute(query))
