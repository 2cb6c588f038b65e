"""The rule book as one document: current, whole, and nothing in it is markup by accident."""

from __future__ import annotations

import re
from pathlib import Path

import cmarkgfm
import pytest

from rules.document.__main__ import PLACE, main
from rules.document.whole import document
from rules.rulebook import Rulebook


@pytest.fixture(scope="module", name="text")
def _text(rulebook: Rulebook) -> str:
    return document(rulebook)


def test_the_document_in_the_repository_is_current(text: str) -> None:
    assert (Path(__file__).parent.parent / PLACE).read_text("utf-8") == text


def test_a_document_that_is_not_current_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert main([]) == 1
    assert capsys.readouterr().err == (
        "docs/rules.md is not current; run python -m rules.document --write\n"
    )
    assert main(["--write"]) == 0
    assert main([]) == 0


def test_every_number_stands_there_with_its_unit_and_source(rulebook: Rulebook, text: str) -> None:
    plain = text.replace("\\", "")
    for page in rulebook.pages.values():
        for parameter in page.parameters.values():
            value = parameter.in_force
            row = f"| {parameter.means} | {value.value:g}"
            assert row in plain, parameter.name
            assert page.sources[value.source].title in plain


def test_every_rule_every_case_and_every_gap_stands_there(rulebook: Rulebook, text: str) -> None:
    plain = text.replace("\\", "")
    for page in rulebook.pages.values():
        assert all(f"**{code}: " in plain for code in page.items)
        assert all(" ".join(gap.split()) in plain for gap in page.misses)
    for page in rulebook.knowledge.criteria.values():
        assert f"`{page.id}` · version {page.version}" in text


def test_every_entry_of_the_contents_leads_to_a_heading(text: str) -> None:
    html = cmarkgfm.github_flavored_markdown_to_html(text)
    headings = [re.sub(r"<.*?>", "", found) for found in re.findall(r"<h2>(.*?)</h2>", html)]
    anchors = {re.sub(r"[^\w\s-]", "", h.casefold()).replace(" ", "-") for h in headings}
    linked = re.findall(r"\]\(#([^)]+)\)", text)
    assert len(linked) == len(anchors) == len(rulebook_titles(text))
    assert set(linked) == anchors


def rulebook_titles(text: str) -> list[str]:
    return re.findall(r"^## (.*)$", text, re.MULTILINE)


def test_no_table_row_has_lost_a_cell(text: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(cells) == 1, block[:200]
