"""No requirement is forgotten: each has a test, or the reason why it can have none."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conformance.report import DOCUMENT, HERE, requirements

_ROW = re.compile(r"^\| ([A-Z]+-\d+) \|.*\| ([^|]*) \|$", re.MULTILINE)
LISTED = {requirement.id: requirement for requirement in requirements()}


def named_by_tests() -> dict[str, set[str]]:
    """The requirements that tests name, with those tests."""
    found: dict[str, set[str]] = {}
    for file in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for name in _named(node):
                    found.setdefault(name, set()).add(f"{file.name}::{node.name}")
    return found


def _named(function: ast.FunctionDef) -> set[str]:
    marks = (d for d in function.decorator_list if isinstance(d, ast.Call))
    asked = (m for m in marks if ast.unparse(m.func) == "pytest.mark.requirement")
    return {str(ast.literal_eval(argument)) for mark in asked for argument in mark.args}


@pytest.mark.parametrize("name", LISTED)
def test_a_requirement_has_a_test_or_a_reason(name: str) -> None:
    requirement = LISTED[name]
    untestable = bool(requirement.untested) or not requirement.built
    assert (name in named_by_tests()) is not untestable


def test_tests_name_listed_requirements_only() -> None:
    assert named_by_tests().keys() <= LISTED.keys()


def test_the_document_is_current() -> None:
    """``python -m pytest tests/conformance --conformance`` writes it anew."""
    rows = dict(_ROW.findall(DOCUMENT.read_text("utf-8")))
    assert rows.keys() == LISTED.keys()
    for name, tests in named_by_tests().items():
        assert set(re.findall(r"`([^`]+)`", rows[name])) == tests, name
