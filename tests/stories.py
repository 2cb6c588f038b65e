"""The invented people and odd shapes with what fixtures/README.md expects of them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from rules.assessment import Assessment
from service.assessor import Assessor, load_assessor
from service.dates_shifted import told_on

FIXTURES = Path(__file__).parent.parent / "fixtures"
_ROW = re.compile(r"\| \[`([\w-]+)`\]\((people|oddities)/")
_SHOUTED = re.compile(r"\| ((?:not )?[A-Z]+(?:_[A-Z]+)+|refused[^|]*?) \|")


def expected(folder: str) -> dict[str, str]:
    """What is expected of every file of a folder, as its README has worked it out by hand.

    A grade, ``not`` a grade, or ``refused``.
    """
    found = {}
    for line in (FIXTURES / "README.md").read_text("utf-8").splitlines():
        row, outcome = _ROW.match(line), _SHOUTED.search(line)
        if row and row[2] == folder and outcome:
            found[row[1]] = outcome[1]
    return found


def story(folder: str, name: str) -> Any:
    """A fixture, parsed."""
    return json.loads((FIXTURES / folder / f"{name}.json").read_text("utf-8"))


@cache
def assessor() -> Assessor:
    """What reads and judges, made once for all tests."""
    return load_assessor()


def assessed(bundle: Any) -> Assessment:
    """A fixture as it is judged on the day that it tells."""
    day = told_on(bundle)
    assert day is not None
    return assessor().of_bundle(bundle, day)
