"""From a supported reading, no single contrary fact and no unknown leaves it supported."""

from __future__ import annotations

from dataclasses import replace

import pytest
from book import judged
from case_facts import CaseFacts
from case_generators import case_facts
from contrary_changes import contrary_changes
from hypothesis import HealthCheck, given, settings
from supported_cases import supported_facts

from rules.assessment import Grade

_SLOW = list(HealthCheck)
# What is said of a patient, and the same thing unsaid.
_UNSAID = (
    {"extrahepatic": "unknown"},
    {"clinical": "unknown"},
    {"primary": "unknown"},
    {"liver_metastases": "unknown"},
    {"data_incomplete": True},
    {"date_ambiguous": True},
)


@pytest.mark.exhaustive
@settings(max_examples=2_000, deadline=None, suppress_health_check=_SLOW)
@given(case=supported_facts())
def test_no_contrary_fact_leaves_a_supported_reading_supported(case: CaseFacts) -> None:
    assert judged(case).grade is Grade.SUPPORTED
    still = [
        name for name, changed in contrary_changes(case) if judged(changed).grade is Grade.SUPPORTED
    ]
    assert still == []


@settings(max_examples=500, deadline=None, suppress_health_check=_SLOW)
@given(case=case_facts())
def test_unsaying_what_was_said_never_makes_a_reading_supported(case: CaseFacts) -> None:
    for unsaid in _UNSAID:
        assert judged(replace(case, **unsaid)).grade is not Grade.SUPPORTED
