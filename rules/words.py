"""Clinical facts in words: what the sentences of the pages may fill in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from rules.clinical_facts import ClinicalFacts
from rules.exposure import Exposure
from rules.numbers import Numbers, in_words
from rules.working_memory import Derived

# The words that a page may use, beside the names of parameters.
WORDS = (
    "agent",
    "biopsy",
    "correlate",
    "extrahepatic",
    "growth",
    "hu_baseline",
    "hu_change",
    "hu_index",
    "hu_lowest",
    "index_age",
    "line_days",
    "local_therapy_days",
    "marker",
    "pet",
    "pet_when",
)


def words_of(
    facts: ClinicalFacts,
    exposure: Exposure,
    derived: Derived,
    marker: str | None,
    numbers: Numbers,
) -> Mapping[str, str]:
    """Every word that a sentence may need, and every parameter under its own name."""
    agent = exposure.named
    new = facts.new_lesion
    return {
        **numbers.words,
        "agent": agent.ingredient if agent else "no agent",
        "biopsy": facts.biopsy,
        "correlate": ", with a correlate at baseline" if new and new.baseline_correlate else "",
        "extrahepatic": facts.extrahepatic,
        "growth": percent(derived.growth_pct),
        "hu_baseline": number(facts.hu.baseline),
        "hu_change": percent(derived.hu_change_pct),
        "hu_index": number(facts.hu.index),
        "hu_lowest": number(facts.hu.lowest),
        "index_age": str(facts.index_age),
        "line_days": _days(agent.line_days if agent else None),
        "local_therapy_days": _days(facts.local_therapy_days),
        "marker": marker or "The tumour marker",
        "pet": facts.pet,
        "pet_when": "" if facts.pet_days is None else f" on day {facts.pet_days} of the line",
    }


def number(value: Decimal | float | None) -> str:
    """A measured number for reading."""
    return "not measured" if value is None else in_words(value)


def percent(value: float | None) -> str:
    """A change in per cent with its sign."""
    if value is None:
        return "not known"
    if value == float("inf"):
        return "from nothing"
    return f"{value:+.1f} %".replace("-", "−")


def _days(days: int | None) -> str:
    return "an unknown number of" if days is None else str(days)
