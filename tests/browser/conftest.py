"""One browser and one service for all of these tests: the invented people, and a hostile one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from live import Service, serving
from playwright.sync_api import Browser
from stories import FIXTURES

sys.path.insert(0, str(Path(__file__).parent))

from hostile import hostile_person
from watching import Watched, watching


@pytest.fixture(scope="session", name="looked")
def _looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as ``./try`` starts it, with one person more."""
    folder = tmp_path_factory.mktemp("first-look")
    shutil.copytree(FIXTURES / "people", folder / "people")
    shutil.copy(FIXTURES / "README.md", folder)
    (folder / "people" / "hostile.json").write_bytes(orjson.dumps(hostile_person()))
    environment = {"LIVER_RESPONSE_FIRST_LOOK": str(folder / "people")}
    with serving(folder / "log", environment) as running:
        yield running


@pytest.fixture(name="watched")
def _watched(browser: Browser, looked: Service) -> Iterator[Watched]:
    """A page that must not complain, nor try what its policy forbids."""
    with watching(browser, looked.base) as watched:
        yield watched
        assert watched.complaints == []
        assert watched.violations() == []
