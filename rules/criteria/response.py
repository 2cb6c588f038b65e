"""What a criterion answers: a category under its published name, and the arithmetic behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CR, PR, SD, PD = "CR", "PR", "SD", "PD"
NON_CR_NON_PD = "non-CR/non-PD"  # of non-target lesions
CMR, PMR, SMD, PMD = "CMR", "PMR", "SMD", "PMD"
FAVOURABLE, INDETERMINATE, UNFAVOURABLE = "favourable", "indeterminate", "unfavourable"
RESPONSE, NO_RESPONSE, PROGRESSION, NEITHER = "response", "no response", "progression", "neither"
NE = "NE"  # not evaluable: something that decides is not known
OUT_OF_SCOPE = "out of scope"  # the criterion is not meant for this patient


@dataclass(frozen=True)
class Response:
    """A category and, in words, the numbers and findings that it rests on."""

    category: str
    arithmetic: str


def in_one_line(*parts: str) -> str:
    """The parts that say something, as one line."""
    return "; ".join(part for part in parts if part)


def findings_in_words(findings: Mapping[str, bool | None]) -> str:
    """Which of some findings were seen, and of which nothing was said."""
    seen = [name for name, present in findings.items() if present]
    unknown = [f"{name} not stated" for name, present in findings.items() if present is None]
    return in_one_line(*seen, *unknown)
