"""The words of a rule read as a sentence, and what Python would misread stops at load."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.language import (
    Comparator,
    Comparison,
    Condition,
    Flag,
    Membership,
    Rule,
    at_least,
    at_most,
    fails,
    holds,
    is_,
    less_than,
    more_than,
    one_of,
    rule,
)

LATE_PMD = is_("response", "PMD") & at_least("line_days", "pet_reliable_after")


@pytest.mark.parametrize(
    ("condition", "clause"),
    [
        (is_("status", "new"), Membership("status", ("new",))),
        (one_of("status", "new", "worse"), Membership("status", ("new", "worse"))),
        (holds("nodule"), Flag("nodule", True)),
        (fails("nodule"), Flag("nodule", False)),
        (at_least("percent", "growth"), Comparison("percent", Comparator.AT_LEAST, "growth")),
        (at_most("percent", "growth"), Comparison("percent", Comparator.AT_MOST, "growth")),
        (more_than("percent", "growth"), Comparison("percent", Comparator.MORE_THAN, "growth")),
        (less_than("percent", "growth"), Comparison("percent", Comparator.LESS_THAN, "growth")),
    ],
    ids=["is_", "one_of", "holds", "fails", "at_least", "at_most", "more_than", "less_than"],
)
def test_each_word_says_one_thing_of_one_field(condition: Condition, clause: object) -> None:
    assert condition.clauses == (clause,)


def test_conditions_on_one_fact_go_together_in_the_order_written() -> None:
    assert [clause.field for clause in LATE_PMD.clauses] == ["response", "line_days"]


def test_a_number_may_be_bounded_on_both_sides() -> None:
    between = at_least("days", "early") & at_most("days", "late")
    assert len(between.clauses) == 2


def test_a_rule_names_the_kinds_fields_and_numbers_it_reads() -> None:
    made = rule("M4", pet=LATE_PMD & less_than("line_days", "late"), liver=holds("nodule"))

    assert made.id == "M4"
    assert made.kinds() == ("pet", "liver")
    assert made.fields() == (("pet", "response"), ("pet", "line_days"), ("liver", "nodule"))
    assert made.parameters() == ("pet_reliable_after", "late")


def test_rules_and_conditions_are_values() -> None:
    assert rule("M4", pet=LATE_PMD) == Rule("M4", (("pet", LATE_PMD),))
    assert len({is_("status", "new"), one_of("status", "new")}) == 1
    with pytest.raises(AttributeError):
        LATE_PMD.clauses = ()


NEW, GROWN = is_("status", "new"), at_least("percent", "growth")


@pytest.mark.parametrize(
    "misread",
    [
        lambda: NEW and GROWN,
        lambda: NEW or GROWN,
        lambda: not NEW,
        lambda: 1 < NEW < 5,
        lambda: NEW <= 5,
        lambda: GROWN if NEW else NEW,
        lambda: any([NEW, GROWN]),
        lambda: NEW | GROWN,
        lambda: NEW ^ GROWN,
        lambda: ~NEW,
        lambda: NEW & True,
        lambda: True & NEW,
    ],
    ids=[
        *("and", "or", "not", "chained comparison", "comparison", "if", "any"),
        *("|", "^", "~", "& with a flag", "a flag with &"),
    ],
)
def test_what_python_would_misread_is_refused_with_advice(misread: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=r"& only.*one_of.*fails"):
        misread()


@pytest.mark.parametrize(
    ("mistake", "advice"),
    [
        (lambda: at_least("percent", 20), "put the number on the page"),
        (lambda: at_least("percent", "20"), "parameter '20' must be lower-case"),
        (lambda: is_("status", 5), "for numbers at_least"),
        (lambda: is_("status", True), "for flags use holds"),
        (lambda: is_("status", None), "NoneType"),
        (lambda: is_("status", ""), "name the value for 'absent'"),
        (lambda: is_("Status", "new"), "field 'Status' must be lower-case"),
        (lambda: is_("$not", "new"), "lower-case letters"),
        (lambda: holds(5), "must be a name, got int"),
        (lambda: one_of("status"), "names no value"),
        (lambda: one_of("status", "new", "new"), "names a value twice"),
        (lambda: Condition(()), "met by every fact"),
        (lambda: NEW & NEW, "says the same thing twice"),
        (lambda: NEW & is_("status", "old"), "cannot be two things"),
        (lambda: holds("nodule") & fails("nodule"), "cannot be two things"),
        (lambda: rule("M4"), "rule M4 has no condition"),
        (lambda: rule("", pet=NEW), "rule id '' must be"),
        (lambda: rule("M 4", pet=NEW), "rule id 'M 4' must be"),
        (lambda: rule("M4", pet=True), "rule M4, pet: expected a condition.*got bool"),
        (lambda: rule("M4", pet=(NEW, GROWN)), "got tuple"),
        (lambda: rule("M4", PET=NEW), "rule M4: 'PET' must be lower-case"),
        (lambda: Rule("M4", (("pet", NEW), ("pet", GROWN))), "names a kind twice"),
    ],
)
def test_a_mistake_is_refused_with_the_cure(mistake: Callable[[], object], advice: str) -> None:
    with pytest.raises((TypeError, ValueError), match=advice):
        mistake()
