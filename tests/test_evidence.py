"""What the evidence page draws and lists, row by row: nothing unknown is left out."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from functools import cache
from random import Random
from typing import Any

import pytest
from mutants import break_at
from stories import assessed, assessor, expected, story

from rules.assessment import Assessment
from rules.timeline import Timeline
from service.cds.wording import load_wording
from service.dates_shifted import told_on
from service.errors import LiverResponseError
from service.evidence.collect import evidence
from service.evidence.page import EvidencePage, evidence_page
from service.evidence.rows import Event, Evidence
from service.fhir.listing import Recorded, listing, of_bundle

PEOPLE = tuple(expected("people"))
FIRST = "gist-imatinib-supported"


@cache
def drawn(name: str) -> Evidence:
    timeline = assessor().timeline_of(story("people", name))
    return evidence(timeline, conclusion(name), assessor().rulebook)


@cache
def conclusion(name: str) -> Assessment:
    return assessed(story("people", name))


@cache
def page(name: str) -> EvidencePage:
    bundle = story("people", name)
    timeline = assessor().timeline_of(bundle)
    listed = listing(of_bundle(bundle))
    day = told_on(bundle)
    assert day
    judged = assessor().rulebook.assess(timeline, day)
    return evidence_page(timeline, judged, assessor().rulebook, load_wording(), listed)


def lane(name: str, wanted: str) -> list[Event]:
    return [event for event in drawn(name).events if event.lane == wanted]


@pytest.mark.parametrize("name", PEOPLE)
def test_every_panel_of_sizes_and_attenuations_stands_measured_or_not(name: str) -> None:
    panels = {point.panel for point in drawn(name).points}
    assert {"size", "attenuation"} <= panels


@pytest.mark.parametrize("name", PEOPLE)
def test_every_datum_with_a_source_is_listed_with_its_status(name: str) -> None:
    shown = page(name)
    sources = {row.source for row in (*shown.points, *shown.drawn.events) if row.source}
    sources |= {source for bar in shown.drawn.bars for source in bar.sources}
    listed = {record.reference: record for record in shown.records}
    assert sources <= set(listed)
    assert all(listed[source].status for source in sources)
    assert all(listed[point.source].date for point in shown.points if point.source)
    assert [record.number for record in shown.records] == list(range(1, len(shown.records) + 1))


@pytest.mark.parametrize("name", PEOPLE)
def test_no_mark_lies_outside_the_time_axis(name: str) -> None:
    shown = drawn(name)
    days = [point.day for point in shown.points] + [e.day for e in shown.events if e.day]
    assert all(shown.first <= day <= shown.last for day in days)


def test_two_lesions_with_one_name_stay_apart() -> None:
    bundle = story("people", FIRST)
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "BodyStructure":
            entry["resource"]["description"] = "Metastasis"
    timeline = assessor().timeline_of(bundle)
    rows = evidence(timeline, assessed(bundle), assessor().rulebook).of_panel("size")
    assert {row.series for row in rows} == {"A · Metastasis", "B · Metastasis", "C · Metastasis"}


def test_a_lane_that_nobody_filled_says_so() -> None:
    assert [event.words for event in lane(FIRST, "PET")] == ["not recorded"]
    assert not lane(FIRST, "PET")[0].known


def test_disease_elsewhere_that_was_measured_is_no_silence() -> None:
    assert lane("rcc-pazopanib-pet-response", "elsewhere") == []
    sizes = [event.words for event in lane("rcc-pazopanib-pet-response", "size elsewhere")]
    assert sizes == ["B: 28 mm long axis", "B: 18 mm long axis"]


def test_a_marker_that_was_never_measured_says_so() -> None:
    assert [event.known for event in lane("crc-without-liver-metastases", "CEA")] == [False]


def test_a_start_known_to_its_month_spans_the_month() -> None:
    (bar,) = drawn("gist-month-only-start").bars
    assert (str(bar.earliest), str(bar.start), bar.begun) == ("2026-05-01", "2026-05-31", "2026-05")


def test_an_interrupted_drug_is_drawn_with_its_gap() -> None:
    (bar,) = drawn("gist-dose-gap").bars
    assert len(bar.gaps) == 1
    assert "1 interruption" in bar.words


def test_thresholds_are_those_of_the_criteria() -> None:
    bands = {(band.panel, round(band.value, 2), band.above) for band in drawn(FIRST).bands}
    assert bands == {("sum", 63.6, True), ("sum", 37.1, False), ("mean", 61.88, False)}


def test_of_several_phases_the_compared_one_is_named() -> None:
    rows = drawn("rcc-pazopanib-pet-response").of_panel("attenuation")
    assert {row.phase for row in rows if row.compared} == {"portal venous"}
    assert {row.phase for row in rows} == {"portal venous", "arterial"}


def test_growth_from_the_smallest_is_seen_beside_the_line() -> None:
    assert '"A  53 → 40 → 46 mm"' in page("gist-rebound-after-a-year").plots


def test_a_new_lesion_has_no_value_before() -> None:
    assert '"B  14 mm"' in page("gist-new-solid-lesion").plots


def test_what_stands_behind_a_sentence_is_numbered() -> None:
    (fall, *_) = page(FIRST).speaks_for
    assert [record.reference for record in fall.records] == list(fall.evidence)


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        ({"status": "final", "effectiveDateTime": "2026-06-05"}, Recorded("2026-06-05", "final")),
        ({"effectivePeriod": {"start": "2026-04"}}, Recorded("2026-04 to …", "")),
        ({"performedPeriod": {"end": "2026-04"}}, Recorded("… to 2026-04", "")),
        ({"clinicalStatus": {"coding": [{}, {"code": "active"}]}}, Recorded("", "active")),
        ({"status": 7, "started": ["?"], "clinicalStatus": "?"}, Recorded("", "")),
    ],
)
def test_how_a_resource_stands_is_read_from_any_shape(resource: Any, found: Recorded) -> None:
    named = {"resourceType": "Observation", "id": "x", **resource}
    assert listing([named, None, "text"]) == {"Observation/x": found}


@pytest.mark.parametrize("bundle", [None, [], "text", {"entry": "?"}, {"entry": [None, {}]}])
def test_what_is_no_bundle_lists_nothing(bundle: Any) -> None:
    assert listing(of_bundle(bundle)) == {}


@pytest.mark.parametrize("seed", range(60))
def test_a_spoilt_record_still_has_a_page(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    bundle = deepcopy(story("people", PEOPLE[seed % len(PEOPLE)]))
    for _ in range(3):
        break_at(bundle, random)
    try:
        timeline = assessor().timeline_of(bundle)
    except LiverResponseError:
        return
    assert shown_of(timeline).plots


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0001", "9999"])
@pytest.mark.parametrize("kind", ["Observation", "MedicationStatement", "ImagingStudy"])
def test_the_ends_of_the_calendar_break_no_page(kind: str, day: str) -> None:
    bundle = story("people", FIRST)
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == kind:
            told = entry["resource"]
            for name in ("effectiveDateTime", "started"):
                if name in told:
                    told[name] = day
            if "effectivePeriod" in told:
                told["effectivePeriod"] = {"start": day}
    assert shown_of(assessor().timeline_of(bundle)).plots


def shown_of(timeline: Timeline) -> EvidencePage:
    judged = assessor().rulebook.assess(timeline, date(2026, 6, 15))
    return evidence_page(timeline, judged, assessor().rulebook, load_wording())
