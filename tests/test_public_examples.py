"""Public FHIR examples by others are read or refused with a reason, never a crash.

The folder is named by PUBLIC_FHIR_EXAMPLES, or stands beside the checkout as ``shared/data``.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.assessment import Grade
from service.assessor import Assessor, load_assessor
from service.errors import LiverResponseError

FOLDER = Path(os.environ.get("PUBLIC_FHIR_EXAMPLES", Path(__file__).parents[2] / "shared" / "data"))
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"no public FHIR examples in {FOLDER}; name their folder in PUBLIC_FHIR_EXAMPLES",
)


def _document(file: Path) -> Any:
    """The FHIR of a file; captures of a vendor's sandbox wrap it."""
    document = json.loads(file.read_text("utf-8"))
    captured = isinstance(document, dict) and "_request" in document
    return document["body"] if captured else document


def _outcome(file: Path, assessor: Assessor) -> str:
    document, day = _document(file), date(2026, 11, 22)
    is_call = isinstance(document, dict) and "hook" in document
    assess = assessor.of_call if is_call else assessor.of_bundle
    try:
        return assess(document, day).grade.value
    except LiverResponseError:
        return "refused"


def test_every_example_is_read_or_refused_and_none_raises_a_false_card() -> None:
    assessor = load_assessor()
    outcomes = [_outcome(file, assessor) for file in sorted(FOLDER.glob("*/*.json"))]
    # None of them is a patient with liver metastases on one of these drugs.
    assert set(outcomes) <= {Grade.NOT_APPLICABLE.value, "refused"}
    assert outcomes.count(Grade.NOT_APPLICABLE.value) > 100
