"""Whether the liver grew on two consecutive studies, each against its own nadir."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rules.criteria.choi import choi_2007
from rules.criteria.pages import CriterionPage
from rules.criteria.recist import target_response
from rules.dates import days_between
from rules.features.attenuation import mean_attenuation, phases_at, with_attenuation
from rules.features.lookup import Lookup
from rules.features.sizes import Targets, sum_at
from rules.features.studies import Compared
from rules.numbers import Numbers
from rules.timeline import Phase, Study

_PROGRESSION = "PD"
_CHOI_TIERS = ("A", "B")


def second_growth(
    look: Lookup,
    studies: Compared,
    targets: Targets,
    tier: str | None,
    criteria: Mapping[str, CriterionPage],
    numbers: Numbers,
) -> bool:
    """A second consecutive growth: the index study and the one before it, far enough apart.

    Each is progression by RECIST 1.1, or by Choi 2007 where the evidence tier is A or B.
    """
    followed = studies.followed
    if len(followed) < 3:
        return False
    before, index = followed[-2:]
    if days_between(before.day, index.day).high < numbers["second_growth_interval"]:
        return False
    growths = (_Growth(look, followed[:n], targets, criteria) for n in (len(followed) - 1, None))
    return all(growth.progressed(tier) for growth in growths)


class _Growth:
    """The last of some studies against the nadir of those before it."""

    def __init__(
        self,
        look: Lookup,
        studies: Sequence[Study],
        targets: Targets,
        criteria: Mapping[str, CriterionPage],
    ) -> None:
        self.look, self.studies, self.targets, self.criteria = look, studies, targets, criteria

    def progressed(self, tier: str | None) -> bool:
        baseline, nadir, now = self._sums()
        recist = target_response(self.criteria["recist_1_1"], baseline, nadir, now)
        if recist is not None and recist.category == _PROGRESSION:
            return True
        hu_then, hu_now = self._attenuation()
        choi = choi_2007(
            self.criteria["choi_2007"], baseline, nadir, now, hu_then, hu_now, False, False
        )
        return tier in _CHOI_TIERS and choi is not None and choi.category == _PROGRESSION

    def _sums(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        sums = [sum_at(self.look, self.targets.paired, study) for study in self.studies]
        return sums[0], min((s for s in sums[:-1] if s is not None), default=None), sums[-1]

    def _attenuation(self) -> tuple[Decimal | None, Decimal | None]:
        first, last = self.studies[0], self.studies[-1]
        pair = Compared(last, first, (first, last), None)
        lesions = with_attenuation(self.look, self.targets, pair)
        phases = phases_at(self.look, lesions, first) | phases_at(self.look, lesions, last)
        if phases != {Phase.PORTAL_VENOUS}:
            return None, None
        return tuple(mean_attenuation(self.look, lesions, s) for s in (first, last))  # type: ignore[return-value]
