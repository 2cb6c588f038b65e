"""Measurements: one number of one lesion, in whichever layout it was sent."""

from decimal import Decimal

import pytest
from fhir_records import (
    HU,
    SEGMENT_VI,
    amount,
    attenuation,
    component,
    concept,
    lesion,
    observation,
    reasons,
    series,
    size,
    study,
    timeline,
)

from rules.timeline import Measurement, Phase, Quantity
from service.fhir.records import ObservationRecord, UnreadRecord, Value

PORTAL_VENOUS = component("DCM:109058", concept("LRC:portal-venous"))
LESION = {"focus": ("BodyStructure/a",)}


def measured(*records: ObservationRecord) -> list[tuple[Quantity, Decimal]]:
    found = timeline(lesion("a"), *records)
    assert found.unread == ()
    return [(m.quantity, m.value) for m in found.measurements]


def one(*records: ObservationRecord, **fields: object) -> Measurement:
    (found,) = timeline(lesion("a"), study("ct", **fields), *records).measurements
    return found


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(
            observation(
                "x", "LNC:21889-1", None, component("LNC:33728-7", amount("5.3", "cm")), **LESION
            ),
            id="mCODE: a component in cm",
        ),
        pytest.param(
            observation("x", "LNC:21889-1", amount("53", "mm"), **LESION), id="the panel's value"
        ),
        pytest.param(observation("x", "LNC:33728-7", amount("53", "mm"), **LESION), id="plain"),
        pytest.param(
            observation("x", "SCT:103339001", amount("53", "mm"), **LESION), id="SNOMED long axis"
        ),
        pytest.param(
            observation(
                "x",
                "LNC:21889-1",
                amount("53", "mm"),
                component("LNC:33728-7", amount("5.3", "cm")),
                component("LNC:33729-5", amount("4", "cm")),
                **LESION,
            ),
            id="twice over, with another dimension",
        ),
    ],
)
def test_five_layouts_of_a_size_are_one_measurement(record: ObservationRecord) -> None:
    assert measured(record) == [(Quantity.LONG_AXIS, Decimal(53))]


@pytest.mark.parametrize("code", ["SCT:81827009", "SCT:410668003", "SCT:131187009"])
def test_diameter_length_and_major_axis_are_the_long_axis(code: str) -> None:
    assert measured(observation("x", code, amount("53", "mm"), **LESION)) == [
        (Quantity.LONG_AXIS, Decimal(53))
    ]


def test_the_short_axis_is_a_quantity_of_its_own() -> None:
    node = size("x", "14", component("SCT:103340004", amount("9", "mm")))
    assert measured(node) == [(Quantity.LONG_AXIS, 14), (Quantity.SHORT_AXIS, 9)]


@pytest.mark.parametrize("code", ["DCM:112031", "DCM:112181", "DCM:110850", "DCM:110851"])
def test_attenuation_stands_alone_or_beside_the_size(code: str) -> None:
    alone = observation("x", code, amount("45", HU), **LESION)
    beside = size("x", "53", component(code, amount("45", HU)))
    assert measured(alone) == [(Quantity.ATTENUATION, 45)]
    assert measured(beside) == [(Quantity.ATTENUATION, 45), (Quantity.LONG_AXIS, 53)]


