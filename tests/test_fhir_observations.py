"""Observations become records with their values as written, or are named as unreadable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules.dates import PartialDate
from service.fhir.models import Reading, ResourceReader
from service.fhir.records import Amount, Coding, Concept, ObservationRecord

UCUM = "http://unitsofmeasure.org"


def observation(**elements: object) -> dict[str, object]:
    """A final Observation of one patient; an element given as None is left out."""
    whole = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "size"},
        "subject": {"reference": "Patient/p"},
        **elements,
    }
    return {name: value for name, value in whole.items() if value is not None}


def reading(**elements: object) -> Reading:
    return ResourceReader().read(observation(**elements), "Observation/x")


def record(**elements: object) -> ObservationRecord:
    found = reading(**elements).record
    assert isinstance(found, ObservationRecord)
    return found


def reason(**elements: object) -> str:
    result = reading(**elements)
    assert result.unread is not None
    assert result.unread.reference == "Observation/x"
    return result.unread.reason


def ucum(value: object, code: str = "mm", **more: object) -> dict[str, object]:
    return {"value": value, "unit": "words", "system": UCUM, "code": code, **more}


VALUES = {
    "a decimal keeps its digits": ({"valueQuantity": ucum(4.25)}, Amount(Decimal("4.25"), "mm")),
    "an integer": ({"valueQuantity": ucum(4)}, Amount(Decimal(4), "mm")),
    "a number sent as text": ({"valueQuantity": ucum("4.10")}, Amount(Decimal("4.10"), "mm")),
    "a comparator": (
        {"valueQuantity": ucum(5, comparator="<")},
        Amount(Decimal(5), "mm", "<"),
    ),
    "the unit text where there is no UCUM": (
        {"valueQuantity": {"value": 4, "unit": "cm", "system": "urn:local", "code": "K12"}},
        Amount(Decimal(4), "cm"),
    ),
    "the code where there is no text": (
        {"valueQuantity": {"value": 4, "code": "cm"}},
        Amount(Decimal(4), "cm"),
    ),
    "no unit at all": ({"valueQuantity": {"value": 1.1}}, Amount(Decimal("1.1"), "")),
    "a text that looks like a number": ({"valueString": "45.0 %"}, "45.0 %"),
    "a boolean": ({"valueBoolean": True}, True),
    "an integer value": ({"valueInteger": 2}, 2),
    "a concept": (
        {"valueCodeableConcept": {"coding": [{"system": "urn:s", "code": "present"}]}},
        Concept((Coding("urn:s", "present"),)),
    ),
    "a range as text": (
        {"valueRange": {"low": {"value": 5, "unit": "mm"}, "high": {"value": 7.5, "unit": "mm"}}},
        "5 mm to 7.5 mm",
    ),
    "a range open above": ({"valueRange": {"low": {"value": 5, "unit": "mm"}}}, "from 5 mm"),
    "a range open below": ({"valueRange": {"high": {"value": 5, "unit": "mm"}}}, "up to 5 mm"),
    "a ratio as text": (
        {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}},
        "1 / 128",
    ),
    "a date as text": ({"valueDateTime": "2026-05"}, "2026-05"),
    "a period as text": ({"valuePeriod": {"start": "2026-05"}}, "2026-05 to …"),
    "sampled data as words": (
        {"valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1}},
        "sampled data",
    ),
    "no value": ({}, None),
}


@pytest.mark.parametrize(("elements", "value"), VALUES.values(), ids=VALUES)
def test_a_value_is_kept_as_it_was_reported(elements: dict[str, object], value: object) -> None:
    assert record(**elements).value == value


def test_a_value_declared_absent_is_none_and_not_a_fault() -> None:
    absent = {"dataAbsentReason": {"coding": [{"code": "unknown"}]}}
    result = reading(component=[{"code": {"text": "long axis"}, **absent}], **absent)
    assert isinstance(result.record, ObservationRecord)
    assert result.record.value is None
    assert result.record.components[0].value is None
    assert result.unread is None


def test_a_quantity_hidden_in_extensions_is_not_dug_out() -> None:
    translation = {"url": "urn:unit-translation", "valueQuantity": {"value": 99, "unit": "mg"}}
    quantity = {"value": 1.5, "unit": "g", "extension": [translation]}
    assert record(valueQuantity=quantity).value == Amount(Decimal("1.5"), "g")


def test_a_quantity_without_a_number_is_none_and_is_named() -> None:
    result = reading(
        component=[
            {"code": {"text": "long axis"}, "valueQuantity": ucum(42)},
            {"code": {"text": "short axis"}, "valueQuantity": {"unit": "mm"}},
        ]
    )
    assert isinstance(result.record, ObservationRecord)
    assert [c.value for c in result.record.components] == [Amount(Decimal(42), "mm"), None]
    assert result.unread is not None
    assert result.unread.reason == "component[1].valueQuantity: no number"


UNREADABLE = {
    "a date that is none": (
        {"effectiveDateTime": "last spring"},
        "effectiveDateTime: not a date",
    ),
    "a day that the month does not have": (
        {"effectiveDateTime": "2026-02-30"},
        "effectiveDateTime: not a date",
    ),
    "a date as a number": (
        {"effectiveDateTime": 1620000000},
        "effectiveDateTime: not a date",
    ),
    "a period that ends before it starts": (
        {"effectivePeriod": {"start": "2026-05", "end": "2026-04"}},
        "effectivePeriod: ends before it starts",
    ),
    "an unknown status": (
        {"status": "banana"},
        "status: not a code that this element has",
    ),
    "no status": ({"status": None}, "status: missing"),
    "no code": ({"code": None}, "code: missing"),
    "words for a number": (
        {"valueQuantity": {"value": "about five"}},
        "valueQuantity.value: not a number",
    ),
    "a number of a billion digits": (
        {"valueQuantity": {"value": "1e999999999"}},
        "value: not a number of a size that can be meant",
    ),
    "two values": (
        {"valueString": "5", "valueInteger": 5},
        "the resource: more than one choice of the same element",
    ),
    "a value of a type to come": (
        {"valueAttachment": {"title": "scan"}},
        "value[x]: of a type that is not read",
    ),
    "a value given and declared absent": (
        {"valueInteger": 5, "dataAbsentReason": {"text": "error"}},
        "value[x]: given and declared absent at once",
    ),
    "a boolean in quotes": ({"valueBoolean": "true"}, "valueBoolean: not a boolean"),
    "an integer in quotes": ({"valueInteger": "5"}, "valueInteger: not a whole number"),
    "a text where an object belongs": ({"bodySite": "liver"}, "bodySite: not an object"),
    "an object where a text belongs": (
        {"code": {"text": {"en": "size"}}},
        "text: not a single value",
    ),
    "a list where an object belongs": ({"code": [{"text": "size"}]}, "code: not an object"),
    "an object where a list belongs": ({"focus": {"reference": "a/b"}}, "focus: not a list"),
}


@pytest.mark.parametrize(("elements", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_named_by_element_and_cause(
    elements: dict[str, object], why: str
) -> None:
    assert reason(**elements) == why


def test_a_reason_never_quotes_the_value() -> None:
    assert "4711" not in reason(valueQuantity={"value": "4711 secrets"})


@pytest.mark.parametrize(
    "aside",
    [
        {"text": {"status": "banana", "div": 7}},
        {"meta": "none"},
        {"performer": "Dr Who"},
        {"extension": [None, 3]},
        {"interpretation": {"coding": 3}},
        {"method": None, "note": "x"},
        {"bodySite": {"text": ""}},
    ],
    ids="/".join,
)
def test_elements_that_are_not_read_cannot_make_it_unreadable(aside: dict[str, object]) -> None:
    assert reading(**aside).unread is None


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "preliminary"])
def test_a_live_observation_is_read_with_its_status(status: str) -> None:
    assert record(status=status).status == status


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "unknown", "registered"])
def test_a_dead_observation_is_passed_over_however_broken(status: str) -> None:
    result = reading(status=status, valueQuantity="broken")
    assert result == Reading(passed_over=f"Observation not used: status is {status}")


DATES = {
    "to the day": ({"effectiveDateTime": "2026-05-03"}, (2026, 5, 3), (2026, 5, 3)),
    "to the month": ({"effectiveDateTime": "2026-02"}, (2026, 2, 1), (2026, 2, 28)),
    "the day as written, whatever the zone": (
        {"effectiveDateTime": "2026-05-03T23:30:00-11:00"},
        (2026, 5, 3),
        (2026, 5, 3),
    ),
    "a time without zone": (
        {"effectiveDateTime": "2026-05-03T10:00"},
        (2026, 5, 3),
        (2026, 5, 3),
    ),
    "some day of a period": (
        {"effectivePeriod": {"start": "2026-05-03", "end": "2026-05-04T01:00:00Z"}},
        (2026, 5, 3),
        (2026, 5, 4),
    ),
    "an open period": (
        {"effectivePeriod": {"start": "2026-05-03"}},
        (2026, 5, 3),
        (2026, 5, 3),
    ),
    "an instant": (
        {"effectiveInstant": "2026-05-03T10:00:00.123Z"},
        (2026, 5, 3),
        (2026, 5, 3),
    ),
}


@pytest.mark.parametrize(("elements", "earliest", "latest"), DATES.values(), ids=DATES)
def test_a_date_is_as_precise_as_it_was_written(
    elements: dict[str, object], earliest: tuple[int, int, int], latest: tuple[int, int, int]
) -> None:
    found = record(**elements, issued="2020-01-01T00:00:00Z")
    assert found.day == PartialDate(date(*earliest), date(*latest))
    assert not found.dated_by_issue


def test_the_issue_dates_what_nothing_else_dates() -> None:
    found = record(issued="2026-05-04T08:00:00Z")
    assert found.day == PartialDate.on(date(2026, 5, 4))
    assert found.dated_by_issue


def test_an_observation_without_any_date_is_undated() -> None:
    assert record().day is None
    assert not record().dated_by_issue


def limits(value: int, **more: object) -> dict[str, object]:
    return {"high": {"value": value, "unit": "ng/mL"}, **more}


NORMAL = {"type": {"coding": [{"code": "normal"}]}}
CRITICAL = {"type": {"coding": [{"code": "critical"}]}}


@pytest.mark.parametrize(
    ("ranges", "upper"),
    [
        ([limits(5)], 5),
        ([limits(5, **NORMAL), limits(20, **CRITICAL)], 5),
        ([limits(5), limits(5)], 5),
        ([limits(5), limits(6)], None),
        ([{"low": {"value": 1}}], None),
        ([], None),
    ],
    ids=["one", "the normal one", "the same twice", "two that differ", "only a lower", "none"],
)
def test_the_upper_limit_is_taken_only_where_it_is_one(
    ranges: list[object], upper: int | None
) -> None:
    expected = None if upper is None else Amount(Decimal(upper), "ng/mL")
    assert record(referenceRange=ranges).upper_limit == expected


def test_references_identifiers_and_categories_are_kept() -> None:
    found = record(
        category=[{"coding": [{"code": "imaging"}, {"display": "uncoded"}]}],
        focus=[{"reference": "BodyStructure/l"}, {"identifier": {"value": "only"}}],
        derivedFrom=[{"reference": "ImagingStudy/ct"}],
        partOf=[{"reference": "Procedure/p"}],
        hasMember=[{"reference": "Observation/y"}],
        identifier=[{"system": "urn:dicom:uid", "value": "urn:oid:1.2"}, {"system": "urn:x"}],
    )
    assert found.subject == "Patient/p"
    assert found.categories == ("imaging",)
    assert found.focus == ("BodyStructure/l",)
    assert found.derived_from == ("ImagingStudy/ct",)
    assert found.part_of == ("Procedure/p",)
    assert found.has_member == ("Observation/y",)
    assert found.identifiers == (Coding("urn:dicom:uid", "urn:oid:1.2"),)


def test_the_body_structure_of_r5_becomes_a_focus() -> None:
    found = record(
        focus=[{"reference": "Device/d"}], bodyStructure={"reference": "BodyStructure/l"}
    )
    assert found.focus == ("Device/d", "BodyStructure/l")


def test_a_single_category_is_as_good_as_a_list() -> None:
    assert record(category={"coding": [{"code": "imaging"}]}).categories == ("imaging",)


def test_code_systems_are_normalised_everywhere() -> None:
    oid = "urn:oid:2.16.840.1.113883.6.1"
    code = {"coding": [{"system": oid, "code": "1"}]}
    reader = ResourceReader(normalise=lambda system: {oid: "http://loinc.org"}.get(system, system))
    result = reader.read(observation(code=code, bodySite=code), "Observation/x").record
    assert isinstance(result, ObservationRecord)
    assert result.code.has("http://loinc.org", "1")
    assert result.body_site.has("http://loinc.org", "1")
