"""What is read off the images: sums, attenuation, new lesions, and what limits the comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from timelines import (
    AS_OF,
    BASELINE_DAY,
    PV,
    QUIET,
    START_DAY,
    ct,
    dose,
    finding,
    hu,
    lesion,
    measured,
    on,
    patient,
    size,
    therapy,
)

from rules.clinical_facts import ClinicalFacts, Course, Flag
from rules.features.picture import picture_of
from rules.rulebook import Rulebook
from rules.timeline import FindingKind, Measurement, Organ, Phase, Quantity, Timeline

Read = Callable[[Timeline], ClinicalFacts]


@pytest.fixture
def read(rulebook: Rulebook) -> Read:
    return lambda timeline: picture_of(timeline, AS_OF, rulebook.knowledge).facts


def test_the_sum_is_over_the_target_lesions_and_attenuation_is_their_mean(read: Read) -> None:
    facts = read(patient())

    assert facts.sld == Course(Decimal(53), Decimal(53), Decimal(60))
    assert facts.hu == Course(Decimal("72.8"), Decimal("72.8"), Decimal(45))
    assert facts.flags == frozenset()


def test_the_nadir_is_the_smallest_complete_sum_before_the_index_study(read: Read) -> None:
    between = (*measured("A", [(-20, 25, 50)]), *measured("B", [(-20, 20, 50)]))
    incomplete = measured("A", [(-40, 5, 30)])
    timeline = patient(
        studies=(ct(BASELINE_DAY), ct(-40), ct(-20), ct(0)),
        measurements=(*patient().measurements, *between, *incomplete),
    )

    assert read(timeline).sld.lowest == Decimal(45)
    assert read(timeline).hu.lowest == Decimal(50)


def test_a_target_that_lacks_a_measurement_leaves_the_sum_and_is_flagged(read: Read) -> None:
    kept = tuple(m for m in patient().measurements if m.lesion.endswith("A") or "-70" in m.study)
    facts = read(patient(measurements=kept))

    assert facts.sld == Course(Decimal(30), Decimal(30), Decimal(34))
    assert Flag.MISSING_TARGET in facts.flags


def test_without_marked_targets_the_two_largest_measurable_lesions_count(read: Read) -> None:
    names = {"A": 30.0, "B": 23.0, "C": 12.0, "D": 9.0}
    timeline = patient(
        lesions=tuple(lesion(n, target=None) for n in names),
        measurements=tuple(size(n, d, mm) for n, mm in names.items() for d in (BASELINE_DAY, 0)),
    )

    assert read(timeline).sld.baseline == Decimal(53)


def test_a_lesion_first_measured_after_baseline_is_new_and_not_summed(read: Read) -> None:
    timeline = patient(
        lesions=(*patient().lesions, lesion("N", target=None)),
        measurements=(*patient().measurements, size("N", 0, 14)),
    )
    facts = read(timeline)

    assert facts.new_lesion is not None
    assert facts.sld.index == Decimal(60)


@pytest.mark.parametrize(
    ("said", "character"),
    [
        (["cyst-like"], "cyst-like"),
        (["solid-enhancing"], "solid-enhancing"),
        (["cyst-like", "solid-enhancing"], "solid-enhancing"),
        ([], "unknown"),
    ],
)
def test_the_character_of_a_new_lesion_is_the_most_contrary_one_stated(
    read: Read, said: list[str], character: str
) -> None:
    findings = [finding(FindingKind.LESION_CHARACTER, s, 0, study=0, of="N") for s in said]
    timeline = patient(
        lesions=(*patient().lesions, lesion("N", target=None)),
        measurements=(*patient().measurements, size("N", 0, 14)),
        findings=(*QUIET, *findings),
    )
    new = read(timeline).new_lesion

    assert new is not None
    assert new.character == character


def test_a_report_signed_a_day_later_is_no_new_study(read: Read) -> None:
    said = finding(FindingKind.CONSPICUITY, "increased", 1)
    timeline = patient(
        studies=(*patient().studies, ct(1, id="day:2026-06-02", recorded=False)),
        findings=(*QUIET, replace(said, study="day:2026-06-02")),
    )
    facts = read(timeline)

    assert facts.conspicuity
    assert facts.sld.index == Decimal(60)


def test_a_newer_study_without_measurements_leaves_the_data_incomplete(read: Read) -> None:
    assert read(patient(studies=(*patient().studies, ct(5)))).data_incomplete
    assert not read(patient(studies=(*patient().studies, ct(20)))).data_incomplete  # not yet made


@pytest.mark.parametrize(("covers", "matters"), [(True, True), (None, True), (False, False)])
def test_a_newer_study_of_an_unstated_region_may_be_of_the_liver(
    read: Read, covers: bool | None, matters: bool
) -> None:
    newer = ct(5, covers_liver=covers)
    assert read(patient(studies=(*patient().studies, newer))).data_incomplete is matters


def _slices(then: float, now: float) -> Timeline:
    return patient(
        studies=(
            ct(BASELINE_DAY, slice_mm=Decimal(str(then))),
            ct(0, slice_mm=Decimal(str(now))),
        )
    )


def _sized(then: float, now: float) -> Timeline:
    return patient(
        lesions=(lesion("A"),),
        measurements=measured("A", [(BASELINE_DAY, then, 70), (0, now, 45)]),
    )


def _sized_only(then: float, now: float) -> Timeline:
    sizes = (size("A", BASELINE_DAY, then), size("A", 0, now))
    return patient(lesions=(lesion("A"),), measurements=sizes)


def _background(then: float, now: float, phase: Phase) -> Timeline:
    region = lesion("liver", target=None, reference_region=True)
    values = (hu("liver", BASELINE_DAY, then, phase), hu("liver", 0, now, phase))
    return patient(
        lesions=(*patient().lesions, region), measurements=(*patient().measurements, *values)
    )


def _unenhanced_lesion(value: float) -> Timeline:
    extra = hu("A", 0, value, Phase.UNENHANCED)
    return patient(measurements=(*patient().measurements, extra))


def _line_start(days_after_baseline: int) -> Timeline:
    return patient(therapies=(therapy(start=BASELINE_DAY + days_after_baseline),))


def _interrupted(off: int, back: int) -> Timeline:
    return patient(therapies=(therapy(end=off), therapy(start=back)))


FLAGS: list[tuple[str, Timeline, Flag, bool]] = [
    ("slices of 5.0 mm are thin enough", _slices(5, 5), Flag.SLICE, False),
    ("slices of 5.1 mm are too thick", _slices(5.1, 5.1), Flag.SLICE, True),
    ("slices that differ by 2.0 mm compare", _slices(3, 5), Flag.SLICE, False),
    ("slices that differ by 2.1 mm do not", _slices(2.9, 5), Flag.SLICE, True),
    ("15 mm are enough for attenuation", _sized(15, 17), Flag.SMALL, False),
    ("14.9 mm are too small for attenuation", _sized(14.9, 17), Flag.SMALL, True),
    ("10 mm are enough for size", _sized_only(10, 12), Flag.SMALL, False),
    ("9.9 mm are too small for size", _sized_only(9.9, 12), Flag.SMALL, True),
    ("unenhanced liver of 40 HU", _background(40, 40, Phase.UNENHANCED), Flag.STEATOSIS, False),
    ("unenhanced liver of 39.9 HU", _background(55, 39.9, Phase.UNENHANCED), Flag.STEATOSIS, True),
    ("liver 9.9 HU lower", _background(100, 90.1, PV), Flag.STEATOSIS, False),
    ("liver 10 HU lower", _background(100, 90, PV), Flag.STEATOSIS, True),
    ("unenhanced lesion of 49.9 HU", _unenhanced_lesion(49.9), Flag.HAEMORRHAGE, False),
    ("unenhanced lesion of 50 HU", _unenhanced_lesion(50), Flag.HAEMORRHAGE, True),
    ("baseline 42 d before line start", _line_start(42), Flag.BASELINE_OLD, False),
    ("baseline 43 d before line start", _line_start(43), Flag.BASELINE_OLD, True),
    ("baseline 7 d after line start", _line_start(-7), Flag.BASELINE_OLD, False),
    ("baseline 8 d after line start", _line_start(-8), Flag.BASELINE_OLD, True),
    ("off for 6 d until 5 d before", _interrupted(-11, -5), Flag.DOSE_GAP, False),
    ("off for 7 d until 5 d before", _interrupted(-12, -5), Flag.DOSE_GAP, True),
    ("off for 8 d until 14 d before", _interrupted(-22, -14), Flag.DOSE_GAP, True),
    ("off for 8 d until 15 d before", _interrupted(-23, -15), Flag.DOSE_GAP, False),
]


@pytest.mark.parametrize(
    ("timeline", "flag", "stands"), [row[1:] for row in FLAGS], ids=[row[0] for row in FLAGS]
)
def test_a_flag_stands_from_its_threshold_on(
    read: Read, timeline: Timeline, flag: Flag, stands: bool
) -> None:
    assert (flag in read(timeline).flags) is stands


def test_infusions_weeks_apart_are_no_interruption(read: Read) -> None:
    timeline = patient(therapies=tuple(dose("bevacizumab", d) for d in (-60, -39, -18)))
    assert Flag.DOSE_GAP not in read(timeline).flags


@pytest.mark.parametrize(
    ("then", "now"), [(PV, Phase.ARTERIAL), (PV, None), (None, None), (Phase.ARTERIAL,) * 2]
)
def test_a_pair_that_is_not_portal_venous_twice_is_flagged(
    read: Read, then: Phase | None, now: Phase | None
) -> None:
    values = tuple(
        m
        for name in ("A", "B")
        for day, phase, mm, value in ((BASELINE_DAY, then, 26, 72), (0, now, 30, 45))
        for m in (size(name, day, mm, phase), hu(name, day, value, phase))
    )
    assert Flag.PHASE in read(patient(measurements=values)).flags


def test_of_several_phases_the_portal_venous_value_is_read(read: Read) -> None:
    extra = (hu("A", 0, 120, Phase.ARTERIAL), hu("A", BASELINE_DAY, 35, Phase.UNENHANCED))
    facts = read(patient(measurements=(*extra, *patient().measurements)))

    assert facts.hu.index == Decimal(45)
    assert Flag.PHASE not in facts.flags


def test_of_several_values_in_one_phase_the_first_is_read(read: Read) -> None:
    again = (size("A", 0, 99), hu("A", 0, 199), hu("A", 0, 9, Phase.UNENHANCED))
    dense = (hu("A", 0, 5, Phase.UNENHANCED), hu("A", 0, 200, Phase.UNENHANCED))
    facts = read(patient(measurements=(*patient().measurements, *again, *dense)))

    assert (facts.sld.index, facts.hu.index) == (Decimal(60), Decimal(45))
    assert Flag.HAEMORRHAGE not in facts.flags


@pytest.mark.parametrize("modality", ["MR", None])
def test_another_or_unknown_modality_is_flagged(read: Read, modality: str | None) -> None:
    studies = (ct(BASELINE_DAY, modality=modality), ct(0))
    assert Flag.MODALITY in read(patient(studies=studies)).flags


@pytest.mark.parametrize(("apart", "second"), [(27, False), (28, True), (29, True)], ids=str)
def test_two_growths_count_as_two_from_28_days_on(read: Read, apart: int, second: bool) -> None:
    days = [(BASELINE_DAY, 50, 70), (-apart, 61, 70), (0, 74, 70)]
    timeline = patient(
        studies=tuple(ct(day) for day, _, _ in days),
        lesions=(lesion("A"),),
        measurements=measured("A", days),
    )
    assert read(timeline).second_growth is second


def test_growth_then_shrinkage_is_no_second_growth(read: Read) -> None:
    days = [(BASELINE_DAY, 50, 70), (-30, 61, 70), (0, 53, 70)]
    timeline = patient(
        studies=tuple(ct(day) for day, _, _ in days),
        lesions=(lesion("A"),),
        measurements=measured("A", days),
    )
    assert not read(timeline).second_growth


@pytest.mark.parametrize(
    ("then", "now", "status"), [(20, 25, "progressing"), (20, 22, "stable"), (20, 13, "responding")]
)
def test_measured_lesions_elsewhere_speak_by_recist(
    read: Read, then: float, now: float, status: str
) -> None:
    node = lesion("lung", organ=Organ.ELSEWHERE, target=None)
    timeline = patient(
        lesions=(*patient().lesions, node),
        measurements=(
            *patient().measurements,
            size("lung", BASELINE_DAY, then),
            size("lung", 0, now),
        ),
        findings=(finding(FindingKind.CLINICAL, "stable"),),
    )
    assert read(timeline).extrahepatic == status


LUNG = lesion("lung", organ=Organ.ELSEWHERE, target=None)
BONE = lesion("bone", organ=Organ.ELSEWHERE, target=None)
CHANGE = FindingKind.CHANGE_FROM_PRIOR


def changes(*said: tuple[str, str, int]) -> Timeline:
    """Two lesions elsewhere that nobody measured, with what a reader says of them on which day."""
    return patient(
        lesions=(*patient().lesions, LUNG, BONE),
        findings=tuple(finding(CHANGE, value, day, of=name) for name, value, day in said),
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ((("lung", "increased", 0),), "progressing"),
        ((("lung", "increased", 0), ("bone", "decreased", 0)), "progressing"),
        (
            (("lung", "increased", -30), ("lung", "unchanged", 0), ("bone", "unchanged", 0)),
            "stable",
        ),
        ((("lung", "unchanged", 0), ("bone", "decreased", 0)), "stable"),
        ((("lung", "decreased", 0), ("bone", "decreased", 0)), "responding"),
        ((("lung", "decreased", 0),), "unknown"),  # and the bone?
        ((("lung", "decreased", -59), ("bone", "decreased", -59)), "unknown"),  # long ago
        ((("lung", "increased", -59),), "progressing"),
        ((("lung", "increased", -61),), "unknown"),  # before the line
        ((("lung", "new", 0), ("bone", "decreased", 0)), "new"),
        ((("A", "increased", 0),), "unknown"),  # of the liver
    ],
)
def test_lesions_elsewhere_that_nobody_measured_speak_as_a_reader_says(
    read: Read, said: tuple[tuple[str, str, int], ...], status: str
) -> None:
    assert read(changes(*said)).extrahepatic == status


def test_what_was_measured_goes_before_what_is_said_of_it(read: Read) -> None:
    timeline = changes(("lung", "increased", 0))
    sizes = (size("lung", BASELINE_DAY, 20), size("lung", 0, 21))
    only = replace(timeline, lesions=(*patient().lesions, LUNG))
    assert read(only).extrahepatic == "progressing"
    both = replace(only, measurements=(*only.measurements, *sizes))
    assert read(both).extrahepatic == "stable"


def short_axis(name: str, day: int, mm: float) -> Measurement:
    return replace(size(name, day, mm), quantity=Quantity.SHORT_AXIS)


@pytest.mark.parametrize(
    ("then", "now", "status"), [(16, 21, "progressing"), (16, 17, "stable"), (20, 13, "responding")]
)
@pytest.mark.parametrize("long_axis", [True, False], ids=["both axes", "short axis only"])
def test_a_node_elsewhere_is_followed_by_its_short_axis(
    read: Read, long_axis: bool, then: float, now: float, status: str
) -> None:
    node = lesion("node", organ=Organ.ELSEWHERE, target=None, node=True)
    longs = (size("node", BASELINE_DAY, 30), size("node", 0, 30)) if long_axis else ()
    shorts = (short_axis("node", BASELINE_DAY, then), short_axis("node", 0, now))
    timeline = patient(
        lesions=(*patient().lesions, node),
        measurements=(*patient().measurements, *longs, *shorts),
        findings=(finding(FindingKind.CLINICAL, "stable"),),
    )
    assert read(timeline).extrahepatic == status


def test_what_is_no_node_is_followed_by_its_long_axis(read: Read) -> None:
    lung = lesion("lung", organ=Organ.ELSEWHERE, target=None)
    sizes = (size("lung", BASELINE_DAY, 20), size("lung", 0, 30))
    shorts = (short_axis("lung", BASELINE_DAY, 10), short_axis("lung", 0, 10))
    timeline = patient(
        lesions=(*patient().lesions, lung),
        measurements=(*patient().measurements, *sizes, *shorts),
        findings=(finding(FindingKind.CLINICAL, "stable"),),
    )
    assert read(timeline).extrahepatic == "progressing"


def test_the_baseline_is_the_study_before_line_start(read: Read) -> None:
    timeline = patient(
        studies=(ct(-200), ct(BASELINE_DAY), ct(0)),
        measurements=(
            *patient().measurements,
            *measured("A", [(-200, 10, 80)]),
            *measured("B", [(-200, 10, 80)]),
        ),
    )
    assert read(timeline).sld.baseline == Decimal(53)
    assert on(START_DAY).exact
