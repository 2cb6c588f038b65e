"""One record is reasoned from once, and never mistaken for another."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from stories import FIXTURES

from service.assessor import Assessor, load_assessor
from service.dates_shifted import told_on
from service.errors import LiverResponseError


@pytest.fixture(scope="module", name="assessor")
def _assessor() -> Assessor:
    return load_assessor()


def call(name: str) -> tuple[Any, str, date]:
    request = json.loads((FIXTURES / "calls" / name / "request.json").read_text("utf-8"))
    told = told_on(request)
    assert told is not None
    return request["prefetch"], request["context"]["patientId"], told


def test_the_same_record_on_the_same_day_is_assessed_once(assessor: Assessor) -> None:
    arguments = call("order-sign-sunitinib")
    assert assessor.of_prefetch(*arguments) is assessor.of_prefetch(*arguments)


def test_on_another_day_it_is_assessed_anew(assessor: Assessor) -> None:
    prefetch, patient, day = call("order-sign-sunitinib")
    today = assessor.of_prefetch(prefetch, patient, day).assessment
    later = assessor.of_prefetch(prefetch, patient, day + timedelta(days=200)).assessment
    assert (today.because, later.because) == ("SUPPORTED", "STALE")


def test_any_change_of_the_record_counts(assessor: Assessor) -> None:
    prefetch, patient, day = call("order-sign-sunitinib")
    before = assessor.of_prefetch(prefetch, patient, day).assessment
    prefetch["conditions"] = None
    after = assessor.of_prefetch(prefetch, patient, day).assessment
    assert before.primary == "GIST"
    assert after.primary == "unknown"


def test_another_patient_is_never_answered_from_memory(assessor: Assessor) -> None:
    prefetch, patient, day = call("order-sign-sunitinib")
    assessor.of_prefetch(prefetch, patient, day)
    with pytest.raises(LiverResponseError):
        assessor.of_prefetch(prefetch, "somebody-else", day)


def test_two_hundred_threads_do_not_mix_patients(assessor: Assessor) -> None:
    names = sorted(p.name for p in (FIXTURES / "calls").iterdir())
    calls = [call(name) for name in names] * 10
    expected = [
        (patient, assessor.of_prefetch(*c).assessment.grade) for c in calls for patient in [c[1]]
    ]
    fresh = load_assessor()
    with ThreadPoolExecutor(200) as pool:
        found = list(pool.map(lambda c: fresh.of_prefetch(*c).assessment, calls))
    assert [(a.patient, a.grade) for a in found] == expected
