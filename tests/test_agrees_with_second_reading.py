"""The rule book and an independent plain reading of the decision logic agree on any input."""

from __future__ import annotations

import oracle
from book import judged
from case_facts import CaseFacts
from case_generators import case_facts
from hypothesis import HealthCheck, assume, given, settings

from rules.assessment import ItemKind


@settings(max_examples=1_500, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=case_facts())
def test_both_readings_find_the_same_items_and_the_same_grade(case: CaseFacts) -> None:
    assume(not (case.new_lesion_solid and case.new_lesion_cyst_like))  # one lesion is one or other
    expected = oracle.judge(case)
    judgement = judged(case)

    assert (judgement.grade.value, judgement.because) == (expected.grade, expected.reason)
    assert set(judgement.codes(ItemKind.MAJOR)) == set(expected.majors)
    assert set(judgement.codes(ItemKind.MINOR)) == set(expected.minors)
    assert set(judgement.codes(ItemKind.PATTERN)) == set(expected.patterns)
    if judgement.exposure.leading is not None:  # caps hold back a leading agent's pattern only
        caps = set(judgement.codes(ItemKind.CAP)) - {"MINOR_ITEM"}
        assert caps == set(expected.caps)
        assert len(judgement.codes(ItemKind.CONCORDANT)) == expected.concordance_count