@pytest.mark.parametrize(
    ("derivation", "counts"),
    [
        (concept("SCT:373098007"), True),
        ("mean", True),
        (concept("SCT:56851009 Maximum"), False),
        (concept("SCT:386136009 Standard deviation"), False),
        ("max", False),
        (None, False),
    ],
    ids=["mean", "mean in words", "maximum", "deviation", "maximum in words", "not said"],
)
def test_only_the_mean_attenuation_counts(derivation: Value, counts: bool) -> None:
    record = attenuation("x", "45", component("DCM:121401", derivation))
    assert bool(measured(record)) is counts


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (amount("53", ""), "long axis: no unit"),
        (53, "long axis: no unit"),
        (amount("53", "kg"), "long axis: its unit is not one of mm, cm, m, [in_i]"),
        ("53 mm", "long axis: a text or a range, kept as reported, not computed with"),
        (amount("60", "mm", ">"), "long axis: a limit, kept as reported, not computed with"),
        (amount("10", "mm", "<"), "long axis: a limit, kept as reported, not computed with"),
        (amount("-5", "mm"), "long axis: a length below zero"),
        (None, "long axis: no value that could be read"),
    ],
)
def test_a_size_that_cannot_be_computed_with_is_named(value: Value, reason: str) -> None:
    found = timeline(lesion("a"), observation("x", "LNC:33728-7", value, **LESION))
    assert found.measurements == ()
    assert reasons(found) == [reason]


@pytest.mark.parametrize(("value", "unit"), [("5", "mm"), ("0.5", "cm")])
def test_too_small_to_measure_counts_five_millimetres(value: str, unit: str) -> None:
    record = observation("x", "LNC:33728-7", amount(value, unit, "<"), **LESION)
    found = timeline(lesion("a"), record)
    assert [m.value for m in found.measurements] == [5]
    assert found.measurements[0].as_reported == f"<{value} {unit}"
    assert any("too small to measure" in remark for remark in found.remarks)


def test_a_vanished_lesion_has_size_zero() -> None:
    assert measured(size("x", "0")) == [(Quantity.LONG_AXIS, 0)]


def test_what_was_reported_is_kept() -> None:
    record = observation("x", "LNC:33728-7", amount("5.30", "cm"), **LESION)
    assert one(record).as_reported == "5.30 cm"


@pytest.mark.parametrize(
    ("stated", "expected", "inferred"),
    [
        (concept("LRC:portal-venous"), Phase.PORTAL_VENOUS, False),
        (concept("RADLEX:RID11086"), Phase.UNENHANCED, False),
        (concept("RADLEX:RID11081"), Phase.DELAYED, False),
        (concept(text="late arterial"), Phase.ARTERIAL, True),
        ("PVP", Phase.PORTAL_VENOUS, True),
    ],
)
def test_a_stated_phase_is_read_by_code_or_words(
    stated: Value, expected: Phase, inferred: bool
) -> None:
    found = one(size("x", "53", component("DCM:109058", stated)))
    assert (found.phase, found.phase_inferred) == (expected, inferred)


def test_the_method_may_say_the_phase() -> None:
    found = one(size("x", "53", method=concept(text="CT portal venous phase")))
    assert (found.phase, found.phase_inferred) == (Phase.PORTAL_VENOUS, True)
    assert "method" in found.source.note


def test_the_only_phase_of_the_series_is_inferred_and_noted() -> None:
    found = one(size("x", "53"), series=(series("Abdomen PV 3 mm"),))
    assert (found.phase, found.phase_inferred) == (Phase.PORTAL_VENOUS, True)
    assert found.source.note == "phase inferred from the series description"


def test_of_several_phases_of_the_series_none_is_guessed() -> None:
    found = one(size("x", "53"), series=(series("unenhanced"), series("portal venous")))
    assert (found.phase, found.phase_inferred) == (None, False)


@pytest.mark.parametrize(
    ("phases", "reason"),
    [
        ((concept(text="hepatobiliary"),), "contrast phase: not one that is known"),
        (("arterial and portal venous",), "contrast phase: not one that is known"),
        ((concept("LRC:arterial"), concept("LRC:delayed")), "contrast phase: several are stated"),
    ],
)
def test_a_phase_that_is_not_understood_is_named_and_not_replaced(
    phases: tuple[Value, ...], reason: str
) -> None:
    stated = [component("DCM:109058", phase) for phase in phases]
    record = size("x", "53", *stated, derived_from=("ImagingStudy/ct",))
    found = timeline(lesion("a"), study("ct", series=(series("portal venous"),)), record)
    assert found.measurements[0].phase is None
    assert reasons(found) == [reason]


