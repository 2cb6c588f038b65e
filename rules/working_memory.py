"""Clinical facts as the engine's flat, typed facts: arithmetic and absence are settled here.

The rules only combine: a constant or a number of a page against one field of one fact. So every
ratio, every comparison of two time points and every "not measured" becomes a field here, and a
kind that has nothing to say (no leading agent, no growth known) is simply not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rules.clinical_facts import ClinicalFacts, Course, Flag
from rules.criteria.arithmetic import percent_change
from rules.criteria.choi import choi_category
from rules.criteria.measured import Change
from rules.criteria.pages import CriterionPage
from rules.criteria.recist import target_category
from rules.engine import Fact
from rules.exposure import Exposure

# Stands for "grew from nothing": finite, as the engine asks, and above every threshold.
BEYOND_ANY_THRESHOLD = 1e9

ATTENUATION_SPOILERS = frozenset({Flag.PHASE, Flag.MODALITY, Flag.HAEMORRHAGE, Flag.SMALL})

SCHEMA: Mapping[str, Mapping[str, type]] = {
    "patient": {"liver_metastases": str, "primary": str},
    "therapy": {"qualifying": bool, "qualifying_on_board": bool, "checkpoint_on_board": bool},
    "line": {"tier": str, "dated": bool, "start_known": bool, "days": float},
    "study": {"age_days": float, "dates_certain": bool, "data_complete": bool},
    "growth": {"percent": float, "millimetres": float},
    "liver": {
        "new_lesion": bool,
        "character": str,
        "baseline_correlate": bool,
        "conspicuity": bool,
        "nodule": bool,
        "qualitative": bool,
    },
    "attenuation": {
        "fall": float,
        "fall_percent": float,
        "rise": float,
        "rise_percent": float,
        "lowest_above_zero": bool,
    },
    "comparison": {"attenuation": bool, "growth": bool, "flagged": bool},
    "criteria": {"recist": str, "choi": str},
    "elsewhere": {"status": str},
    "pet": {"response": str, "days": float},
    "marker": {"state": str},
    "biopsy": {"result": str},
    "clinical": {"status": str},
    "course": {"second_growth": bool, "recorded_progression": bool},
    "local_therapy": {"dated": bool, "days": float},
    "morphology": {"chun": str},
    "flag": {"code": str},
}


@dataclass(frozen=True)
class Derived:
    """What follows by arithmetic: changes, comparability and the two criteria by numbers."""

    growth_pct: float | None  # may be infinite
    growth_mm: Decimal | None
    hu_comparable: bool
    hu_change_pct: float | None
    recist: str | None
    choi: str | None


def derive(facts: ClinicalFacts, criteria: Mapping[str, CriterionPage]) -> Derived:
    """Compute changes and criteria; anything not measured stays None."""
    sld, comparable = facts.sld, hu_comparable(facts)
    hu = facts.hu if comparable else Course()
    growth = Change.of(sld.index, sld.lowest, "mm")
    change = Change.of(sld.index, sld.baseline, "mm")
    attenuation = Change.of(hu.index, hu.baseline, "HU")
    appeared = facts.new_lesion is not None or facts.nodule
    return Derived(
        growth_pct=float(growth.percent) if growth else None,
        growth_mm=growth.difference if growth else None,
        hu_comparable=comparable,
        hu_change_pct=float(attenuation.percent) if attenuation else None,
        recist=target_category(criteria["recist_1_1"], growth, change),
        choi=choi_category(criteria["choi_2007"], growth, change, attenuation, appeared=appeared),
    )


def measurements_of(facts: ClinicalFacts) -> tuple[object, ...]:
    """All that ``derive`` looks at: where these are the same, so is what it derives."""
    return facts.sld, facts.hu, facts.flags, facts.new_lesion, facts.nodule


def hu_comparable(facts: ClinicalFacts) -> bool:
    """Whether attenuation then and now may be compared: measured, and nothing spoils the pair."""
    measured = facts.hu.baseline is not None and facts.hu.index is not None
    return measured and facts.hu.baseline > 0 and not facts.flags & ATTENUATION_SPOILERS  # type: ignore[operator]


def working_memory(facts: ClinicalFacts, exposure: Exposure, derived: Derived) -> tuple[Fact, ...]:
    """The facts that the engine reasons on, under thirty of them."""
    parts = (_patient(facts, exposure), _imaging(facts, derived), _elsewhere(facts))
    return tuple([Fact(kind, values) for part in parts for kind, values in part])


_Values = Iterator[tuple[str, dict[str, str | bool | float]]]


def _patient(facts: ClinicalFacts, exposure: Exposure) -> _Values:
    yield "patient", {"liver_metastases": facts.liver_metastases.value, "primary": facts.primary}
    yield (
        "therapy",
        {
            "qualifying": exposure.qualifying,
            "qualifying_on_board": exposure.leading is not None,
            "checkpoint_on_board": exposure.checkpoint is not None,
        },
    )
    if exposure.leading is not None:
        days, last = exposure.leading.line_days, exposure.leading.last_dose_days
        yield (
            "line",
            {
                "tier": exposure.tier or "C",
                "dated": days is not None and last is not None,
                "start_known": days is not None,
                "days": float(days or 0),
            },
        )
    if facts.local_therapy_days is not None or facts.local_therapy_undated:
        yield (
            "local_therapy",
            {
                "dated": not facts.local_therapy_undated,
                "days": float(facts.local_therapy_days or 0),
            },
        )


def _imaging(facts: ClinicalFacts, derived: Derived) -> _Values:
    yield (
        "study",
        {
            "age_days": float(facts.index_age),
            "dates_certain": not facts.date_ambiguous,
            "data_complete": not facts.data_incomplete,
        },
    )
    yield (
        "comparison",
        {
            "attenuation": derived.hu_comparable,
            "growth": derived.growth_pct is not None,
            "flagged": bool(facts.flags),
        },
    )
    yield "liver", _liver(facts)
    yield "criteria", {"recist": derived.recist or "NE", "choi": derived.choi or "NE"}
    yield "morphology", {"chun": facts.chun}
    if derived.growth_pct is not None:
        percent = min(derived.growth_pct, BEYOND_ANY_THRESHOLD)
        yield "growth", {"percent": percent, "millimetres": float(derived.growth_mm or 0)}
    if derived.hu_comparable:
        yield from (("attenuation", values) for values in _attenuation(facts.hu))
    for flag in sorted(facts.flags):
        yield "flag", {"code": flag.value}


def _liver(facts: ClinicalFacts) -> dict[str, str | bool | float]:
    new = facts.new_lesion
    return {
        "new_lesion": new is not None,
        "character": new.character if new else "none",
        "baseline_correlate": new is not None and new.baseline_correlate,
        "conspicuity": facts.conspicuity,
        "nodule": facts.nodule,
        "qualitative": facts.qualitative,
    }


def _attenuation(hu: Course) -> Iterator[dict[str, str | bool | float]]:
    """The change of attenuation; nothing where the pair is not complete."""
    if hu.baseline is None or hu.index is None:
        return
    lowest = hu.baseline if hu.lowest is None else min(hu.baseline, hu.lowest)
    yield {
        "fall": float(hu.baseline - hu.index),
        "fall_percent": -float(percent_change(hu.index, hu.baseline)),
        "rise": float(hu.index - lowest),
        "rise_percent": min(float(percent_change(hu.index, lowest)), BEYOND_ANY_THRESHOLD),
        "lowest_above_zero": lowest > 0,
    }


def _elsewhere(facts: ClinicalFacts) -> _Values:
    yield "elsewhere", {"status": facts.extrahepatic}
    # A PET of unknown day counts as early: it is not relied on, and still holds the grade back.
    yield "pet", {"response": facts.pet, "days": float(facts.pet_days or 0)}
    yield "marker", {"state": facts.marker.value}
    yield "biopsy", {"result": facts.biopsy}
    yield "clinical", {"status": facts.clinical}
    yield (
        "course",
        {
            "second_growth": facts.second_growth,
            "recorded_progression": facts.recorded_progression,
        },
    )
