"""Which agents count and which one leads, read a second time. See ``oracle.py``.

Names, days and tiers are spelled out here on purpose: read from the rule book, a slip in it would
be repeated, not found.
"""

from __future__ import annotations

from math import inf

from tests.case_facts import UNKNOWN, CaseFacts, Exposure

KIT = {"imatinib", "avapritinib", "ripretinib", "nilotinib", "dasatinib", "bosutinib"}
VEGFR = {
    "sunitinib", "regorafenib", "pazopanib", "sorafenib", "cabozantinib", "lenvatinib",
    "axitinib", "tivozanib", "fruquintinib", "vandetanib", "surufatinib", "nintedanib",
    "anlotinib", "rivoceranib", "ponatinib",
}  # fmt: skip
VEGF = {"bevacizumab", "ramucirumab", "aflibercept"}
OTHER = {
    "everolimus", "temsirolimus", "cetuximab", "panitumumab", "trastuzumab", "belzutifan",
    "lutetium-dotatate",
}  # fmt: skip
ICI = {
    "nivolumab", "pembrolizumab", "atezolizumab", "durvalumab", "ipilimumab", "avelumab",
    "cemiplimab", "dostarlimab", "tremelimumab", "tislelizumab", "retifanlimab", "toripalimab",
}  # fmt: skip
QUALIFYING = KIT | VEGFR | VEGF | OTHER

WASHOUT_DAYS = {
    "bevacizumab": 42, "ramucirumab": 42, "aflibercept": 28, "imatinib": 7, "sunitinib": 20,
    "sorafenib": 10, "pazopanib": 7, "regorafenib": 10, "cabozantinib": 21, "tivozanib": 25,
    "vandetanib": 95, "avapritinib": 12, "trastuzumab": 84, "panitumumab": 38, "cetuximab": 23,
    "fruquintinib": 14, "temsirolimus": 14, "lutetium-dotatate": 120,
}  # fmt: skip

TIER_B = {
    "GIST": {"sunitinib", "regorafenib", "ripretinib", "avapritinib"},
    "RCC": VEGFR,
    "NET": {"sunitinib", "cabozantinib", "surufatinib"},
    "CRC": {"bevacizumab"},
}


def on_board(agent: Exposure) -> bool:
    """Undated counts as on therapy; which of the dates matters is the last dose."""
    last_dose = agent.last_dose_days_before_index
    washout = 90 if agent.ingredient in ICI else WASHOUT_DAYS.get(agent.ingredient, 7)
    return last_dose is None or last_dose <= washout


def qualifying_agents(facts: CaseFacts) -> tuple[Exposure, ...]:
    return tuple(agent for agent in facts.agents if agent.ingredient in QUALIFYING)


def qualifying_on_board(facts: CaseFacts) -> tuple[Exposure, ...]:
    return tuple(agent for agent in qualifying_agents(facts) if on_board(agent))


def ici_on_board(facts: CaseFacts) -> bool:
    return any(agent.ingredient in ICI and on_board(agent) for agent in facts.agents)


def tier(ingredient: str, primary: str) -> str:
    if (ingredient, primary) == ("imatinib", "GIST"):
        return "A"
    return "B" if ingredient in TIER_B.get(primary, ()) else "C"


def undated(agent: Exposure) -> bool:
    return agent.line_start_days_before_index is None or agent.last_dose_days_before_index is None


def leading_agent(facts: CaseFacts) -> Exposure | None:
    """Best tier; of equals the undated, then the latest line start, then the first name."""

    def rank(agent: Exposure) -> tuple[str, bool, float, str]:
        start = agent.line_start_days_before_index
        fewest_days = -inf if start is None else start
        best_tier = tier(agent.ingredient, facts.primary)
        return (best_tier, not undated(agent), fewest_days, agent.ingredient)

    return min(qualifying_on_board(facts), key=rank, default=None)


def leading_tier(facts: CaseFacts) -> str | None:
    leading = leading_agent(facts)
    return None if leading is None else tier(leading.ingredient, facts.primary)


def days_on_line(facts: CaseFacts) -> int | None:
    leading = leading_agent(facts)
    return None if leading is None else leading.line_start_days_before_index


def pet_days(facts: CaseFacts) -> int | None:
    if facts.pet_days_from_line_start == UNKNOWN:
        return None
    if facts.pet_days_from_line_start is None:
        return days_on_line(facts)
    return facts.pet_days_from_line_start
