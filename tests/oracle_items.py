"""Every item of the decision logic, read a second time. See ``oracle.py``.

Numbers are spelled out here on purpose: read from the rule book, a slip in it would be repeated,
not found.
"""

from __future__ import annotations

from math import inf

from tests.case_facts import UNKNOWN, CaseFacts
from tests.oracle_agents import days_on_line, ici_on_board, leading_tier, pet_days


def at_least(value: float, bound: float) -> bool:
    return value >= bound - 1e-9


def at_most(value: float, bound: float) -> bool:
    return value <= bound + 1e-9


def pct(value: float, reference: float) -> float:
    if reference <= 0:
        return inf if value > 0 else 0.0
    return 100 * (value - reference) / reference


def growth(facts: CaseFacts) -> float | None:
    if facts.sld_mm.index is None or facts.sld_mm.nadir is None:
        return None
    return pct(facts.sld_mm.index, facts.sld_mm.nadir)


def grew_at_least(facts: CaseFacts, percent: float) -> bool:
    known = growth(facts)
    return known is not None and at_least(known, percent)


def five_mm_above_nadir(facts: CaseFacts) -> bool:
    sums = facts.sld_mm
    if sums.index is None or sums.nadir is None:
        return False
    return at_least(sums.index - sums.nadir, 5)


def recist_pd(facts: CaseFacts) -> bool:
    return grew_at_least(facts, 20) and five_mm_above_nadir(facts)


def hu_measured(facts: CaseFacts) -> tuple[float, float] | None:
    """Baseline and index, whatever they are worth."""
    if facts.hu.baseline is None or facts.hu.index is None:
        return None
    return facts.hu.baseline, facts.hu.index


def hu_comparable(facts: CaseFacts) -> tuple[float, float] | None:
    """Baseline and index where they may be compared."""
    pair = hu_measured(facts)
    spoilt = {"PHASE", "MODALITY", "HAEMORRHAGE", "SMALL"} & set(facts.flags)
    return None if pair is None or pair[0] <= 0 or spoilt else pair


def choi_pd(facts: CaseFacts) -> bool:
    pair = hu_measured(facts)
    hu_response = pair is not None and at_most(pct(pair[1], pair[0]), -15)
    return facts.new_liver_lesion or facts.nodule or (grew_at_least(facts, 10) and not hu_response)


def hu_fell_less_than_5_percent(facts: CaseFacts) -> bool:
    pair = hu_comparable(facts)
    return pair is not None and not at_most(pct(pair[1], pair[0]), -5)


def holding(**items: bool) -> tuple[str, ...]:
    return tuple(code for code, holds in items.items() if holds)


def pmd_at_42_days_or_later(facts: CaseFacts) -> bool:
    days = pet_days(facts)
    return facts.pet == "PMD" and days is not None and days >= 42


def majors(facts: CaseFacts) -> tuple[str, ...]:
    return holding(
        M1=facts.extrahepatic in ("new", "progressing"),
        M2=facts.nodule,
        M3=facts.new_liver_lesion and facts.new_lesion_solid,
        M4=pmd_at_42_days_or_later(facts),
        M5=facts.biopsy == "viable",
        M6=facts.second_growth,
        M7=facts.clinical == "crisis",
        M8=facts.recorded_progression,
    )


def hu_rebound(facts: CaseFacts) -> bool:
    pair = hu_comparable(facts)
    if pair is None or not grew_at_least(facts, 10):
        return False
    baseline, index = pair
    recorded = facts.hu.lowest_on_treatment
    lowest = baseline if recorded is None else min(baseline, recorded)  # baseline included
    return at_least(index - lowest, 10) and (lowest <= 0 or at_least(pct(index, lowest), 15))


def minors(facts: CaseFacts) -> tuple[str, ...]:
    days = days_on_line(facts)
    return holding(
        m1=hu_rebound(facts),
        m2=facts.marker == "RISE_CONFIRMED",
        m3=facts.clinical == "worse",
        m4=days is not None and days > 365,
    )


def hu_fall(facts: CaseFacts) -> bool:
    pair = hu_comparable(facts)
    if pair is None:
        return False
    baseline, index = pair
    return at_least(baseline - index, 10) and at_most(pct(index, baseline), -15)


def patterns(facts: CaseFacts) -> tuple[str, ...]:
    p1 = hu_fall(facts)
    cyst_like = facts.new_liver_lesion and facts.new_lesion_cyst_like
    p2 = cyst_like and (facts.baseline_correlate or p1)
    p3 = facts.primary == "CRC" and facts.chun == "optimal"
    unexplained = facts.new_liver_lesion and not p2
    return holding(
        P1=p1 and not unexplained,
        P2=p2,
        P3=p3 and not unexplained,
        P4=facts.qualitative or (unexplained and cyst_like),
    )


def no_measured_fall(facts: CaseFacts) -> bool:
    """No comparable pair, neither P1 nor P3, or a pair that shows HU flat.

    The last is needed beside P3: "HU flat" must never leave the top grade standing, also where
    a radiologist stated an optimal morphological response.
    """
    neither = not {"P1", "P3"} & set(patterns(facts))
    return hu_comparable(facts) is None or neither or hu_fell_less_than_5_percent(facts)


def caps(facts: CaseFacts) -> tuple[str, ...]:
    days, grown = days_on_line(facts), growth(facts)
    uncorrelated = facts.new_liver_lesion and not facts.baseline_correlate
    return holding(
        LATE=days is not None and 181 <= days <= 365,
        GROWTH_OVER_50=grown is not None and not at_most(grown, 50),
        # a sum that is not known does not show that growth is small
        GROWTH_UNKNOWN=grown is None,
        ICI_COMBINATION=ici_on_board(facts),
        EXTRAHEPATIC_UNKNOWN=facts.extrahepatic == UNKNOWN,
        CLINICAL_UNKNOWN=facts.clinical == UNKNOWN,
        # a PMD whose day is unknown is not shown to be late, and must not pass as no PMD
        PET_EARLY_DISCORDANT=facts.pet == "PMD" and not pmd_at_42_days_or_later(facts),
        MARKER_UNCONFIRMED=facts.marker == "RISE_UNCONFIRMED",
        NO_MEASURED_FALL=no_measured_fall(facts),
        NEW_UNCORRELATED=uncorrelated and leading_tier(facts) != "A",
        PRIMARY_UNKNOWN=facts.primary == UNKNOWN,
        DATA_INCOMPLETE=facts.data_incomplete,
    )


def concordance(facts: CaseFacts) -> tuple[int, bool]:
    """How many agree, and whether one of them is strong."""
    strong = (
        facts.marker == "MARKED_FALL",
        facts.pet in ("PMR", "CMR"),
        facts.biopsy == "necrosis",
    )
    ordinary = (facts.extrahepatic in ("stable", "responding"), facts.marker == "FALL")
    return sum(strong) + sum(ordinary), any(strong)


def concordance_met(facts: CaseFacts) -> bool:
    count, strong = concordance(facts)
    needed = {"A": count >= 1, "B": count >= 2, "C": count >= 2 and strong}
    return needed.get(leading_tier(facts) or "", False)
