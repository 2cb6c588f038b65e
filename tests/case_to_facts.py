"""A case of the oracle as the clinical facts that the rule book judges."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from case_facts import CaseFacts
from oracle_agents import days_on_line

from rules.clinical_facts import (
    AgentUse,
    ClinicalFacts,
    Course,
    Flag,
    Known,
    MarkerState,
    NewLesion,
)

_KNOWN = {True: Known.YES, False: Known.NO, "unknown": Known.UNKNOWN}
_BIOPSY = {"viable": "viable-tumour"}


def clinical_facts(case: CaseFacts, groups: Mapping[str, str]) -> ClinicalFacts:
    """The same facts in the words of the product.

    ``groups`` is the group of every ingredient that is an agent; a drug of no group (a cytotoxic)
    never becomes an agent, since nothing is extracted from it.
    """
    return ClinicalFacts(
        liver_metastases=_KNOWN[case.liver_metastases],
        primary=case.primary,
        agents=tuple(
            AgentUse(
                a.ingredient,
                groups[a.ingredient],
                a.line_start_days_before_index,
                a.last_dose_days_before_index,
            )
            for a in case.agents
            if a.ingredient in groups
        ),
        sld=_course(case.sld_mm.baseline, case.sld_mm.nadir, case.sld_mm.index),
        hu=_course(case.hu.baseline, case.hu.lowest_on_treatment, case.hu.index),
        new_lesion=_new_lesion(case),
        conspicuity=case.conspicuity,
        nodule=case.nodule,
        qualitative=case.qualitative,
        extrahepatic=case.extrahepatic,
        pet=case.pet,
        pet_days=_pet_days(case),
        marker=MarkerState(case.marker or "NONE"),
        biopsy=_BIOPSY.get(case.biopsy, case.biopsy),
        clinical=case.clinical,
        second_growth=case.second_growth,
        recorded_progression=case.recorded_progression,
        local_therapy_days=case.local_therapy_days,
        local_therapy_undated=case.local_therapy_undated,
        chun=case.chun,
        index_age=case.index_age_days,
        flags=frozenset(Flag(flag) for flag in case.flags),
        date_ambiguous=case.date_ambiguous,
        data_incomplete=case.data_incomplete,
    )


def _course(*values: float | None) -> Course:
    return Course(*(None if value is None else Decimal(str(value)) for value in values))


def _new_lesion(case: CaseFacts) -> NewLesion | None:
    if not case.new_liver_lesion:
        return None
    if case.new_lesion_solid:
        return NewLesion("solid-enhancing", case.baseline_correlate)
    character = "cyst-like" if case.new_lesion_cyst_like else "unknown"
    return NewLesion(character, case.baseline_correlate)


def _pet_days(case: CaseFacts) -> int | None:
    if case.pet_days_from_line_start == "unknown":
        return None
    if case.pet_days_from_line_start is None:
        return days_on_line(case)
    return int(case.pet_days_from_line_start)
