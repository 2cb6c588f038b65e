"""The npm packages that these tests need and a machine may lack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent
_HOW = "run .ci/parts, which installs it"


def of_npm(path: str) -> Path:
    """A file of an npm package of ``package.json``."""
    found = _FOLDER / "node_modules" / path
    return found if found.exists() else Path(_absent(f"{path} is not installed; {_HOW}"))


def _absent(reason: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
