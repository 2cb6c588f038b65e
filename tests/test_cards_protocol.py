"""The card on liver imaging: which phases would let the new study be compared."""

from dataclasses import replace

import cmarkgfm
import pytest
from assessments import (
    BLEEDING,
    FELL,
    GREW,
    PATIENT,
    PHASE_FLAG,
    SIZES,
    SUPPORTED,
    VENOUS,
    WITH_CARD,
    card_maker,
)

from rules.assessment import Assessment, Item
from rules.timeline import Phase
from service.cds.response import Card, wire
from service.cds.speaking import Indicator
from service.cds.strict import findings


def on_imaging(assessment: Assessment, *modalities: str, notes: tuple[str, ...] = ()) -> Card:
    ordered = modalities or ("CT",)
    return card_maker().on_imaging(assessment, Indicator.INFO, PATIENT, ordered, notes)


def with_phases(then: Phase | None, now: Phase | None) -> Assessment:
    lesion = replace(SIZES, phase_baseline=then, phase_index=now)
    return replace(SUPPORTED, measurements=replace(GREW, lesions=(lesion,)))


@pytest.mark.parametrize("assessment", WITH_CARD, ids=lambda a: a.grade.name)
def test_the_card_conforms_whatever_the_grade(assessment: Assessment) -> None:
    card = on_imaging(assessment)
    assert findings({"cards": [wire(card)]}) == []
    assert card.source.topic.code == "ImagingProtocol"
    html = cmarkgfm.github_flavored_markdown_to_html(card.detail)
    assert "<table>" not in html


def test_it_asks_for_the_phases_of_the_baseline() -> None:
    card = on_imaging(with_phases(VENOUS, Phase.ARTERIAL))
    assert "same phases as on 2026-03-10 (portal venous)" in card.summary
    assert r"Latest: 2026-05-10 \(CT\), phases arterial" in card.detail


def test_where_the_baseline_tells_no_phase_the_latest_study_is_asked_for() -> None:
    assert "2026-05-10 (portal venous)" in on_imaging(with_phases(None, VENOUS)).summary


def test_where_no_phase_is_known_all_are_asked_for() -> None:
    detail = on_imaging(with_phases(None, None)).detail
    assert "Unenhanced, arterial and portal venous phases" in detail


def test_without_any_study_it_says_what_would_allow_later_comparison() -> None:
    card = on_imaging(replace(SUPPORTED, baseline_study=None, index_study=None))
    assert card.summary.endswith("phases would allow later comparison.")
    assert "None on record." in card.detail


@pytest.mark.parametrize("flag", [PHASE_FLAG, BLEEDING], ids=lambda flag: flag.code)
def test_an_unenhanced_phase_is_asked_for_where_it_would_settle_something(flag: Item) -> None:
    card = on_imaging(replace(SUPPORTED, items=(FELL, flag)))
    assert "plus unenhanced" in card.summary
    assert card.suggestions[0].label == "Multiphase liver CT with unenhanced phase"


def test_otherwise_the_same_protocol_is_proposed_with_its_phases() -> None:
    card = on_imaging(SUPPORTED)
    assert "unenhanced" not in card.summary
    request = card.suggestions[0].actions[0].resource
    assert request.order_detail[-1].text == "Phases as on 2026-03-10: portal venous"


def test_another_modality_is_pointed_out() -> None:
    assert "another modality" in on_imaging(SUPPORTED, "MR").detail
    assert "another modality" not in on_imaging(SUPPORTED, "CT").detail


def test_what_could_not_be_read_is_named() -> None:
    assert (
        "One selection names no order"
        in on_imaging(SUPPORTED, notes=("One selection names no order of the call.",)).detail
    )
