"""What the orders of a call mean: a change of systemic treatment, liver imaging, comfort care.

A change is an order that starts a systemic antineoplastic other than the leading agent, or one
that stops, holds or replaces the leading agent. An order that cannot be read is named: it may be
a change, so it is never taken for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Action(str, Enum):
    """What an order does to a drug."""

    STARTS = "starts"
    STOPS = "stops"
    HOLDS = "holds"
    REPLACES = "replaces"


@dataclass(frozen=True)
class DrugOrder:
    """One drug of an order. ``name`` is an ingredient where it is known, else as ordered."""

    reference: str
    name: str
    action: Action
    antineoplastic: bool
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leading:
    """The leading agent and the references of the records that hold it."""

    ingredient: str
    references: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TreatmentChange:
    """A change of systemic treatment: which drug, and what happens to it."""

    name: str
    action: Action
    reference: str


@dataclass(frozen=True)
class DraftOrders:
    """The orders that bear on the question.

    Attributes:
        drugs: every drug that is ordered and may be systemic treatment.
        liver_imaging: the modality of each order of liver imaging, "" where it is not told.
        comfort: comfort or hospice care is ordered.
        unresolved: orders that could not be read.
        dangling: selections that name no order.
    """

    drugs: tuple[DrugOrder, ...] = ()
    liver_imaging: tuple[str, ...] = ()
    comfort: bool = False
    unresolved: tuple[str, ...] = ()
    dangling: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing here bears on the question."""
        return not (self.drugs or self.liver_imaging or self.unresolved)

    def treatment_changes(self, leading: Leading) -> tuple[TreatmentChange, ...]:
        """The changes of systemic treatment, given the agent that leads the question."""
        found = ((drug, _change(drug, leading)) for drug in self.drugs)
        return tuple(TreatmentChange(d.name, action, d.reference) for d, action in found if action)


def _change(drug: DrugOrder, leading: Leading) -> Action | None:
    if drug.name == leading.ingredient:
        return drug.action if drug.action in (Action.STOPS, Action.HOLDS) else None
    if drug.action is not Action.STARTS:
        return None  # another drug is stopped: no change of what is asked about
    if not leading.references.isdisjoint(drug.replaces):
        return Action.REPLACES
    return Action.STARTS if drug.antineoplastic else None
