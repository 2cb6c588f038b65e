"""Imaging studies: what they tell of themselves, and which measurements belong to them."""

from decimal import Decimal

import pytest
from fhir_records import (
    BASELINE,
    INDEX,
    LIVER,
    concept,
    lesion,
    observation,
    on,
    reasons,
    series,
    size,
    study,
    timeline,
)

from rules.timeline import Phase, Study
from service.fhir.records import Coding, ImagingStudyRecord, Record


def read(record: ImagingStudyRecord) -> Study:
    (found,) = timeline(record).studies
    return found


def studies_of(*records: Record) -> list[str]:
    return [measurement.study for measurement in timeline(lesion("a"), *records).measurements]


@pytest.mark.parametrize(
    ("modalities", "expected"),
    [
        (("CT",), "CT"),
        (("ct",), "CT"),
        (("SR", "SEG", "MR"), "MR"),
        (("CT", "PT"), "PT"),
        (("US", "KO", "PR"), "US"),
        (("CT", "MR"), None),
        (("SR",), None),
        ((), None),
        (("77477000",), None),
    ],
)
def test_the_modality_is_that_of_the_images(
    modalities: tuple[str, ...], expected: str | None
) -> None:
    assert read(study("s", modalities=modalities)).modality == expected


def test_the_modality_may_stand_on_the_series_alone() -> None:
    assert read(study("s", modalities=(), series=(series("PV", "MR"),))).modality == "MR"


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("CT Abdomen und Becken", True),
        ("CT TAP with contrast", True),
        ("CT chest, abdomen and pelvis", True),
        ("MRI liver", True),
        ("Leber MRT", True),
        ("PET/CT skull base to mid-thigh", True),
        ("PET whole-body", True),
        ("CT chest", False),
        ("MRI brain", False),
        ("CT pelvis", False),
        ("CT follow-up", None),
        ("", None),
    ],
)
def test_the_region_is_read_from_the_description(description: str, expected: bool | None) -> None:
    assert read(study("s", description=description)).covers_liver is expected


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(
            study("s", description="", procedure=concept("LNC:30612-6")), id="procedure code"
        ),
        pytest.param(study("s", description="", procedure=concept(text="CT abdomen")), id="words"),
        pytest.param(
            study("s", description="", series=(series("PV", site=LIVER),)), id="site of a series"
        ),
        pytest.param(
            study("s", description="CT chest", series=(series("Abdomen 3 mm"),)), id="series"
        ),
    ],
)
def test_the_liver_may_be_named_anywhere_in_a_study(record: ImagingStudyRecord) -> None:
    assert read(record).covers_liver is True


def test_an_angiography_of_the_liver_is_no_study_to_measure_on() -> None:
    assert read(study("s", modalities=("XA",), description="hepatic angiography")).covers_liver is (
        False
    )


@pytest.mark.parametrize(
    ("descriptions", "expected"),
    [
        (("Abdomen PV 3.0 mm", "Lung 1.25mm"), "3.0"),
        (("Abdomen 5,0 mm",), "5.0"),
        (("Localizer 10 mm", "MIP 8 mm", "PV 2 mm"), "2"),
        (("FOV 350 mm",), None),
        (("PV",), None),
    ],
)
def test_the_thickest_diagnostic_series_counts(
    descriptions: tuple[str, ...], expected: str | None
) -> None:
    found = read(study("s", series=tuple(series(text) for text in descriptions))).slice_mm
    assert found == (Decimal(expected) if expected else None)


def test_the_phases_are_those_that_series_name() -> None:
    record = study(
        "s", series=(series("unenhanced"), series("portal venous 70 s"), series("arterial", "SR"))
    )
    assert read(record).phases == {Phase.UNENHANCED, Phase.PORTAL_VENOUS}


def test_a_measurement_belongs_to_the_study_it_is_derived_from() -> None:
    linked = size("x", "53", day="2026-06-07", derived_from=("ImagingStudy/ct",))
    assert studies_of(study("ct"), study("other", "2026-06-07"), linked) == ["ImagingStudy/ct"]


