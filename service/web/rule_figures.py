"""What users did with the cards of each rule, for a page of the rule book, if it may be seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone

from service.configuration.tables import Operator
from service.store.errors import StoreAwayError
from service.store.figures import Count
from service.web.figures import Sources
from service.web.operators import may_see

DAYS = 90


@dataclass(frozen=True)
class RuleFigures:
    """The counts of the last days by code of a rule; ``away``: the store did not answer."""

    days: int
    counts: Mapping[str, Count] = field(default_factory=dict)
    away: bool = False

    def of(self, code: str) -> Count:
        """The counts of a rule; none where no card named it."""
        return self.counts.get(code, Count())


def nobody() -> RuleFigures | None:
    """No figures, whoever asks."""
    return None


def for_operators(
    sources: Sources, operators: Sequence[Operator]
) -> Callable[[], RuleFigures | None]:
    """The figures, in requests that may see the operators' page; nobody is asked to sign in."""

    def told() -> RuleFigures | None:
        return _read(sources) if may_see(operators) else None

    return told


def _read(sources: Sources) -> RuleFigures:
    since = sources.today() - timedelta(days=DAYS - 1)
    try:
        found = sources.figures(datetime.combine(since, time(), timezone.utc))
    except StoreAwayError:
        return RuleFigures(DAYS, away=True)  # the rules are read without the store all the same
    return RuleFigures(DAYS, found.rules)
