"""An item rule: what fires on the facts of one patient, and what it does to the grade."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rules.assessment import ItemKind
from rules.language import Rule


@dataclass(frozen=True)
class ItemRule:
    """A rule with the kind of item it finds. ``strong`` marks strong concordant evidence.

    Several rules may find one item by different ways: ``P2.by_correlate``, ``P2.by_attenuation``.
    """

    kind: ItemKind
    rule: Rule
    strong: bool = False

    @cached_property
    def code(self) -> str:
        """The item's code: the rule's id without the way."""
        return code_of(self.rule.id)


def code_of(rule_id: str) -> str:
    """The item that a rule finds: ``P2.by_correlate`` finds ``P2``."""
    return rule_id.partition(".")[0]


def of_kind(kind: ItemKind, *rules: Rule, strong: bool = False) -> tuple[ItemRule, ...]:
    """Item rules of one kind."""
    return tuple(ItemRule(kind, rule, strong) for rule in rules)
