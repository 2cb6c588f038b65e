"""Validated element by element, a resource is found to be what its whole model finds it to be."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutants import break_at
from stories import FIXTURES

from service.fhir import validation
from service.fhir.elements import CHECKED_ON_CUTTING, ELEMENTS, Unreadable, cut, refuse_other_value
from service.fhir.shapes import to_r4
from service.fhir.validation import Validator, validate

Json = Any


def resources() -> list[Json]:
    """Every resource of a kind that is read, of all invented people and oddities."""
    return [
        entry["resource"]
        for folder in ("people", "oddities")
        for path in sorted((FIXTURES / folder).glob("*.json"))
        for entry in entries(json.loads(path.read_text("utf-8")))
        if kind_of(entry) in ELEMENTS
    ]


def entries(document: Json) -> list[Json]:
    return document.get("entry", []) if isinstance(document, dict) else []


def kind_of(entry: Json) -> str:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return str(resource.get("resourceType")) if isinstance(resource, dict) else ""


RESOURCES = resources()
SHARED = Validator()  # as in the service: it has seen other patients before


def by_elements(kind: str, resource: Json, validator: Validator) -> bool:
    try:
        validator.narrowed(kind, resource)
    except Unreadable:
        return False
    return True


def by_the_whole_model(kind: str, resource: Json) -> bool:
    try:
        validate(kind, cut_down(kind, resource))
    except Unreadable:
        return False
    return True


def cut_down(kind: str, resource: Json) -> Json:
    """What is read of a resource, found by nothing but the cut."""
    found = {}
    for name, value in resource.items():
        if name not in ELEMENTS[kind]:
            refuse_other_value(name, ELEMENTS[kind])
        elif value is not None and value != "":
            found[name] = cut(name, value, ELEMENTS[kind][name])
            if name in CHECKED_ON_CUTTING and not isinstance(found[name], list):
                raise Unreadable(name, "not a list")
    return found


def brought_to_r4(resource: Json) -> tuple[str, Json]:
    kind = resource["resourceType"]
    return kind, to_r4(kind, resource)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(RESOURCES), st.randoms(use_true_random=False))
def test_a_spoilt_resource_is_unreadable_by_its_elements_exactly_where_it_is_by_its_model(
    resource: Json, random: Random
) -> None:
    spoilt = deepcopy(resource)
    break_at(spoilt, random)
    try:
        sent = orjson.loads(json.dumps({**spoilt, "resourceType": resource["resourceType"]}))
    except orjson.JSONDecodeError:
        return
    kind, r4 = brought_to_r4(sent)
    assert by_elements(kind, r4, SHARED) == by_the_whole_model(kind, r4)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(RESOURCES), st.sampled_from(RESOURCES), st.data())
def test_elements_put_together_from_two_resources_are_judged_as_by_the_model(
    one: Json, other: Json, data: st.DataObject
) -> None:
    """What is required and what is a choice is of no element alone."""
    kind = one["resourceType"]
    r4 = {**to_r4(kind, other), **to_r4(kind, one)}
    names = data.draw(st.sets(st.sampled_from(sorted(r4))))
    chosen = {name: r4[name] for name in names}
    assert by_elements(kind, chosen, SHARED) == by_the_whole_model(kind, chosen)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=8) | st.text("Ptien/1#:_.- \n\x00", max_size=8))
def test_a_reference_is_sound_without_its_model_only_where_its_model_says_so(text: str) -> None:
    resource = {"status": "final", "code": {"text": "x"}, "subject": {"reference": text}}
    assert by_elements("Observation", resource, Validator()) == by_the_whole_model(
        "Observation", resource
    )


def test_the_model_is_asked_once_for_each_combination_of_elements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(validation, "validate", lambda kind, _: asked.append(kind))
    validator = Validator()
    for day in ("2026-01-01", "2026-01-02"):
        for status in ("final", "amended"):
            validator.narrowed("Observation", {"status": status, "effectiveDateTime": day})
    validator.narrowed("Observation", {"status": "final"})
    assert asked == ["Observation"] * 2


def test_a_combination_that_the_model_refuses_is_refused_every_time() -> None:
    validator = Validator()
    two_choices = {
        "status": "final",
        "code": {"text": "x"},
        "valueString": "1",
        "valueInteger": 1,
    }
    assert [by_elements("Observation", two_choices, validator) for _ in range(3)] == [False] * 3


def test_a_number_is_not_taken_for_the_truth_value_that_equals_it() -> None:
    validator = Validator()
    whole = {"status": "final", "code": {"text": "x"}, "valueInteger": 1}
    assert by_elements("Observation", whole, validator)
    true = {**whole, "valueInteger": True}
    assert by_elements("Observation", true, validator) == by_the_whole_model("Observation", true)
