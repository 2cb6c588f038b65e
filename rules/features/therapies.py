"""What the patient was on at the index study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.clinical_facts import AgentUse
from rules.dates import PartialDate
from rules.exposure import Exposure, exposure_of
from rules.features.knowledge import Knowledge
from rules.features.lines import Line, agent_use, lines_at, too_coarse
from rules.timeline import Timeline


@dataclass(frozen=True)
class Therapies:
    """The lines at the index study, how each counts, and what leads."""

    lines: Mapping[str, Line]
    agents: tuple[AgentUse, ...]
    exposure: Exposure
    coarse: tuple[str, ...]  # ingredients whose dates are there but too coarse

    @property
    def leading(self) -> Line | None:
        """The line of the leading agent, or of the checkpoint inhibitor where it is alone."""
        named = self.exposure.named
        return self.lines[named.ingredient] if named else None


def therapies_at(
    timeline: Timeline, day: PartialDate, primary: str, knowledge: Knowledge
) -> Therapies:
    """The lines of therapy on a day, and which of them leads for this primary."""
    numbers = knowledge.numbers
    lines = {line.ingredient: line for line in lines_at(timeline.therapies, day, numbers)}
    uses = {
        name: use
        for name, line in lines.items()
        if (use := agent_use(line, knowledge.group_of(name), day, numbers)) is not None
    }
    return Therapies(
        lines,
        tuple(uses.values()),
        exposure_of(uses.values(), primary, numbers),
        tuple(name for name, use in uses.items() if too_coarse(lines[name], use)),
    )
