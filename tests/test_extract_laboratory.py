"""Tumour markers and ECOG: numbers that are read as they are, or named."""

from decimal import Decimal

import pytest
from fhir_records import BASELINE, amount, concept, observation, on, reasons, timeline

from rules.timeline import MarkerValue, PerformanceStatus, Source
from service.fhir.records import ObservationRecord, Value

CEA, CEA_UNITS, ECOG = "LNC:2039-6", "LNC:19166-8", "LNC:89247-1"


def markers(*records: ObservationRecord) -> list[tuple[str, str, Decimal, str]]:
    found = timeline(*records)
    assert found.unread == ()
    return [(m.marker, m.series, m.value, m.unit) for m in found.markers]


@pytest.mark.parametrize(
    ("code", "value", "unit", "expected"),
    [
        ("LNC:2039-6", "12", "ng/mL", ("CEA", "mass", 12, "ng/mL")),
        ("LNC:83085-1", "12", "ug/L", ("CEA", "mass", 12, "ng/mL")),
        ("LNC:19166-8", "12", "kU/L", ("CEA", "arbitrary", 12, "U/mL")),
        ("LNC:19167-6", "12", "nmol/L", ("CEA", "molar", 12, "nmol/L")),
        ("LNC:24108-3", "37", "U/mL", ("CA 19-9", "arbitrary", 37, "U/mL")),
        ("LNC:6875-9", "30", "[IU]/mL", ("CA 15-3", "arbitrary", 30, "U/mL")),
        ("LNC:10334-1", "35", "[arb'U]/mL", ("CA-125", "arbitrary", 35, "U/mL")),
        ("LNC:9811-1", "0.59", "mg/L", ("CgA", "mass", 590, "ng/mL")),
        ("LNC:1834-1", "20", "ng/mL", ("AFP", "mass", 20, "ng/mL")),
    ],
)
def test_a_marker_is_in_the_unit_of_its_series(
    code: str, value: str, unit: str, expected: tuple[str, str, int, str]
) -> None:
    assert markers(observation("m", code, amount(value, unit))) == [expected]


@pytest.mark.parametrize("code", ["LNC:2009-9", "LNC:2532-0"], ids=["presence", "LDH activity"])
def test_what_is_no_concentration_is_not_followed(code: str) -> None:
    assert markers(observation("m", code, amount("200", "U/L"))) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("4.0", "CEA: a text or a range, kept as reported, not computed with"),
        (amount("4", ""), "CEA: no unit"),
        (4, "CEA: no unit"),
        (amount("0.5", "ng/mL", "<"), "CEA: a limit, kept as reported, not computed with"),
        (None, "CEA: no value that could be read"),
    ],
)
def test_a_marker_that_cannot_be_computed_with_is_named(value: Value, reason: str) -> None:
    found = timeline(observation("m", CEA, value))
    assert found.markers == ()
    assert reasons(found) == [reason]


def test_units_do_not_fit_a_mass() -> None:
    found = timeline(observation("m", CEA, amount("4", "U/mL")))
    assert found.markers == ()
    assert reasons(found)[0].startswith("CEA: its unit is not one of ng/mL")


def test_an_undated_marker_is_named() -> None:
    assert reasons(timeline(observation("m", CEA, amount("4", "ng/mL"), day=None))) == [
        "CEA: undated"
    ]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (amount("5", "ng/mL"), 5),
        (amount("0.005", "mg/L"), 5),
        (amount("5", ""), 5),
        (amount("5", "U/mL"), None),
        (None, None),
    ],
)
def test_the_upper_limit_is_in_the_unit_of_the_series(limit: object, expected: int | None) -> None:
    record = observation("m", CEA, amount("4", "ng/mL"), upper_limit=limit)
    assert timeline(record).markers[0].upper_limit == expected


def test_two_results_of_one_day_that_disagree_are_both_left_out() -> None:
    found = timeline(
        observation("m", CEA, amount("4", "ng/mL")), observation("n", CEA, amount("40", "ng/mL"))
    )
    assert found.markers == ()
    assert reasons(found) == ["conflict: two values for CEA on one day"] * 2


def test_the_same_result_twice_is_one_and_another_series_is_another() -> None:
    found = markers(
        observation("m", CEA, amount("4", "ng/mL")),
        observation("n", CEA, amount("4", "ug/L")),
        observation("o", CEA_UNITS, amount("9", "U/mL")),
    )
    assert [(series, value) for _, series, value, _ in found] == [("mass", 4), ("arbitrary", 9)]


def test_markers_come_by_day() -> None:
    late = observation("a", CEA, amount("4", "ng/mL"), status="preliminary")
    early = observation("b", CEA, amount("9", "ng/mL"), day=BASELINE)
    found = timeline(late, early).markers
    assert [m.value for m in found] == [9, 4]
    assert found[1] == MarkerValue(
        "CEA", "mass", Decimal(4), "ng/mL", late.day, Source("Observation/a", "preliminary")
    )


@pytest.mark.parametrize(
    "value",
    [
        2,
        amount("2", "{score}"),
        amount("2.0", ""),
        concept(text="ECOG 2"),
        concept("LNC:LA9624-3 2 - Ambulatory, up and about more than 50% of waking hours"),
        "2",
        "ECOG performance status: 2",
    ],
    ids=["integer", "quantity", "decimal", "concept", "answer", "text", "sentence"],
)
def test_ecog_is_read_in_any_form(value: Value) -> None:
    record = observation("e", ECOG, value)
    assert timeline(record).performance == (
        PerformanceStatus(2, record.day, Source("Observation/e")),
    )


@pytest.mark.parametrize(
    "value",
    [6, -1, amount("1.5", "{score}"), amount("1", "{score}", ">"), "0-1", "1 or 2", True, None],
)
def test_what_is_no_single_step_is_named(value: Value) -> None:
    found = timeline(observation("e", ECOG, value))
    assert found.performance == ()
    assert reasons(found) == ["ECOG: not one step from 0 to 5"]


def test_an_undated_ecog_is_named() -> None:
    assert reasons(timeline(observation("e", ECOG, 1, day=None))) == ["ECOG: undated"]


def test_two_steps_of_one_day_are_a_conflict() -> None:
    found = timeline(observation("e", ECOG, 1), observation("f", ECOG, 2))
    assert found.performance == ()
    assert reasons(found) == ["conflict: two values for ECOG on one day"] * 2


def test_karnofsky_is_not_taken_for_ecog() -> None:
    found = timeline(observation("k", "LNC:89243-0", 90))
    assert (found.performance, found.unread) == ((), ())
    assert on(BASELINE) is not None
