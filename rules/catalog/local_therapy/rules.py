"""Recent liver-directed therapy changes size and enhancement by itself."""

from rules.assessment import ItemKind
from rules.items import ItemRule, of_kind
from rules.language import Rule, at_most, fails, holds, rule


def recent_local_therapy() -> Rule:
    """Liver-directed therapy within the time in which it confounds."""
    return rule(
        "LOCAL_THERAPY", local_therapy=holds("dated") & at_most("days", "local_therapy_window")
    )


def undated_local_therapy() -> Rule:
    """Liver-directed therapy at a time that is not known: it may be recent."""
    return rule("LOCAL_THERAPY_UNDATED", local_therapy=fails("dated"))


def items() -> tuple[ItemRule, ...]:
    """The items of this page, in the order of the assessment."""
    return (
        *of_kind(ItemKind.OBSTACLE, undated_local_therapy()),
        *of_kind(ItemKind.CONFOUNDER, recent_local_therapy()),
    )
