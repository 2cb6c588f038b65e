"""What the features need beside the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.criteria.pages import CriterionPage
from rules.numbers import Numbers
from rules.vocabulary import Vocabulary


@dataclass(frozen=True, repr=False)
class Knowledge:
    """What the features need beside the timeline: numbers, criteria, names of agents."""

    numbers: Numbers
    criteria: Mapping[str, CriterionPage]
    vocabulary: Vocabulary

    def group_of(self, ingredient: str) -> str:
        """KIT, VEGFR, VEGF, OTHER or ICI."""
        return self.vocabulary.term("agents", ingredient).attributes["group"]
