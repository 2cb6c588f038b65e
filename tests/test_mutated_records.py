"""Spoilt records: whatever comes in, nothing crashes, and less evidence never reassures more.

A few hundred mutants in every run; ``--mutants 20000`` for a long one. What no reader can notice is
that a whole resource was never sent: that raises a grade only where the assessment rested on it.
"""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants import BLURS, Blur, blurred, break_at
from stories import FIXTURES, assessed, assessor, story

from rules.assessment import Assessment, Grade
from service.app import create_app
from service.dates_shifted import told_on
from service.errors import LiverResponseError

Json = Any
RECORDS = sorted(
    (folder, path.stem)
    for folder in ("people", "oddities")
    for path in (FIXTURES / folder).glob("*.json")
)
CALLS = sorted((FIXTURES / "calls").glob("*/request.json"))
ANSWERED = {200, 400, 412}


@cache
def grade_of(name: str) -> Grade:
    return assessed(story("people", name)).grade


NOT_SUPPORTED = sorted(
    name for folder, name in RECORDS if folder == "people" and grade_of(name) is not Grade.SUPPORTED
)


@pytest.fixture(name="mutants", scope="session")
def _mutants(request: pytest.FixtureRequest) -> int:
    count: int = request.config.getoption("--mutants")
    return count


def tried(count: int) -> Any:
    """As many examples as asked for, however long they take."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, suppress_health_check=checks)


def damage(document: Json, random: Random) -> Json:
    """A copy with one to three places spoilt."""
    copy = deepcopy(document)
    for _ in range(random.randint(1, 3)):
        break_at(copy, random)
    return copy


def as_sent(document: Json) -> Json:
    """What a reader is given: parsed from text, as far as it can be sent at all."""
    try:
        return orjson.loads(json.dumps(document))
    except orjson.JSONDecodeError:
        return None


def test_no_damage_to_a_record_leads_to_anything_but_an_assessment_or_a_named_error(
    mutants: int,
) -> None:
    @tried(mutants)
    @given(st.sampled_from(RECORDS), st.randoms(use_true_random=False))
    def check(record: tuple[str, str], random: Random) -> None:
        assert outcome(damage(story(*record), random), told_on(story(*record)))

    check()


def outcome(document: Json, day: date | None) -> str:
    """The grade of a record, or why it is refused."""
    assert day is not None
    try:
        return assessor().of_bundle(as_sent(document), day).grade.value
    except LiverResponseError as error:
        return str(error)


@pytest.fixture(name="client", scope="module")
def _client() -> FlaskClient:
    return create_app().test_client()


def test_no_damage_to_a_call_is_answered_by_a_server_error(
    client: FlaskClient, mutants: int
) -> None:
    @tried(mutants)
    @given(st.sampled_from(CALLS), st.randoms(use_true_random=False))
    def check(path: Path, random: Random) -> None:
        call = damage(json.loads(path.read_text("utf-8")), random)
        answer = client.post(
            f"/cds-services/liver-response-{hook_of(path)}",
            data=json.dumps(call),
            content_type="application/json",
        )
        assert answer.status_code in ANSWERED
        assert ("cards" in answer.json) == (answer.status_code == 200)

    check()


def hook_of(path: Path) -> str:
    """The hook of a call, as its folder names it."""
    return next(
        hook
        for hook in ("order-sign", "order-select", "patient-view")
        if path.parent.name.startswith(hook)
    )


def with_resource(bundle: Json, at: int, resource: Json | None) -> Json:
    """The record with another resource in one place; without any where it is None."""
    entries = list(bundle["entry"])
    entries[at : at + 1] = [] if resource is None else [{**entries[at], "resource": resource}]
    return {**bundle, "entry": entries}


def judged(name: str, bundle: Json) -> Assessment | None:
    """The assessment on the day of the story; None where the record is refused."""
    day = told_on(story("people", name))
    assert day is not None
    try:
        return assessor().of_bundle(bundle, day)
    except LiverResponseError:
        return None


def test_a_blurred_resource_never_raises_a_grade_to_supported(mutants: int) -> None:
    @tried(mutants)
    @given(
        st.sampled_from(NOT_SUPPORTED),
        st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(BLURS)), min_size=1, max_size=3),
    )
    def check(name: str, blurs: list[tuple[int, Blur]]) -> None:
        bundle = story("people", name)
        for at, blur in blurs:
            bundle = _blurred_at(bundle, at % len(bundle["entry"]), blur)
        found = judged(name, bundle)
        assert found is None or found.grade is not Grade.SUPPORTED

    check()


def _blurred_at(bundle: Json, at: int, blur: Blur) -> Json:
    less = blurred(bundle["entry"][at]["resource"], blur)
    return bundle if less is None else with_resource(bundle, at, less)


@pytest.mark.parametrize("name", NOT_SUPPORTED)
def test_what_is_taken_out_raises_a_grade_only_where_it_spoke_against(name: str) -> None:
    bundle = story("people", name)
    cited = {source for item in assessed(bundle).items for source in item.evidence}
    for at, entry in enumerate(bundle["entry"]):
        found = judged(name, with_resource(bundle, at, None))
        if found and found.grade is Grade.SUPPORTED:
            resource = entry["resource"]
            assert f"{resource['resourceType']}/{resource['id']}" in cited
