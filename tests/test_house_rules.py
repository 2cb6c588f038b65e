"""The duties of every page of the rule book."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rules.assessment import Outcome
from rules.cases import load_cases
from rules.catalog.grade.rules import grade_rules, tally_items
from rules.criteria.pages import load_criteria
from rules.lock import complaints, current, recorded
from rules.numbers import numbers_of
from rules.pages import Page, load_pages, sources_named
from rules.rulebook import ITEM_PAGES, Rulebook, item_rules, rules_of
from rules.words import WORDS

PAGES = load_pages()
CATALOG = Path(str(files("rules") / "catalog"))
RULE_FILES = sorted(CATALOG.glob("*/rules.py"))
# Where numbers are asked for by name outside the rules: the features.
ASKING = sorted(Path(str(files("rules"))).rglob("*.py"))
_PLACEHOLDER = re.compile(r"{(\w+)}")


def _by_id(page: Page) -> str:
    return page.id


@pytest.mark.parametrize("page", PAGES, ids=_by_id)
def test_a_page_is_named_as_its_folder(page: Page) -> None:
    assert (CATALOG / page.id / "page.yaml").is_file()


@pytest.mark.parametrize("page", PAGES, ids=_by_id)
def test_every_source_of_a_page_is_used_and_every_number_has_one(page: Page) -> None:
    assert sources_named(page) == set(page.sources)


@pytest.mark.parametrize("page", PAGES, ids=_by_id)
def test_a_page_says_what_it_misses(page: Page) -> None:
    assert page.misses
    assert all(len(gap) > 20 for gap in page.misses)


@pytest.mark.parametrize("page", PAGES, ids=_by_id)
def test_every_placeholder_of_a_sentence_is_a_word_or_a_parameter(page: Page) -> None:
    known = set(WORDS) | set(numbers_of(PAGES).values)
    for item in page.items.values():
        assert set(_PLACEHOLDER.findall(item.says)) <= known, item.code
        assert item.says.endswith("."), item.code


@pytest.mark.parametrize("page", ITEM_PAGES)
def test_every_item_that_is_shown_has_words_on_its_page(page: str) -> None:
    texts = {p.id: p for p in PAGES}[page].items
    shown = {item.code for item in rules_of(page) if item.kind.value != "basis"}
    assert shown == set(texts)


def test_every_grade_rule_and_tally_item_has_words() -> None:
    texts = {p.id: p for p in PAGES}["grade"].items
    shown = {item.code for item in tally_items() if item.kind.value != "basis"}
    assert set(texts) == {rule.id for rule, _ in grade_rules()} | shown


def test_no_two_rules_share_an_id() -> None:
    ids = [item.rule.id for item in (*item_rules(), *tally_items())]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda p: p.parent.name)
def test_rules_hold_no_number_and_no_date(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    numbers = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
    ]
    assert numbers == []


def test_every_number_is_used_and_every_number_used_is_there() -> None:
    book = numbers_of(PAGES)
    names = {*book.values, *book.tables, *book.lists}
    text = "\n".join(path.read_text("utf-8") for path in ASKING)
    unused = {name for name in names if f'"{name}"' not in text}
    asked = set(re.findall(r'numbers(?:\.tables|\.lists)?\["(\w+)"\]', text))
    in_rules = {p for item in (*item_rules(), *tally_items()) for p in item.rule.parameters()}

    assert unused == set()
    assert asked | in_rules <= names


@pytest.mark.parametrize("page", [*ITEM_PAGES, "grade"])
def test_the_cases_of_a_page_speak_and_are_silent(
    page: str, rulebook: Rulebook, group_of: Callable[[str], str]
) -> None:
    cases = load_cases(page, group_of)
    names = [case.name for case in cases]
    outcomes = {rulebook.judge(case.facts).grade for case in cases}

    assert len(names) == len(set(names))
    assert len(outcomes) > 1


@pytest.mark.parametrize("page", ITEM_PAGES)
def test_every_rule_of_a_page_fires_in_one_of_its_cases_and_not_in_another(
    page: str, rulebook: Rulebook, group_of: Callable[[str], str]
) -> None:
    cases = load_cases(page, group_of)
    fired = [{f.rule for f in rulebook.judge(case.facts).trace} for case in cases]
    for item in rules_of(page):
        assert any(item.rule.id in rules for rules in fired), f"{item.rule.id} never fires"
        assert any(item.rule.id not in rules for rules in fired), f"{item.rule.id} always fires"


def test_the_lock_names_every_page_and_criterion_as_it_is() -> None:
    assert complaints(current(), recorded()) == ()


def test_every_criterion_page_has_numbers_with_sources() -> None:
    for page in load_criteria().values():
        assert page.numbers
        assert {n.source for n in page.numbers.values()} <= set(page.sources)


def test_silence_is_the_outcome_of_one_grade_only() -> None:
    from rules.assessment import OUTCOMES  # noqa: PLC0415 - the mapping under test

    silent = [grade.value for grade, outcome in OUTCOMES.items() if outcome is Outcome.SILENCE]
    assert silent == ["NOT_APPLICABLE"]