def test_two_values_that_disagree_are_a_conflict_and_neither_is_used() -> None:
    found = timeline(lesion("a"), size("x", "53"), size("y", "55"))
    assert found.measurements == ()
    assert reasons(found) == ["conflict: two values for long axis of one lesion at one study"] * 2


def test_two_values_that_agree_are_one() -> None:
    in_cm = observation("y", "LNC:33728-7", amount("5.3", "cm"), **LESION)
    assert measured(size("x", "53"), in_cm) == [(Quantity.LONG_AXIS, 53)]


def test_of_equal_values_the_one_that_is_final_stays() -> None:
    found = one(size("a", "53", status="preliminary"), size("b", "53"))
    assert (found.source.reference, found.source.note) == ("Observation/b", "")


def test_values_of_two_phases_are_no_conflict() -> None:
    arterial = attenuation("x", "95", component("DCM:109058", concept("LRC:arterial")))
    portal = attenuation("y", "60", PORTAL_VENOUS)
    assert [value for _, value in measured(arterial, portal)] == [95, 60]


def test_a_size_without_a_phase_that_contradicts_one_with_a_phase_leaves_neither() -> None:
    phased = observation("x", "LNC:33728-7", amount("35", "mm"), PORTAL_VENOUS, **LESION)
    found = timeline(lesion("a"), phased, size("y", "50"))
    assert found.measurements == ()
    assert (
        reasons(found) == ["conflict: two values for long axis, one of them without its phase"] * 2
    )


def test_a_size_without_a_phase_that_agrees_is_no_conflict() -> None:
    phased = observation("x", "LNC:33728-7", amount("35", "mm"), PORTAL_VENOUS, **LESION)
    assert {value for _, value in measured(phased, size("y", "35"))} == {35}


def test_an_attenuation_without_a_phase_never_takes_away_one_with_a_phase() -> None:
    found = timeline(lesion("a"), attenuation("x", "60", PORTAL_VENOUS), attenuation("y", "95"))
    assert [m.value for m in found.measurements] == [60]
    assert [unread.reference for unread in found.unread] == ["Observation/y"]


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"status": "preliminary"}, "preliminary"),
        ({"dated_by_issue": True}, "dated by its issue"),
        ({"status": "amended"}, ""),
    ],
)
def test_reservations_go_with_the_measurement(fields: dict[str, object], note: str) -> None:
    assert one(size("x", "53", **fields)).source.note == note


def test_members_of_a_group_have_what_the_group_says() -> None:
    group = observation(
        "group",
        "DCM:125007",
        None,
        component("DCM:112040", "1.2.840.1"),
        PORTAL_VENOUS,
        body_site=concept(SEGMENT_VI),
        derived_from=("ImagingStudy/ct",),
        has_member=("Observation/long", "Observation/hu"),
    )
    long_axis = observation("long", "SCT:103339001", amount("53", "mm"), day=None)
    density = observation("hu", "DCM:112031", amount("45", HU), day=None)
    found = timeline(study("ct"), group, long_axis, density)
    assert found.unread == ()
    assert {(m.lesion, m.study, m.phase) for m in found.measurements} == {
        ("uid:1.2.840.1", "ImagingStudy/ct", Phase.PORTAL_VENOUS)
    }


def test_a_value_that_its_reader_has_named_is_not_named_twice() -> None:
    named = UnreadRecord("Observation/x", "Observation", "valueQuantity: no number")
    record = observation("x", "LNC:33728-7", None, **LESION)
    assert reasons(timeline(lesion("a"), record, unread=(named,))) == ["valueQuantity: no number"]


def test_an_observation_of_something_else_is_nothing() -> None:
    found = timeline(observation("x", "LNC:8480-6", amount("120", "mm[Hg]")))
    assert (found.measurements, found.unread, found.studies) == ((), (), ())
