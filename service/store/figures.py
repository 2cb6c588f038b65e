"""What became of cards: for each rule, grade and site, how often it spoke and what users did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, select

from service.cds.feedback import Reaction
from service.store.engines import Use
from service.store.store import Store
from service.store.tables import feedback, issued_card

NO_REASON = "no reason given"


@dataclass(frozen=True)
class Fate:
    """One issued card and what the user did with it last; None for nothing that was told."""

    site: str
    grade: str
    rules: tuple[str, ...]
    outcome: Reaction | None
    reason: str


@dataclass
class Count:
    """How often something spoke, and what users did then."""

    fired: int = 0
    accepted: int = 0
    overridden: dict[str, int] = field(default_factory=dict)

    @property
    def unanswered(self) -> int:
        """Cards that nothing was told of: ignored, or of a client that sends no feedback."""
        return self.fired - self.accepted - sum(self.overridden.values())

    def add(self, fate: Fate) -> None:
        """Count a card."""
        self.fired += 1
        if fate.outcome is Reaction.ACCEPTED:
            self.accepted += 1
        elif fate.outcome is Reaction.OVERRIDDEN:
            self.overridden[fate.reason] = self.overridden.get(fate.reason, 0) + 1


@dataclass(frozen=True)
class Figures:
    """Counts by rule, grade and site (client and tenant); ``unknown`` entries are of no card of ours."""

    cards: Count
    rules: dict[str, Count]
    grades: dict[str, Count]
    sites: dict[str, Count]
    unknown: int


def figures(store: Store, since: datetime) -> Figures:
    """The figures of the cards issued since a point in time.

    Raises:
        StoreAwayError: the store does not answer.
    """
    found = tuple(_fates(store, since))
    return Figures(
        cards=_counted(found, lambda _: ("all",)).get("all", Count()),
        rules=_counted(found, lambda fate: fate.rules),
        grades=_counted(found, lambda fate: (fate.grade,)),
        sites=_counted(found, lambda fate: (fate.site,)),
        unknown=_unknown(store, since),
    )


def _counted(found: Iterable[Fate], names: Callable[[Fate], Iterable[str]]) -> dict[str, Count]:
    counts: defaultdict[str, Count] = defaultdict(Count)
    for fate in found:
        for name in names(fate):
            counts[name].add(fate)
    return dict(sorted(counts.items()))


_OF_CARD = and_(feedback.c.card == issued_card.c.uuid, feedback.c.client == issued_card.c.client)


def _fates(store: Store, since: datetime) -> Iterator[Fate]:
    query = (
        select(
            *(issued_card.c.uuid, issued_card.c.client, issued_card.c.tenant),
            *(issued_card.c.grade, issued_card.c.rules),
            *(feedback.c.outcome, feedback.c.reason_code),
        )
        .select_from(issued_card.outerjoin(feedback, _OF_CARD))
        .where(issued_card.c.at >= since)
        .order_by(feedback.c.outcome_at, feedback.c.received_at)
    )
    last: dict[str, Fate] = {}
    with store.transaction(Use.AT_LEISURE) as connection:
        for uuid, client, tenant, grade, rules, outcome, reason in connection.execute(query):
            site = f"{client}/{tenant}" if tenant else client
            done = Reaction(outcome) if outcome else None
            last[uuid] = Fate(site, grade, tuple(rules), done, reason or NO_REASON)
    yield from last.values()


def _unknown(store: Store, since: datetime) -> int:
    query = (
        select(func.count())
        .select_from(feedback.outerjoin(issued_card, _OF_CARD))
        .where(issued_card.c.uuid.is_(None), feedback.c.received_at >= since)
    )
    with store.transaction(Use.AT_LEISURE) as connection:
        return connection.execute(query).scalar_one()
