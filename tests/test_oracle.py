"""The oracle itself is held against the reference cases and against monotone safety."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.case_facts import CaseFacts
from tests.oracle import case_facts, conclude, contrary_changes, judge, supported_facts

CASES = json.loads((Path(__file__).parent / "data" / "reference_cases.json").read_text())["cases"]

IMATINIB = {
    "ingredient": "imatinib",
    "line_start_days_before_index": 60,
    "last_dose_days_before_index": 0,
}
NIVOLUMAB = {**IMATINIB, "ingredient": "nivolumab", "last_dose_days_before_index": 7}
SUPPORTED: Mapping[str, Any] = {
    "liver_metastases": True,
    "primary": "GIST",
    "agents": [IMATINIB],
    "sld_mm": {"baseline": 53.0, "nadir": 53.0, "index": 60.0},
    "hu": {"baseline": 72.8, "lowest_on_treatment": 72.8, "index": 45.0},
    "extrahepatic": "stable",
    "clinical": "stable",
}
SUPPORTED_CONCLUSION = ("TREATMENT_EFFECT_SUPPORTED", "SUPPORTED")
FLAT = {"hu": {"baseline": 73.0, "lowest_on_treatment": 73.0, "index": 72.0}}
UNMEASURED: Mapping[str, Any] = {"hu": {}}
GROWN = {"sld_mm": {"baseline": 53.0, "nadir": 53.0, "index": 64.0}}
REASONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "NO_LIVER_METASTASES": ("NOT_APPLICABLE", {"liver_metastases": False}),
    "PRIMARY_HCC": ("NOT_APPLICABLE", {"primary": "HCC"}),
    "NO_AGENT": ("NOT_APPLICABLE", {"agents": []}),
    "NO_APPARENT_PROGRESSION": (
        "NOT_APPLICABLE",
        {"sld_mm": {"baseline": 53.0, "nadir": 53.0, "index": 58.0}},
    ),
    "STALE": ("NOT_APPLICABLE", {"index_age_days": 91}),
    "OFF_THERAPY": (
        "NOT_APPLICABLE",
        {"agents": [{**IMATINIB, "last_dose_days_before_index": 8}]},
    ),
    "ICI_CONTRARY": ("TRUE_PROGRESSION_FAVOURED", {"agents": [NIVOLUMAB], "biopsy": "viable"}),
    "ICI_ONLY": ("IMMUNE_PATTERN", {"agents": [NIVOLUMAB], "extrahepatic": "new"}),
    "MAJOR": ("TRUE_PROGRESSION_FAVOURED", {"nodule": True, "date_ambiguous": True}),
    "DATE_AMBIGUOUS": ("INDETERMINATE_DATA", {"date_ambiguous": True}),
    "LOCAL_THERAPY_UNDATED": ("INDETERMINATE_DATA", {"local_therapy_undated": True}),
    "LOCAL_THERAPY": ("LOCAL_THERAPY_CONFOUNDED", {"local_therapy_days": 180}),
    "TWO_MINORS": (
        "TRUE_PROGRESSION_FAVOURED",
        {"clinical": "worse", "marker": "RISE_CONFIRMED"},
    ),
    "EXPOSURE_UNDATED": ("INDETERMINATE_DATA", {"agents": [{"ingredient": "imatinib"}]}),
    "TOO_EARLY": (
        "INDETERMINATE_DATA",
        {"agents": [{**IMATINIB, "line_start_days_before_index": 13}]},
    ),
    "LIVER_METASTASES_UNKNOWN": ("INDETERMINATE_DATA", {"liver_metastases": "unknown"}),
    "GROWTH_WITHOUT_FALL": ("TRUE_PROGRESSION_FAVOURED", {**FLAT, **GROWN}),
    "PATTERN_NEGATIVE": ("INDETERMINATE_DATA", {**FLAT, **GROWN, "flags": ["SLICE"]}),
    "NO_PAIR_NO_DESCRIPTION": ("INDETERMINATE_DATA", UNMEASURED),
    "QUALITATIVE_ONLY": ("POSSIBLE_TREATMENT_EFFECT", {**UNMEASURED, "qualitative": True}),
    "EXPIRED": ("INDETERMINATE_DATA", {"index_age_days": 57}),
    "SUPPORTED": ("TREATMENT_EFFECT_SUPPORTED", {"index_age_days": 56}),
    "CAPPED": ("POSSIBLE_TREATMENT_EFFECT", {"primary": "GIST", "data_incomplete": True}),
    "CONCORDANCE_SHORT": ("POSSIBLE_TREATMENT_EFFECT", {"extrahepatic": "none-known"}),
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_reference_case_has_its_grade(case: dict[str, Any]) -> None:
    assert judge(CaseFacts.read(case["facts"])).grade == case["grade"]


@pytest.mark.parametrize(("reason", "expected"), REASONS.items(), ids=list(REASONS))
def test_every_reason_is_reached(reason: str, expected: tuple[str, Mapping[str, Any]]) -> None:
    grade, change = expected
    result = judge(CaseFacts.read({**SUPPORTED, **change}))
    assert (result.grade, result.reason) == (grade, reason)


@settings(max_examples=2_000, deadline=None, derandomize=True, database=None)
@given(facts=supported_facts())
def test_no_contrary_change_leaves_the_top_grade_standing(facts: CaseFacts) -> None:
    assert conclude(facts) == SUPPORTED_CONCLUSION
    changes = contrary_changes(facts)
    assert [name for name, case in changes if conclude(case) == SUPPORTED_CONCLUSION] == []


def test_the_generated_cases_reach_every_grade() -> None:
    reached = set()

    @settings(max_examples=1_000, deadline=None, derandomize=True, database=None)
    @given(facts=case_facts())
    def collect(facts: CaseFacts) -> None:
        reached.add(judge(facts).grade)

    collect()
    assert reached == {grade for grade, _ in REASONS.values()}


def test_a_mapping_of_every_fact_reads_back_as_the_same_case() -> None:
    facts = CaseFacts.read({**SUPPORTED, "flags": ["PHASE"], "pet": "PMD"})
    assert CaseFacts.read(json.loads(json.dumps(asdict(facts)))) == facts


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"extrahepatic": "maybe"}, ValueError),
        ({"flags": ["BLURRED"]}, ValueError),
        ({"nodules": True}, TypeError),
    ],
    ids=["unknown value", "unknown flag", "unknown fact"],
)
def test_what_is_not_a_fact_is_refused(facts: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        CaseFacts.read(facts)
