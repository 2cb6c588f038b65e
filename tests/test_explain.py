"""Why a grade: every rule as true, false or not known, in step with what the engine fired."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from book import clinical, rulebook
from case_facts import CaseFacts
from case_generators import case_facts
from hypothesis import HealthCheck, given, settings
from stories import assessed, expected, story

from rules.catalog.grade.rules import grade_rules
from rules.clinical_facts import ClinicalFacts, Silence
from rules.explain import RuleReading, Truth
from rules.field_words import NAMES, YES_NO
from rules.judge import TALLY_SCHEMA, VERDICT_SCHEMA
from rules.rulebook import ITEM_PAGES, rules_by_page
from rules.suppose import Supposing
from rules.working_memory import SCHEMA

LATER = ("tally", "verdict")  # the facts of the later strata
NOBODY_LOOKED = Silence(nodule=True, second_read=True, baseline_correlate=True)


def readings(facts: ClinicalFacts, silence: Silence = NOBODY_LOOKED) -> tuple[RuleReading, ...]:
    return rulebook().explain(facts, silence).readings


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=case_facts())
def test_what_is_called_true_is_what_the_engine_fired(case: CaseFacts) -> None:
    facts = clinical(case)
    judgement = rulebook().judge(facts)
    fired = {(match.rule, match.facts[0].kind == "verdict") for match in judgement.matches}
    true = Counter(r.rule for r in readings(facts) if r.truth is Truth.TRUE)
    assert true == Counter(rule for rule, _ in fired)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=case_facts())
def test_a_false_rule_stays_false_whatever_is_found_out(case: CaseFacts) -> None:
    facts = clinical(case)
    now = rulebook().judge(facts)
    false = {r.rule for r in readings(facts) if r.truth is Truth.FALSE and r.page in ITEM_PAGES}
    supposing = Supposing(facts, NOBODY_LOOKED, now.exposure.named, rulebook().strata.numbers)
    for settles in rulebook().settles(facts, NOBODY_LOOKED, now):
        for option in settles.options:
            supposed = supposing.with_(settles.datum, option.value)
            assert supposed is not None
            matches = rulebook().judge(supposed).matches
            fired = {match.rule for match in matches if match.facts[0].kind not in LATER}
            assert not fired & _independent(false, settles.datum), (settles.datum, option.value)


def _independent(rules: set[str], datum: str) -> set[str]:
    """Without the rules that ask whether something is missing: what is found is no longer missing.

    A date, a primary or readable data that turns up changes what "not dated" or "incomplete" says.
    """
    return rules if datum in {"pet", "biopsy", "clinical", "extrahepatic", "second_read"} else set()


def test_every_field_that_a_rule_asks_about_has_words() -> None:
    asked = {
        (kind, clause.field)
        for _, rule in rules_by_page()
        for kind, condition in rule.when
        for clause in condition.clauses
    }
    assert asked <= NAMES.keys() | YES_NO.keys()
    known = {
        (kind, name)
        for schema in (SCHEMA, TALLY_SCHEMA, VERDICT_SCHEMA)
        for kind, names in schema.items()
        for name in names
    }
    assert NAMES.keys() | YES_NO.keys() <= known


def test_exactly_one_grade_rule_is_true_and_no_other_unknown() -> None:
    graded = len(grade_rules())
    for name in expected("people"):
        truths = [reading.truth for reading in explanation(name)[-graded:]]
        assert truths.count(Truth.TRUE) == 1
        assert Truth.UNKNOWN not in truths


def explained(name: str) -> dict[str, RuleReading]:
    return {reading.rule: reading for reading in explanation(name) if reading.page in ITEM_PAGES}


def explanation(name: str) -> tuple[RuleReading, ...]:
    assessment = assessed(story("people", name))
    return readings(assessment.facts, assessment.silence)


def test_a_rule_is_told_with_the_number_it_asked_for_and_the_number_it_found() -> None:
    rule = explained("gist-imatinib-supported")["P1.known_lesions"]
    assert rule.truth is Truth.TRUE
    asked = [(c.text, c.value) for c in rule.conditions]
    assert ("attenuation fall at least 10 HU", "27.8 HU") in asked
    assert ("attenuation fall at least 15 %", "38.2 %") in asked
    threshold = rule.conditions[0].threshold
    assert threshold is not None
    assert (threshold.value, threshold.unit) == (10, "[hnsf'U]")


@pytest.mark.parametrize(
    ("person", "rule", "truth"),
    [
        ("gist-extrahepatic-unknown", "M1", Truth.UNKNOWN),
        ("gist-imatinib-supported", "M1", Truth.FALSE),
        ("gist-peritoneal-progression", "M1", Truth.TRUE),
        ("gist-imatinib-supported", "M4", Truth.UNKNOWN),  # no PET: not "no metabolic progression"
        ("gist-pet-progressive-day-60", "M4", Truth.TRUE),
        ("gist-pet-progressive-day-30", "M4", Truth.FALSE),
        ("gist-imatinib-supported", "M5", Truth.UNKNOWN),  # no biopsy: not "no viable tumour"
    ],
)
def test_what_nobody_looked_for_is_unknown_and_never_false(
    person: str, rule: str, truth: Truth
) -> None:
    assert explained(person)[rule].truth is truth


def test_the_explanation_is_json() -> None:
    from service.machine_readable import explanation_as_json  # noqa: PLC0415

    explanation = rulebook().explain(ClinicalFacts(), Silence())
    document = explanation_as_json(explanation)
    assert json.loads(json.dumps(document)) == document
    assert len(document["rules"]) == len(rules_by_page())
