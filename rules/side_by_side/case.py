"""One patient as the criteria see it: sums, comparable attenuation, what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.criteria.measured import Attenuation, Sums
from rules.criteria.pages import CriterionPage
from rules.features.picture import Picture
from rules.judge import Judgement
from rules.timeline import Phase
from rules.working_memory import hu_comparable

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Case:
    """One patient as the criteria see it."""

    picture: Picture
    judgement: Judgement
    pages: Mapping[str, CriterionPage]

    @property
    def sums(self) -> Sums:
        """Sums of the target diameters in mm."""
        sld = self.picture.facts.sld
        return Sums(sld.baseline, sld.lowest, sld.index)

    @property
    def portal(self) -> Attenuation:
        """Mean portal venous attenuation in HU, where then and now may be compared."""
        hu = self.picture.facts.hu
        if not hu_comparable(self.picture.facts):
            return Attenuation(None, None)
        return Attenuation(hu.baseline, hu.index, Phase.PORTAL_VENOUS)

    @property
    def new_liver_lesion(self) -> bool:
        """Whether there is a liver lesion since baseline, whatever it looks like."""
        return self.picture.facts.new_lesion is not None

    @property
    def nodule(self) -> bool:
        """Whether a nodule within a lesion is on record."""
        return self.picture.facts.nodule
