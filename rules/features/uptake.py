"""FDG uptake then and now: the hottest lesion before treatment and on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.criteria.measured import Change
from rules.dates import PartialDate
from rules.timeline import Uptake, UptakeKind


@dataclass(frozen=True)
class UptakePair:
    """The hottest lesion at a baseline PET and at the newest one; not of need the same lesion."""

    baseline: Uptake
    follow_up: Uptake

    @property
    def change(self) -> Change:
        """The follow-up value against that of the baseline."""
        unit = self.baseline.kind.value.removesuffix("peak").removesuffix("max")
        return Change(self.follow_up.value, self.baseline.value, unit)

    @property
    def sources(self) -> tuple[str, ...]:
        """The two resources."""
        return self.baseline.source.reference, self.follow_up.source.reference


def uptake_pair(
    uptakes: Iterable[Uptake], kind: UptakeKind, line_start: PartialDate | None, as_of: date
) -> UptakePair | None:
    """The PET before the line (else the first) and the newest after it; None without both."""
    hottest: dict[PartialDate, Uptake] = {}
    for uptake in uptakes:
        if uptake.kind is kind and uptake.day.earliest <= as_of:
            known = hottest.get(uptake.day)
            hottest[uptake.day] = uptake if known is None else max(known, uptake, key=_value)
    days = sorted(hottest, key=lambda day: (day.latest, day.earliest))
    if len(days) < len(("baseline", "follow-up")):
        return None
    before = [day for day in days[:-1] if line_start and day.latest <= line_start.latest]
    return UptakePair(hottest[before[-1] if before else days[0]], hottest[days[-1]])


def _value(uptake: Uptake) -> Decimal:
    return uptake.value
