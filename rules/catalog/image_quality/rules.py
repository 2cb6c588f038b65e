"""What limits the comparison of two studies; every flag holds the grade at "possible"."""

from rules.assessment import ItemKind
from rules.clinical_facts import Flag
from rules.items import ItemRule, of_kind
from rules.language import Rule, is_, rule


def flagged(flag: Flag) -> Rule:
    """One limit of the comparison, as the features found it."""
    return rule(flag.value, flag=is_("code", flag.value))


def items() -> tuple[ItemRule, ...]:
    """The items of this page, in the order of the assessment."""
    return of_kind(ItemKind.FLAG, *(flagged(flag) for flag in Flag))
