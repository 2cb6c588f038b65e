"""Every worked case of the rule book leads, through the real engine, to what its sentence says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rules.assessment import Firing
from rules.cases import Case, load_cases
from rules.engine import Fact
from rules.rulebook import ITEM_PAGES, Rulebook
from rules.vocabulary import load_vocabulary


def _cases() -> Iterator[Case]:
    vocabulary = load_vocabulary()

    def group_of(ingredient: str) -> str:
        return vocabulary.term("agents", ingredient).attributes["group"]

    for page in (*ITEM_PAGES, "grade"):
        yield from load_cases(page, group_of)


@pytest.mark.parametrize("case", tuple(_cases()), ids=lambda case: f"{case.page}: {case.name}")
def test_a_worked_case_leads_to_what_it_says(case: Case, rulebook: Rulebook) -> None:
    judgement = rulebook.judge(case.facts)
    codes = {found.code for found in judgement.found}

    assert judgement.grade.value == case.grade
    assert case.because in (None, judgement.because)
    assert set(case.finds) <= codes
    assert not set(case.not_finds) & codes


def test_the_trace_says_of_each_rule_the_facts_it_fired_on() -> None:
    pet = Fact("pet", {"response": "PMD", "days": 30.0})
    firing = Firing("M4", (pet, Fact("course", {"second_growth": False})))
    assert firing.facts == ("pet: response PMD, days 30.0", "course: second_growth False")
