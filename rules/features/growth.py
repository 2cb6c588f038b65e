"""Whether the liver grew on two consecutive studies, each against its own nadir."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.criteria.choi import choi_category
from rules.criteria.measured import Change
from rules.criteria.pages import CriterionPage
from rules.criteria.recist import target_category
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
        growth, change = self._sums()
        if target_category(self.criteria["recist_1_1"], growth, change) == _PROGRESSION:
            return True
        page = self.criteria["choi_2007"]
        choi = choi_category(page, growth, change, self._attenuation(), appeared=False)
        return tier in _CHOI_TIERS and choi == _PROGRESSION

    def _sums(self) -> tuple[Change | None, Change | None]:
        """The change of the sum since its nadir, and since the first study."""
        sums = [sum_at(self.look, self.targets.paired, study) for study in self.studies]
        nadir = min([s for s in sums[:-1] if s is not None], default=None)
        return Change.of(sums[-1], nadir, "mm"), Change.of(sums[-1], sums[0], "mm")

    def _attenuation(self) -> Change | None:
        """The change of attenuation since the first study; None unless both are portal venous."""
        first, last = self.studies[0], self.studies[-1]
        pair = Compared(last, first, (first, last), None)
        lesions = with_attenuation(self.look, self.targets, pair)
        phases = phases_at(self.look, lesions, first) | phases_at(self.look, lesions, last)
        if phases != {Phase.PORTAL_VENOUS}:
            return None
        now, then = (mean_attenuation(self.look, lesions, study) for study in (last, first))
        return Change.of(now, then, "HU")
