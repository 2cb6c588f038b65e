"""Which agent leads the question where several are on board."""

from __future__ import annotations

import pytest

from rules.clinical_facts import AgentUse
from rules.exposure import exposure_of
from rules.rulebook import Rulebook

# Both are of tier C where the primary is none of those studied.
CASES = {
    "the latest start leads": ((100, 0), (50, 0), "sunitinib"),
    "an undated last dose leads over a dated one": ((100, None), (50, 0), "bevacizumab"),
    "an undated start leads over a dated one": ((None, 0), (50, 0), "bevacizumab"),
    "of two with undated last doses the latest start leads": ((364, None), (13, None), "sunitinib"),
    "of two undated the one whose start is not known leads": ((None, None), (13, None), "bevacizumab"),
    "among equals in all the first by name leads": ((50, 0), (50, 0), "bevacizumab"),
}  # fmt: skip


@pytest.mark.parametrize(("bevacizumab", "sunitinib", "leader"), CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("turned", [False, True], ids=["as listed", "in the other order"])
def test_the_leading_agent_is_the_one_that_claims_least(
    rulebook: Rulebook,
    bevacizumab: tuple[int | None, int | None],
    sunitinib: tuple[int | None, int | None],
    leader: str,
    turned: bool,
) -> None:
    agents = [
        AgentUse("bevacizumab", "VEGF", *bevacizumab),
        AgentUse("sunitinib", "KIT", *sunitinib),
    ]
    if turned:
        agents.reverse()
    leading = exposure_of(agents, "other", rulebook.strata.numbers).leading
    assert leading is not None
    assert leading.ingredient == leader
