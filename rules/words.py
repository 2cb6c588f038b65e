"""Clinical facts in words: what the sentences of the pages may fill in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rules.clinical_facts import AgentUse, ClinicalFacts
from rules.numbers import Numbers, in_words
from rules.working_memory import Derived


@dataclass(frozen=True)
class Words:
    """What the sentences on one patient may fill in, each word made when a sentence names it."""

    facts: ClinicalFacts
    agent: AgentUse | None  # the one to name
    derived: Derived
    marker: str | None
    numbers: Numbers

    def __getitem__(self, name: str) -> str:
        """One of ``WORDS``, or the number of a parameter under its own name."""
        return _WORDS[name](self) if name in _WORDS else self.numbers.words[name]


def _correlate(words: Words) -> str:
    new = words.facts.new_lesion
    return ", with a correlate at baseline" if new and new.baseline_correlate else ""


def _pet_when(words: Words) -> str:
    days = words.facts.pet_days
    return "" if days is None else f" on day {days} of the line"


_WORDS: Mapping[str, Callable[[Words], str]] = {
    "agent": lambda words: words.agent.ingredient if words.agent else "no agent",
    "biopsy": lambda words: words.facts.biopsy,
    "correlate": _correlate,
    "extrahepatic": lambda words: words.facts.extrahepatic,
    "growth": lambda words: percent(words.derived.growth_pct),
    "hu_baseline": lambda words: number(words.facts.hu.baseline),
    "hu_change": lambda words: percent(words.derived.hu_change_pct),
    "hu_index": lambda words: number(words.facts.hu.index),
    "hu_lowest": lambda words: number(words.facts.hu.lowest),
    "index_age": lambda words: str(words.facts.index_age),
    "line_days": lambda words: _days(words.agent.line_days if words.agent else None),
    "local_therapy_days": lambda words: _days(words.facts.local_therapy_days),
    "marker": lambda words: words.marker or "The tumour marker",
    "pet": lambda words: words.facts.pet,
    "pet_when": _pet_when,
}
WORDS = tuple(_WORDS)
"""The words that a page may use, beside the names of parameters."""


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
