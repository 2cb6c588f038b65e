"""What is read beside the images: therapy lines, markers, elsewhere, PET, clinical state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import pytest
from timelines import (
    AS_OF,
    QUIET,
    cea,
    diagnoses,
    dose,
    ecog,
    finding,
    local,
    on,
    patient,
    therapy,
)

from rules.clinical_facts import ClinicalFacts, Known, MarkerState
from rules.dates import PartialDate
from rules.features.picture import picture_of
from rules.rulebook import Rulebook
from rules.timeline import (
    Diagnosis,
    Finding,
    FindingKind,
    MarkerValue,
    PerformanceStatus,
    Source,
    Therapy,
    Timeline,
    Unread,
)

Read = Callable[[Timeline], ClinicalFacts]
CLINICALLY_STABLE = finding(FindingKind.CLINICAL, "stable", 2)


@pytest.fixture
def read(rulebook: Rulebook) -> Read:
    return lambda timeline: picture_of(timeline, AS_OF, rulebook.knowledge).facts


def daily(start: int, mg: int | None) -> Therapy:
    """A statement that goes on, with what is taken a day."""
    return replace(therapy(start=start), daily_mg=None if mg is None else Decimal(mg))


LINES: list[tuple[str, tuple[Therapy, ...], int | None, int | None]] = [
    ("an ongoing statement", (therapy(start=-60),), 60, 0),
    ("a statement that ended before the study", (therapy(start=-60, end=-5),), 60, 5),
    ("a statement that ended after the study", (therapy(start=-60, end=4),), 60, 0),
    ("a gap of 59 d continues the line", (therapy(start=-200, end=-99), therapy(start=-40)), 200, 0),
    ("a gap of 60 d begins a new line", (therapy(start=-200, end=-100), therapy(start=-40)), 40, 0),
    ("a higher daily dose begins a new line", (daily(-200, 400), daily(-40, 800)), 40, 0),
    ("the same daily dose goes on", (daily(-200, 400), daily(-40, 400)), 200, 0),
    ("a lower daily dose goes on", (daily(-200, 400), daily(-40, 300)), 200, 0),
    ("back to a dose taken before goes on", (daily(-200, 400), daily(-90, 300), daily(-40, 400)), 200, 0),
    ("a dose that is not known is no escalation", (daily(-200, None), daily(-40, 800)), 200, 0),
    ("nor is one after a dose that is known", (daily(-200, 400), daily(-40, None)), 200, 0),
    ("four weeks on, two weeks off, is one line",
     tuple(therapy("sunitinib", start, start + 28) for start in (-168, -126, -84, -42)), 168, 14),
    ("no dates at all", (therapy(start=None),), None, 0),
    ("doses given", (dose("imatinib", -30), dose("imatinib", -9)), 30, 9),
    ("finished without an end", (replace(therapy(start=-60), ongoing=False),), 60, None),
    ("paused", (replace(therapy(start=-60), ongoing=False, paused=True),), 60, None),
    ("stopped by one record, ongoing by another",
     (therapy(start=-60, end=-20), replace(therapy(start=-60), source=Source("MedicationRequest/x"))),
     60, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("therapies", "line_days", "last_dose"), [r[1:] for r in LINES], ids=[r[0] for r in LINES]
)
def test_a_line_is_built_from_the_records_of_one_drug(
    read: Read, therapies: tuple[Therapy, ...], line_days: int | None, last_dose: int | None
) -> None:
    agent = read(patient(therapies=therapies)).agents[0]
    assert (agent.line_days, agent.last_dose_days) == (line_days, last_dose)


def test_a_drug_begun_after_the_study_is_not_on_board(read: Read) -> None:
    assert read(patient(therapies=(therapy(start=3),))).agents == ()


@pytest.mark.parametrize(
    ("month", "days"), [("2026-04", 32), ("2026-05", None), ("2025-06", None), ("2025-05", 366)]
)
def test_a_start_known_to_the_month_counts_only_where_the_day_does_not_matter(
    read: Read, month: str, days: int | None
) -> None:
    coarse = replace(therapy(), start=PartialDate.parse(month))
    assert read(patient(therapies=(coarse,))).agents[0].line_days == days


M = MarkerState
MARKERS: list[tuple[str, tuple[MarkerValue, ...], MarkerState]] = [
    ("no values", (), M.NO_BASELINE),
    ("reference 28 d before line start", (cea(-88, 100), cea(0, 50)), M.MARKED_FALL),
    ("reference 29 d before line start", (cea(-89, 100), cea(0, 50)), M.NO_BASELINE),
    ("reference 3 d after line start", (cea(-57, 100), cea(0, 50)), M.MARKED_FALL),
    ("reference 4 d after line start", (cea(-56, 100), cea(0, 50)), M.NO_BASELINE),
    ("last value 42 d before the study", (cea(-60, 100), cea(-42, 50)), M.MARKED_FALL),
    ("last value 43 d before the study", (cea(-60, 100), cea(-43, 50)), M.STALE),
    ("to exactly half", (cea(-60, 100), cea(0, 50)), M.MARKED_FALL),
    ("to just over half", (cea(-60, 100), cea(0, 50.1)), M.FALL),
    ("to exactly 70 %", (cea(-60, 100), cea(0, 70)), M.FALL),
    ("to just over 70 %", (cea(-60, 100), cea(0, 70.1)), M.FLAT),
    ("reference of exactly 5 ng/mL", (cea(-60, 5), cea(0, 1)), M.NON_SECRETOR),
    ("reference of 5.1 ng/mL", (cea(-60, 5.1), cea(0, 1)), M.MARKED_FALL),
    ("149 % after the surge window", (cea(-60, 100), cea(0, 149)), M.FLAT),
    ("150 % after the surge window", (cea(-60, 100), cea(0, 150)), M.RISE_UNCONFIRMED),
    ("150 % on day 56", (cea(-60, 100), cea(-4, 150)), M.RISE_IN_SURGE_WINDOW),
    ("150 % on day 57", (cea(-60, 100), cea(-3, 150)), M.RISE_UNCONFIRMED),
    ("risen, but not above normal", (cea(-60, 5.2), cea(-30, 3), cea(0, 4.9)), M.FLAT),
    ("a second rise 20 d apart", (cea(-60, 100), cea(-20, 160), cea(0, 170)), M.RISE_UNCONFIRMED),
    ("a second rise 21 d apart", (cea(-60, 100), cea(-21, 160), cea(0, 170)), M.RISE_CONFIRMED),
    ("a second rise made after the study", (cea(-60, 100), cea(-12, 160), cea(9, 170)),
     M.RISE_CONFIRMED),
    ("another property", (cea(-60, 100), cea(0, 50, series="arbitrary", unit="U/mL")),
     M.ASSAY_MIXED),
]  # fmt: skip


@pytest.mark.parametrize(("values", "state"), [r[1:] for r in MARKERS], ids=[r[0] for r in MARKERS])
def test_the_marker_of_the_primary_is_read_by_its_page(
    read: Read, values: tuple[MarkerValue, ...], state: MarkerState
) -> None:
    timeline = patient(
        markers=values, diagnoses=diagnoses("CRC"), therapies=(therapy("regorafenib"),)
    )
    assert read(timeline).marker is state


class OtherMarker(NamedTuple):
    """What the decision logic says of a marker, written out and not read from the page."""

    name: str
    primary: str
    floor: int  # a reference up to here is not evaluable
    fall: str  # ratio to the reference that is a fall
    rise: str  # ratio to the lowest value that is a rise
    surge: int  # last day of the surge window, 0 for none

    def series(self, *values: tuple[int, Decimal | int]) -> Timeline:
        """A patient with that primary and these values."""
        unit = {"marker": self.name, "series": "arbitrary", "unit": "U/mL"}
        return patient(
            markers=tuple(cea(day, float(value), **unit) for day, value in values),
            diagnoses=diagnoses(self.primary),
            therapies=(therapy("bevacizumab"),),
        )


OTHER_MARKERS = (
    OtherMarker("CA 19-9", "pancreatobiliary", 74, "0.75", "1.25", 42),
    OtherMarker("CA 15-3", "breast", 30, "0.75", "1.25", 42),
    OtherMarker("CA-125", "ovary", 70, "0.70", "2", 0),
    OtherMarker("AFP", "germ cell", 20, "0.80", "1.5", 0),
    OtherMarker("CEA", "medullary thyroid", 5, "0.70", "1.5", 56),
)
HIGH, LEAST = 1000, Decimal("0.001")


@pytest.mark.parametrize("marker", OTHER_MARKERS, ids=lambda marker: marker.name)
def test_every_marker_has_its_own_floor_fall_and_rise(read: Read, marker: OtherMarker) -> None:
    def state(*values: tuple[int, Decimal | int]) -> MarkerState:
        return read(marker.series(*values)).marker

    fallen, risen = HIGH * Decimal(marker.fall), HIGH * Decimal(marker.rise)
    assert state((-60, marker.floor), (0, 1)) is M.NON_SECRETOR
    assert state((-60, marker.floor + LEAST), (0, 1)) is M.MARKED_FALL
    assert state((-60, HIGH), (0, fallen)) is M.FALL
    assert state((-60, HIGH), (0, fallen + LEAST)) is M.FLAT
    assert state((-60, HIGH), (0, risen - LEAST)) is M.FLAT
    assert state((-60, HIGH), (0, risen)) is M.RISE_UNCONFIRMED
    assert state((-60, HIGH), (-21, risen), (0, risen * 2)) is M.RISE_CONFIRMED


@pytest.mark.parametrize(
    "marker", [m for m in OTHER_MARKERS if m.surge], ids=lambda marker: marker.name
)
def test_a_rise_in_the_surge_window_of_its_marker_is_neutral(
    read: Read, marker: OtherMarker
) -> None:
    def on_day(day: int) -> MarkerState:
        risen = HIGH * Decimal(marker.rise)
        return read(marker.series((-60, HIGH), (day - 60, risen))).marker

    assert on_day(marker.surge) is M.RISE_IN_SURGE_WINDOW
    assert on_day(marker.surge + 1) is M.RISE_UNCONFIRMED


def test_gist_has_no_marker(read: Read) -> None:
    assert read(patient(markers=(cea(-60, 100), cea(0, 10)))).marker is MarkerState.NONE


def test_chromogranin_needs_the_upper_limit_of_its_laboratory(read: Read) -> None:
    def cga(day: int, value: float, limit: int | None) -> MarkerValue:
        upper = None if limit is None else Decimal(limit)
        return cea(day, value, marker="CgA", upper_limit=upper)

    def state(reference: float, limit: int | None) -> MarkerState:
        timeline = patient(
            markers=(cga(-60, reference, limit), cga(0, 50, limit)),
            diagnoses=diagnoses("NET"),
            therapies=(therapy("sunitinib"),),
        )
        return read(timeline).marker

    assert state(201, 100) is MarkerState.MARKED_FALL
    assert state(200, 100) is MarkerState.NON_SECRETOR
    assert state(500, None) is MarkerState.NON_SECRETOR


ELSEWHERE: list[tuple[str, list[Finding], str]] = [
    ("nothing said", [], "unknown"),
    ("stable 42 d before", [finding(FindingKind.EXTRAHEPATIC, "stable", -42)], "stable"),
    ("stable 43 d before is too old", [finding(FindingKind.EXTRAHEPATIC, "stable", -43)], "unknown"),
    ("new 43 d before still counts", [finding(FindingKind.EXTRAHEPATIC, "new", -43)], "new"),
    ("new before line start does not", [finding(FindingKind.EXTRAHEPATIC, "new", -61)], "unknown"),
    ("the newer one holds",
     [finding(FindingKind.EXTRAHEPATIC, "new", -20), finding(FindingKind.EXTRAHEPATIC, "stable", 0)],
     "stable"),
    ("of one day the more contrary holds",
     [finding(FindingKind.EXTRAHEPATIC, "stable", 0), finding(FindingKind.EXTRAHEPATIC, "new", 0)],
     "new"),
    ("said after the call", [finding(FindingKind.EXTRAHEPATIC, "stable", 11)], "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("findings", "status"), [r[1:] for r in ELSEWHERE], ids=[r[0] for r in ELSEWHERE]
)
def test_favourable_evidence_expires_and_contrary_evidence_does_not(
    read: Read, findings: list[Finding], status: str
) -> None:
    assert read(patient(findings=(CLINICALLY_STABLE, *findings))).extrahepatic == status


def test_a_pet_counts_its_days_from_line_start(read: Read) -> None:
    facts = read(patient(findings=(*QUIET, finding(FindingKind.PET, "PMD", -30))))
    assert (facts.pet, facts.pet_days) == ("PMD", 30)


def test_a_progressive_pet_whose_day_matters_and_is_not_known_is_said(read: Read) -> None:
    pet = replace(finding(FindingKind.PET, "PMD"), day=PartialDate.parse("2026-05"))
    assert read(patient(findings=(*QUIET, pet))).date_ambiguous


CLINICAL: list[tuple[str, list[Finding], list[PerformanceStatus], str]] = [
    ("nothing said", [], [], "unknown"),
    ("ECOG equal", [], [ecog(-65, 1), ecog(0, 1)], "stable"),
    ("ECOG one worse", [], [ecog(-65, 1), ecog(0, 2)], "worse"),
    ("ECOG better", [], [ecog(-65, 2), ecog(0, 1)], "stable"),
    ("ECOG 30 d after", [], [ecog(-65, 1), ecog(-30, 2)], "worse"),
    ("ECOG 31 d after is too far", [], [ecog(-65, 1), ecog(-31, 2)], "unknown"),
    ("ECOG without a value before", [], [ecog(0, 1)], "unknown"),
    ("stated 30 d before", [finding(FindingKind.CLINICAL, "improved", -30)], [], "improved"),
    ("stated 31 d before", [finding(FindingKind.CLINICAL, "improved", -31)], [], "unknown"),
    ("a crisis counts however old", [finding(FindingKind.CLINICAL, "crisis", -50)], [], "crisis"),
    ("the worse of both holds", [finding(FindingKind.CLINICAL, "stable", 0)],
     [ecog(-65, 1), ecog(0, 2)], "worse"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("findings", "performance", "status"), [r[1:] for r in CLINICAL], ids=[r[0] for r in CLINICAL]
)
def test_the_clinical_state_is_the_worse_of_what_is_said_and_ecog(
    read: Read, findings: list[Finding], performance: list[PerformanceStatus], status: str
) -> None:
    timeline = patient(findings=tuple(findings), performance=tuple(performance))
    assert read(timeline).clinical == status


def test_local_therapy_is_dated_from_the_study(read: Read) -> None:
    assert read(patient(local_therapies=(local(-75), local(-200)))).local_therapy_days == 75
    assert read(patient(local_therapies=(local(3),))).local_therapy_days is None
    assert read(patient(local_therapies=(local(None),))).local_therapy_undated


def _diagnosis(tumour: str, name: str, primary: str | None = None) -> Diagnosis:
    return Diagnosis(tumour, Source(f"Condition/{name}"), primary)


DISEASES: list[tuple[str, tuple[Diagnosis, ...], str, Known]] = [
    ("coded", diagnoses("GIST"), "GIST", Known.YES),
    ("presumed from lesions", (_diagnosis("RCC", "a"),), "RCC", Known.YES),
    ("a liver primary is not presumed", (_diagnosis("HCC", "a"),), "HCC", Known.UNKNOWN),
    ("no diagnosis at all", (), "unknown", Known.UNKNOWN),
    ("two primaries", (*diagnoses("GIST"), _diagnosis("RCC", "b")), "unknown", Known.YES),
    ("two primaries, one tied to the metastasis",
     (_diagnosis("GIST", "a"), _diagnosis("RCC", "b"),
      _diagnosis("liver metastasis", "m", "Condition/b")), "RCC", Known.YES),
]  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "primary", "metastases"), [r[1:] for r in DISEASES], ids=[r[0] for r in DISEASES]
)
def test_primary_and_metastases_are_read_off_the_problem_list(
    read: Read, listed: tuple[Diagnosis, ...], primary: str, metastases: Known
) -> None:
    facts = read(patient(diagnoses=listed))
    assert (facts.primary, facts.liver_metastases) == (primary, metastases)


def test_without_lesions_an_empty_problem_list_is_a_no_and_a_missing_one_is_not(
    read: Read,
) -> None:
    bare = patient(diagnoses=(), lesions=(), measurements=())
    assert read(bare).liver_metastases is Known.NO
    assert read(replace(bare, unavailable=("conditions",))).liver_metastases is Known.UNKNOWN


def test_what_could_not_be_read_leaves_the_data_incomplete(read: Read) -> None:
    assert not read(patient()).data_incomplete
    assert read(patient(unavailable=("procedures",))).data_incomplete
    assert read(patient(unread=(Unread("Observation/x", "no unit"),))).data_incomplete


def test_an_index_study_whose_age_matters_and_is_not_known_is_said(read: Read) -> None:
    coarse = replace(patient().studies[1], day=PartialDate.parse("2026"))
    assert read(patient(studies=(patient().studies[0], coarse))).date_ambiguous
    assert on(0).exact
