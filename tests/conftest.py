"""What many tests share: the compiled rule book, made once, and the fixture files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rules.rulebook import Rulebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

if TYPE_CHECKING:
    from postgres import PostgreSQL

ROOT = Path(__file__).resolve().parent.parent
# Test data and generators are plain modules beside the tests.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", name="rulebook")
def _rulebook() -> Rulebook:
    """The rule book as it ships."""
    from book import rulebook  # noqa: PLC0415 - found by the path set above

    return rulebook()


@pytest.fixture(scope="session")
def group_of(rulebook: Rulebook) -> Callable[[str], str]:
    """The group of an ingredient: KIT, VEGFR, VEGF, OTHER, ICI."""
    return rulebook.knowledge.group_of


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server of the tests' own."""
    from postgres import postgresql_server  # noqa: PLC0415

    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session", name="browser")
def _browser() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests: a second one beside it cannot be driven."""
    from chromium import chromium  # noqa: PLC0415 - found by the path set above

    with chromium() as running:
        yield running


def pytest_addoption(parser: pytest.Parser) -> None:
    """Recording the golden answers anew is asked for, never done by itself."""
    parser.addoption("--rewrite", action="store_true", help="record golden answers anew")
    parser.addoption("--mutants", type=int, default=300, help="how many spoilt records to try")
    parser.addoption("--conformance", action="store_true", help="write docs/conformance.md anew")
