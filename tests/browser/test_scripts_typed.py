"""The script of the pages keeps to its types."""

from __future__ import annotations

import subprocess
from pathlib import Path

from parts import of_npm

_PROJECT = Path(__file__).parent / "tsconfig.json"


def test_the_script_keeps_to_its_types() -> None:
    compiler = of_npm(".bin/tsc")
    checked = subprocess.run(
        [compiler, "-p", _PROJECT], check=False, capture_output=True, text=True, timeout=60
    )
    assert checked.stdout == ""
    assert checked.returncode == 0
