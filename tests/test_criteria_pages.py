"""The criteria's pages: complete, used, and read with errors that say what to do."""

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from rules import criteria
from rules.criteria.pages import CriterionPage, load_criteria, read_criterion
from rules.pages import PageError
from rules.strict_yaml import StrictYamlError

PACKAGE = Path(criteria.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))

# Which modules may ask a page for its numbers.
READERS = {
    "cea_kinetics_2008": {"cea_kinetics"},
    "choi_2007": {"choi"},
    "chun_2009": {"chun"},
    "easl_2001": {"easl"},
    "eortc_pet_1999": {"eortc_pet"},
    "gcig_ca125_2011": {"gcig_ca125"},
    "irecist_2017": {"irecist"},
    "mass_2010": {"mass", "sact"},
    "mchoi_nathan_2010": {"modified_choi", "choi"},
    "mchoi_smith_2010": {"choi"},
    "mrecist_2010": {"mrecist"},
    "percist_1_0": {"percist"},
    "recist_1_1": {"recist", "recist_lesions"},
    "sact_2010": {"sact"},
}


@pytest.fixture(scope="module")
def pages() -> Mapping[str, CriterionPage]:
    return load_criteria()


def strings_in(module: str) -> set[str]:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def test_every_criterion_has_a_page(pages: Mapping[str, CriterionPage]) -> None:
    assert set(pages) == set(READERS)


@pytest.mark.parametrize("page_id", READERS)
def test_every_number_of_a_page_is_used(pages: Mapping[str, CriterionPage], page_id: str) -> None:
    used = set().union(*(strings_in(module) for module in READERS[page_id]))
    assert set(pages[page_id].numbers) <= used


@pytest.mark.parametrize("page_id", READERS)
def test_every_source_of_a_page_is_named_by_a_number(
    pages: Mapping[str, CriterionPage], page_id: str
) -> None:
    page = pages[page_id]
    unused = set(page.sources) - {number.source for number in page.numbers.values()}
    # The paper itself is kept where its secondary tables give the numbers.
    assert all(page.sources[name].tag != "A" and page.sources[name].authors for name in unused)


@pytest.mark.parametrize("page_id", READERS)
def test_a_publication_can_be_found_and_an_assumption_says_so(
    pages: Mapping[str, CriterionPage], page_id: str
) -> None:
    page = pages[page_id]
    for source in page.sources.values():
        assert source.tag == "A" or source.authors
        assert source.tag != "K" or (source.journal and source.year and source.pages)
        assert source.tag != "S" or source.seen_at.startswith("https://")
    assumed = any(source.tag == "A" for source in page.sources.values())
    assert not assumed or "assumption" in " ".join(page.misses) or page_id == "cea_kinetics_2008"


@pytest.mark.parametrize("page_id", READERS)
def test_every_page_writes_down_what_it_misses(
    pages: Mapping[str, CriterionPage], page_id: str
) -> None:
    assert pages[page_id].misses


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_threshold_stands_in_the_code(module: Path) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(module.read_text("utf-8")).readline)
    numbers = {token.string for token in tokens if token.type == tokenize.NUMBER}
    per_cent = {"100"} if module.stem == "arithmetic" else set()
    assert numbers <= {"0", "1"} | per_cent


def test_a_name_that_is_not_on_the_page_is_an_error(
    pages: Mapping[str, CriterionPage],
) -> None:
    with pytest.raises(PageError, match=r"recist_1_1\.numbers: no 'complete'"):
        pages["recist_1_1"]["complete"]


PLACE = "rules/criteria/pages/some.yaml"
GOOD = {
    "id": "some",
    "title": "Some criterion",
    "version": "1.0.0",
    "population": "Somebody",
    "numbers": {"rise": {"means": "A rise", "unit": "%", "value": 0.8, "source": "paper"}},
    "sources": {"paper": {"tag": "K", "title": "A paper", "states": "0.8 %"}},
    "misses": ["Much."],
}


def with_change(path: str, value: object) -> str:
    """The good page as text, with one key changed or, by None, left out."""
    page = yaml.safe_load(yaml.safe_dump(GOOD))
    *folders, key = path.split(".")
    block = page
    for folder in folders:
        block = block[folder]
    block[key] = value
    if value is None:
        del block[key]
    return yaml.safe_dump(page)


def test_a_number_is_read_exactly() -> None:
    page = read_criterion(yaml.safe_dump(GOOD), PLACE)
    assert page["rise"] == Decimal("0.8")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("title", None, "some.yaml.title: write it as text"),
        ("title", " ", "some.yaml.title: write it as text"),
        ("threshold", 5, "some.yaml: unknown keys ['threshold']"),
        ("numbers", [], "some.yaml.numbers: expected a mapping"),
        ("numbers.rise.value", "0.8", "some.yaml.numbers.rise.value: write it as a number"),
        ("numbers.rise.value", True, "some.yaml.numbers.rise.value: write it as a number"),
        ("numbers.rise.unit", None, "some.yaml.numbers.rise.unit: write it as text"),
        ("numbers.rise.since", 2009, "some.yaml.numbers.rise: unknown keys ['since']"),
        ("numbers.rise.source", "other", "some.yaml.sources: no entry for ['other']"),
        ("sources.paper.tag", "X", "some.yaml.sources.paper.tag: write S (seen)"),
        ("sources.paper.tag", "S", "some.yaml.sources.paper.seen_at: write it as text"),
        ("sources.paper.year", "old", "some.yaml.sources.paper.year: write it as a number"),
        ("misses", "Much.", "some.yaml.misses: write it as a list of sentences"),
        ("id", "other", "some.yaml: holds the id 'other'"),
    ],
)
def test_an_error_names_the_page_and_the_key(path: str, value: object, message: str) -> None:
    with pytest.raises(PageError, match=re.escape(message)):
        read_criterion(with_change(path, value), PLACE)


@pytest.mark.parametrize("text", ["- a list", ""], ids=["list", "empty"])
def test_a_page_that_is_no_mapping_is_an_error(text: str) -> None:
    with pytest.raises(PageError, match=r"pages/some\.yaml: expected a mapping"):
        read_criterion(text, PLACE)


@pytest.mark.parametrize("text", ["id: [", "id: some\nid: other"], ids=["broken", "key twice"])
def test_a_page_that_is_no_strict_yaml_is_an_error(text: str) -> None:
    with pytest.raises(StrictYamlError, match=r"pages/some\.yaml, line"):
        read_criterion(text, PLACE)
