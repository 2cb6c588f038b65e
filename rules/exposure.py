"""Which drugs were on board at the index study, which one leads, and how strong the evidence is.

Groups, evidence tiers and washout times stand on the page rules/catalog/exposure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from operator import itemgetter

from rules.clinical_facts import AgentUse
from rules.numbers import Numbers

CHECKPOINT_INHIBITOR = "ICI"


@dataclass(frozen=True)
class Exposure:
    """What the patient was on at the index study.

    ``leading`` is the qualifying agent on board with the best tier; ``checkpoint`` a checkpoint
    inhibitor on board. ``qualifying`` says whether any qualifying agent is on record at all.
    """

    qualifying: bool
    leading: AgentUse | None
    tier: str | None
    checkpoint: AgentUse | None

    @property
    def named(self) -> AgentUse | None:
        """The agent to name: the leading one, or the checkpoint inhibitor where it is alone."""
        return self.leading or self.checkpoint


def on_board(agent: AgentUse, numbers: Numbers) -> bool:
    """Whether an agent still counts: within its washout, or undated (unknown is never no)."""
    if agent.last_dose_days is None:
        return True
    if agent.group == CHECKPOINT_INHIBITOR:
        return agent.last_dose_days <= numbers["checkpoint_inhibitor_window"]
    return agent.last_dose_days <= numbers.tables["washout"].of(agent.ingredient)


def evidence_tier(agent: AgentUse, primary: str, numbers: Numbers) -> str:
    """How directly the pattern is known as response for this drug in this primary: A, B or C."""
    for row in numbers.lists["evidence_tiers"]:
        named = agent.ingredient in row.get("agents", ()) or agent.group in row.get("groups", ())
        if named and row["primary"] == primary:
            return str(row["tier"])
    return "C"


def exposure_of(agents: Iterable[AgentUse], primary: str, numbers: Numbers) -> Exposure:
    """Sort the agents into leading and checkpoint inhibitor."""
    agents = tuple(agents)
    qualifying = [a for a in agents if a.group != CHECKPOINT_INHIBITOR]
    present = [a for a in qualifying if on_board(a, numbers)]
    checkpoint = [a for a in agents if a.group == CHECKPOINT_INHIBITOR and on_board(a, numbers)]
    ranked = [(evidence_tier(a, primary, numbers), _most_recent(a), a) for a in present]
    tier, _, leading = min(ranked, key=itemgetter(0, 1), default=(None, None, None))
    return Exposure(
        qualifying=bool(qualifying),
        leading=leading,
        tier=tier,
        checkpoint=min(checkpoint, key=_most_recent, default=None),
    )


def _most_recent(agent: AgentUse) -> tuple[bool, float, str]:
    # Among equals the undated agent leads, then the latest start: the choice that claims least.
    dated = agent.line_days is not None and agent.last_dose_days is not None
    started = -inf if agent.line_days is None else float(agent.line_days)
    return dated, started, agent.ingredient
