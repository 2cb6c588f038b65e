"""Every single contrary change of a case that reached the top grade.

None of them may leave the top grade standing ("monotone safety").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.case_facts import FLAGS, UNKNOWN, Attenuation, CaseFacts, Exposure, Sums
from tests.oracle_agents import QUALIFYING, WASHOUT_DAYS, leading_agent, leading_tier, on_board
from tests.oracle_items import concordance_met, patterns

Change = tuple[str, CaseFacts]

CONTRARY_VALUES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("extrahepatic", ("new", "progressing", UNKNOWN)),
    ("clinical", ("worse", "crisis", UNKNOWN)),
    ("marker", ("RISE_UNCONFIRMED", "RISE_CONFIRMED")),
    ("biopsy", ("viable",)),
    ("nodule", (True,)),
    ("second_growth", (True,)),
    ("recorded_progression", (True,)),
    ("local_therapy_days", (0, 10, 180)),
    ("local_therapy_undated", (True,)),
    ("date_ambiguous", (True,)),
    ("data_incomplete", (True,)),
    ("liver_metastases", (False, UNKNOWN)),
    ("primary", ("HCC", UNKNOWN)),
    ("index_age_days", (57, 90, 91)),
    ("flags", tuple((flag,) for flag in FLAGS)),
)

TOGETHER: tuple[tuple[str, dict[str, Any]], ...] = (
    ("PMD late", {"pet": "PMD", "pet_days_from_line_start": 42}),
    ("PMD early", {"pet": "PMD", "pet_days_from_line_start": 41}),
    ("PMD of unknown day", {"pet": "PMD", "pet_days_from_line_start": UNKNOWN}),
    ("PMD at the index study", {"pet": "PMD", "pet_days_from_line_start": None}),
    ("clinical worse and marker rise", {"clinical": "worse", "marker": "RISE_CONFIRMED"}),
    ("new solid lesion", {"new_liver_lesion": True, "new_lesion_solid": True}),
)

CONCORDANCE_LOST: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("extrahepatic", ("none-known",)),
    (
        "marker",
        (
            None, "FALL", "FLAT", "RISE_IN_SURGE_WINDOW", "NON_SECRETOR", "NO_BASELINE", "STALE",
            "ASSAY_MIXED",
        ),
    ),
    ("pet", ("none", "SMD")),
    ("biopsy", ("none",)),
)  # fmt: skip


def contrary_changes(facts: CaseFacts) -> list[Change]:
    """Each change with its name; ``facts`` is a case that reached the top grade.

    Lost concordance is contrary where what is left falls short. A rise in the surge window is
    neutral, so it counts only as lost concordance. A new cyst-like lesion without a correlate on
    the baseline is contrary except in tier A.
    """
    return [
        *_named(facts, CONTRARY_VALUES),
        *((name, replace(facts, **values)) for name, values in TOGETHER),
        *_exposure(facts),
        *_new_lesion(facts),
        *_measurements(facts),
        *(lost for lost in _named(facts, CONCORDANCE_LOST) if not concordance_met(lost[1])),
    ]


def _named(facts: CaseFacts, values: tuple[tuple[str, tuple[Any, ...]], ...]) -> Iterator[Change]:
    for key, contrary in values:
        for value in contrary:
            yield f"{key} {value}", replace(facts, **{key: value})


def _exposure(facts: CaseFacts) -> Iterator[Change]:
    """Times count for every qualifying agent on board, else another would take the lead."""
    leading = leading_agent(facts)

    def of_all(**days: Any) -> CaseFacts:
        return _changed(facts, lambda agent: replace(agent, **days))

    def of_leading(**days: Any) -> CaseFacts:
        return _changed(facts, lambda agent: replace(agent, **days) if agent == leading else agent)

    yield "too early", of_leading(line_start_days_before_index=13)
    yield "late", of_all(line_start_days_before_index=181)
    yield "late, last day", of_all(line_start_days_before_index=365)
    yield "very late", of_all(line_start_days_before_index=366)
    yield "undated start", of_leading(line_start_days_before_index=None)
    yield "undated last dose", of_leading(last_dose_days_before_index=None)
    yield "off drug", _changed(facts, _washed_out)
    for added in (Exposure("nivolumab", 60, 90), Exposure("pembrolizumab")):
        yield f"{added.ingredient} added", replace(facts, agents=(*facts.agents, added))


def _changed(facts: CaseFacts, change: Callable[[Exposure], Exposure]) -> CaseFacts:
    def counts(agent: Exposure) -> bool:
        return agent.ingredient in QUALIFYING and on_board(agent)

    agents = tuple(change(agent) if counts(agent) else agent for agent in facts.agents)
    return replace(facts, agents=agents)


def _washed_out(agent: Exposure) -> Exposure:
    return replace(agent, last_dose_days_before_index=WASHOUT_DAYS.get(agent.ingredient, 7) + 1)


def _new_lesion(facts: CaseFacts) -> Iterator[Change]:
    unexplained = replace(
        facts,
        new_liver_lesion=True,
        new_lesion_cyst_like=False,
        new_lesion_solid=False,
        baseline_correlate=False,
    )
    yield "new lesion of unknown character", unexplained
    if leading_tier(facts) != "A":
        yield "new cyst-like lesion", replace(unexplained, new_lesion_cyst_like=True)


def _measurements(facts: CaseFacts) -> Iterator[Change]:
    hu = facts.hu
    assert hu.baseline is not None
    yield "growth of 60 %", replace(facts, sld_mm=Sums(50.0, 50.0, 80.0))
    yield "growth just over 50 %", replace(facts, sld_mm=Sums(50.0, 50.0, 75.001))
    yield "reappeared from nothing", replace(facts, sld_mm=Sums(50.0, 0.0, 12.0))
    yield "HU flat", replace(facts, hu=replace(hu, index=hu.baseline))
    yield "HU all but flat", replace(facts, hu=replace(hu, index=hu.baseline * 0.951))
    yield "HU risen", replace(facts, hu=replace(hu, index=hu.baseline * 1.4))
    yield "HU unmeasured", replace(facts, hu=Attenuation())
    yield "index HU unmeasured", replace(facts, hu=replace(hu, index=None))
    yield "baseline HU not positive", replace(facts, hu=Attenuation(0.0, 0.0, hu.index))
    if "P3" not in patterns(facts):
        yield "HU fall of 14.9 %", replace(facts, hu=replace(hu, index=hu.baseline * 0.851))
