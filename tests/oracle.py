"""A second, literal reading of the decision logic, to hold the rule engine against.

Written from the words of the logic alone, step by step and in its order, without a look at the
rules. Every number is spelled out here on purpose: read from the rule book, a slip in it would be
repeated, not found.

"At least" and "at most" are inclusive with a tolerance of 1e-9; "more than" and "less than" are
their exact negations. Unknown is never "no": a comparison with an unknown value does not hold,
and neither does its negation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.case_facts import UNKNOWN, CaseFacts
from tests.case_generators import case_facts
from tests.contrary_changes import contrary_changes
from tests.oracle_agents import (
    days_on_line,
    ici_on_board,
    leading_agent,
    leading_tier,
    qualifying_agents,
    qualifying_on_board,
    undated,
)
from tests.oracle_items import (
    caps,
    choi_pd,
    concordance,
    concordance_met,
    five_mm_above_nadir,
    grew_at_least,
    growth,
    holding,
    hu_comparable,
    hu_fell_less_than_5_percent,
    majors,
    minors,
    patterns,
    recist_pd,
)
from tests.supported_cases import supported_facts

__all__ = [
    "OracleResult", "case_facts", "conclude", "contrary_changes", "judge", "supported_facts",
]  # fmt: skip

SUPPORTED = "TREATMENT_EFFECT_SUPPORTED"
POSSIBLE = "POSSIBLE_TREATMENT_EFFECT"
TRUE_PROGRESSION = "TRUE_PROGRESSION_FAVOURED"
LOCAL_THERAPY = "LOCAL_THERAPY_CONFOUNDED"
IMMUNE = "IMMUNE_PATTERN"
INDETERMINATE = "INDETERMINATE_DATA"
NOT_APPLICABLE = "NOT_APPLICABLE"

Conclusion = tuple[str, str]  # grade, reason


@dataclass(frozen=True)
class OracleResult:
    """Grade, the code of the step that ended the reading, and every item the facts hold.

    Items are listed whether or not the reading came as far as their step. Minor items and
    quality flags hold the grade at POSSIBLE too, but are not repeated among ``caps``.
    """

    grade: str
    majors: tuple[str, ...]
    minors: tuple[str, ...]
    patterns: tuple[str, ...]
    caps: tuple[str, ...]
    concordance_count: int
    concordance_strong: bool
    reason: str


def judge(facts: CaseFacts) -> OracleResult:
    """The conclusion with every item that the facts hold."""
    grade, reason = conclude(facts)
    count, strong = concordance(facts)
    return OracleResult(
        grade, majors(facts), minors(facts), patterns(facts), caps(facts), count, strong, reason
    )


def conclude(facts: CaseFacts) -> Conclusion:
    """Read the steps in order; the first that ends the reading wins."""
    return next(end for step in STEPS if (end := step(facts)) is not None)


def apparent_progression(facts: CaseFacts) -> bool:
    seen = facts.new_liver_lesion or facts.conspicuity or facts.nodule
    return seen or growth(facts) is None or grew_at_least(facts, 10)


def step_1_not_applicable(facts: CaseFacts) -> Conclusion | None:
    ici = ici_on_board(facts)
    exclusions = holding(
        NO_LIVER_METASTASES=facts.liver_metastases is False,
        PRIMARY_HCC=facts.primary == "HCC",
        NO_AGENT=not qualifying_agents(facts) and not ici,
        NO_APPARENT_PROGRESSION=not apparent_progression(facts),
        STALE=facts.index_age_days > 90,
        OFF_THERAPY=not qualifying_on_board(facts) and not ici,
    )
    return (NOT_APPLICABLE, exclusions[0]) if exclusions else None


def step_3_checkpoint_inhibitor_only(facts: CaseFacts) -> Conclusion | None:
    if qualifying_on_board(facts):
        return None
    if {"M5", "M7", "M8"} & set(majors(facts)):
        return TRUE_PROGRESSION, "ICI_CONTRARY"
    return IMMUNE, "ICI_ONLY"


def step_4_major_item(facts: CaseFacts) -> Conclusion | None:
    return (TRUE_PROGRESSION, "MAJOR") if majors(facts) else None


def between_4_and_5_dates(facts: CaseFacts) -> Conclusion | None:
    if facts.date_ambiguous:
        return INDETERMINATE, "DATE_AMBIGUOUS"
    return (INDETERMINATE, "LOCAL_THERAPY_UNDATED") if facts.local_therapy_undated else None


def step_5_local_therapy(facts: CaseFacts) -> Conclusion | None:
    recent = facts.local_therapy_days is not None and facts.local_therapy_days <= 180
    return (LOCAL_THERAPY, "LOCAL_THERAPY") if recent else None


def step_6_two_minor_items(facts: CaseFacts) -> Conclusion | None:
    return (TRUE_PROGRESSION, "TWO_MINORS") if len(minors(facts)) >= 2 else None


def step_7_obstacle(facts: CaseFacts) -> Conclusion | None:
    leading = leading_agent(facts)
    days = days_on_line(facts)
    obstacles = holding(
        EXPOSURE_UNDATED=leading is None or undated(leading),
        TOO_EARLY=days is not None and days < 14,
        LIVER_METASTASES_UNKNOWN=facts.liver_metastases == UNKNOWN,
    )
    return (INDETERMINATE, obstacles[0]) if obstacles else None


def growth_without_fall(facts: CaseFacts) -> bool:
    choi = leading_tier(facts) in ("A", "B") and choi_pd(facts) and five_mm_above_nadir(facts)
    progressed = recist_pd(facts) or choi
    return progressed and not facts.flags and hu_fell_less_than_5_percent(facts)


def step_9_no_pattern(facts: CaseFacts) -> Conclusion | None:
    found = patterns(facts)
    if {"P1", "P2", "P3"} & set(found):
        return None
    if "P4" in found:
        return POSSIBLE, "QUALITATIVE_ONLY"
    pair_and_growth = hu_comparable(facts) is not None and growth(facts) is not None
    if not pair_and_growth or facts.new_liver_lesion:
        return INDETERMINATE, "NO_PAIR_NO_DESCRIPTION"
    if growth_without_fall(facts):
        return TRUE_PROGRESSION, "GROWTH_WITHOUT_FALL"
    return INDETERMINATE, "PATTERN_NEGATIVE"


def steps_10_and_11(facts: CaseFacts) -> Conclusion | None:
    if minors(facts) or facts.flags or caps(facts):
        return POSSIBLE, "CAPPED"
    if not concordance_met(facts):
        return POSSIBLE, "CONCORDANCE_SHORT"
    if facts.index_age_days > 56:
        return INDETERMINATE, "EXPIRED"
    return SUPPORTED, "SUPPORTED"


STEPS: tuple[Callable[[CaseFacts], Conclusion | None], ...] = (
    step_1_not_applicable,
    step_3_checkpoint_inhibitor_only,
    step_4_major_item,
    between_4_and_5_dates,
    step_5_local_therapy,
    step_6_two_minor_items,
    step_7_obstacle,
    step_9_no_pattern,
    steps_10_and_11,
)
