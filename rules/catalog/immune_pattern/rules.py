"""Checkpoint inhibitors: another mechanism, other criteria (iRECIST)."""

from rules.assessment import ItemKind
from rules.items import ItemRule, of_kind
from rules.language import Condition, Rule, fails, holds, is_, rule


def _alone() -> Condition:
    return fails("qualifying_on_board") & holds("checkpoint_on_board")


def checkpoint_alone() -> Rule:
    """A checkpoint inhibitor is on board and no qualifying agent is."""
    return rule("ICI_ONLY", therapy=_alone())


def checkpoint_alone_contrary() -> tuple[Rule, ...]:
    """The same, and something speaks for progression that iRECIST would not wait for."""
    return (
        rule("ICI_CONTRARY.biopsy", therapy=_alone(), biopsy=is_("result", "viable-tumour")),
        rule("ICI_CONTRARY.crisis", therapy=_alone(), clinical=is_("status", "crisis")),
        rule("ICI_CONTRARY.recorded", therapy=_alone(), course=holds("recorded_progression")),
    )


def checkpoint_combination() -> Rule:
    """A checkpoint inhibitor beside a qualifying agent: the mechanisms cannot be told apart."""
    return rule(
        "ICI_COMBINATION", therapy=holds("qualifying_on_board") & holds("checkpoint_on_board")
    )


def items() -> tuple[ItemRule, ...]:
    """The items of this page, in the order of the assessment."""
    return (
        *of_kind(ItemKind.CONFOUNDER, checkpoint_alone()),
        *of_kind(ItemKind.BASIS, *checkpoint_alone_contrary()),
        *of_kind(ItemKind.CAP, checkpoint_combination()),
    )