@pytest.mark.parametrize(
    "records",
    [
        pytest.param((size("x", "53", part_of=("ImagingStudy/ct",)),), id="part of"),
        pytest.param(
            (
                size("x", "53", derived_from=("Observation/group",)),
                observation("group", "DCM:125007", derived_from=("ImagingStudy/ct",)),
            ),
            id="derived from an Observation of the study",
        ),
        pytest.param((size("x", "53", derived_from=("urn:oid:1.2.3",)),), id="by its UID"),
        pytest.param((size("x", "53", derived_from=("ImagingSelection/x",)),), id="by its day"),
        pytest.param((size("x", "53"),), id="by its day, naming none"),
    ],
)
def test_ways_to_belong_to_a_study(records: tuple[Record, ...]) -> None:
    ct = study("ct", identifiers=(Coding("urn:dicom:uid", "1.2.3"),))
    assert studies_of(ct, *records) == ["ImagingStudy/ct"]


def test_a_measurement_in_a_circle_of_references_still_has_its_day() -> None:
    first = size("x", "53", derived_from=("Observation/y",))
    second = observation("y", "DCM:125007", derived_from=("Observation/x",))
    assert studies_of(study("ct"), first, second) == ["ImagingStudy/ct"]


def test_a_study_of_the_day_without_the_liver_is_not_meant() -> None:
    found = studies_of(study("ct"), study("head", description="CT head"), size("x", "53"))
    assert found == ["ImagingStudy/ct"]


def test_of_two_studies_that_could_be_meant_none_is() -> None:
    found = timeline(lesion("a"), study("ct"), study("mr", modalities=("MR",)), size("x", "53"))
    assert [m.study for m in found.measurements] == [f"day:{INDEX}"]
    assert [(s.modality, s.recorded) for s in found.studies if s.id == f"day:{INDEX}"] == [
        (None, False)
    ]


def test_a_day_of_measurements_is_a_study_of_unknown_modality() -> None:
    (found,) = timeline(lesion("a"), size("x", "53")).studies
    assert found == Study(f"day:{INDEX}", on(INDEX), None, None, recorded=False)  # type: ignore[arg-type]


def test_a_measurement_without_a_day_is_of_its_study() -> None:
    undated = size("x", "53", day=None, derived_from=("ImagingStudy/ct",))
    assert studies_of(study("ct"), undated) == ["ImagingStudy/ct"]


def test_a_measurement_without_day_and_study_is_named() -> None:
    found = timeline(lesion("a"), study("ct"), size("x", "53", day=None))
    assert found.measurements == ()
    assert reasons(found) == ["undated, and it names no study"]


def test_a_study_without_a_start_is_dated_by_its_measurements() -> None:
    linked = size("x", "53", derived_from=("ImagingStudy/ct",))
    found = timeline(lesion("a"), study("ct", None), linked)
    assert [s.day for s in found.studies] == [on(INDEX)]
    assert found.unread == ()
    assert any("its day is that of its measurements" in remark for remark in found.remarks)


def test_a_study_that_was_not_sent_is_known_by_its_measurements() -> None:
    found = timeline(lesion("a"), size("x", "53", derived_from=("ImagingStudy/gone",)))
    assert [(s.id, s.recorded) for s in found.studies] == [("ImagingStudy/gone", False)]
    assert any("not sent" in remark for remark in found.remarks)


def test_an_undated_study_with_measurements_of_several_days_is_named_with_them() -> None:
    first = size("x", "53", day=BASELINE, derived_from=("ImagingStudy/ct",))
    second = size("y", "60", derived_from=("ImagingStudy/ct",))
    found = timeline(lesion("a"), study("ct", None), first, second)
    assert (found.studies, found.measurements) == ((), ())
    assert [entry.reference for entry in found.unread] == [
        "ImagingStudy/ct",
        "Observation/x",
        "Observation/y",
    ]


def test_an_undated_study_of_the_liver_is_named_and_one_of_the_knee_is_not() -> None:
    found = timeline(study("ct", None), study("knee", None, description="MR knee"))
    assert [entry.reference for entry in found.unread] == ["ImagingStudy/ct"]


def test_a_month_is_not_a_day_to_find_a_study_by() -> None:
    found = studies_of(study("ct"), size("x", "53", day="2026-06"))
    assert found == ["day:2026-06-01/2026-06-30"]
