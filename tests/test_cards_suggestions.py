"""The options of a card: valid draft orders, the apt ones, the most telling first."""

from dataclasses import replace
from uuid import UUID

import pytest
from assessments import (
    BLEEDING,
    BY_GRADE,
    FELL,
    IMMUNE,
    INDETERMINATE,
    MARKER_FELL,
    PATIENT,
    PHASE_FLAG,
    POSSIBLE,
    SMALL,
    SUPPORTED,
    TRUE_PROGRESSION,
    WITH_CARD,
    card_maker,
)
from fhir.resources.R4B import get_fhir_model_class

from rules.assessment import Assessment, Grade, Item, ItemKind, StudyUsed
from rules.vocabulary import load_vocabulary
from service.cds.response import Suggestion, wire
from service.cds.speaking import Indicator
from service.cds.suggestions import Whose, load_options
from service.fhir.json_types import JsonObject

METABOLIC = Item("PET_RESPONSE", ItemKind.CONCORDANT, "PET shows metabolic response.", strong=True)
VIABLE = Item("M5", ItemKind.MAJOR, "Biopsy shows viable tumour.")
BY_LABEL = pytest.mark.parametrize("assessment", WITH_CARD, ids=lambda a: f"{a.grade.name}")


def offered(assessment: Assessment, whose: Whose = PATIENT) -> tuple[Suggestion, ...]:
    return card_maker().about(assessment, Indicator.INFO, whose).suggestions


def labels(assessment: Assessment) -> list[str]:
    return [suggestion.label for suggestion in offered(assessment)]


def requests(assessment: Assessment, whose: Whose = PATIENT) -> list[JsonObject]:
    found = [wire(suggestion.actions[0].resource) for suggestion in offered(assessment, whose)]
    return [request for request in found if isinstance(request, dict)]


def named(assessment: Assessment, beginning: str) -> Suggestion:
    return next(s for s in offered(assessment) if s.label.startswith(beginning))


@BY_LABEL
def test_every_proposed_order_is_valid_fhir_r4(assessment: Assessment) -> None:
    model = get_fhir_model_class("ServiceRequest")
    for request in requests(assessment):
        model.model_validate(request)
        assert request["status"] == "draft"
        assert request["intent"] == "proposal"
        assert request["subject"] == {"reference": "Patient/p1"}
        assert request["encounter"] == {"reference": "Encounter/e1"}


@BY_LABEL
def test_one_to_five_options_of_one_action_each_are_offered(assessment: Assessment) -> None:
    suggestions = offered(assessment)
    assert 1 <= len(suggestions) <= 5
    assert all(len(suggestion.actions) == 1 for suggestion in suggestions)
    assert len({suggestion.label for suggestion in suggestions}) == len(suggestions)


@BY_LABEL
def test_none_is_recommended(assessment: Assessment) -> None:
    assert "isRecommended" not in str(wire(card_maker().about(assessment, Indicator.INFO, PATIENT)))


def test_every_code_of_the_page_is_one_of_the_vocabulary() -> None:
    options, vocabulary = load_options(), load_vocabulary()
    imaging = [option.code for option in options.options.values() if "code" in option.code]
    for code in imaging:
        assert vocabulary.find("imaging_orders", code["system"], code["code"])
    for name, code in options.markers.items():
        term = vocabulary.find("markers", code["system"], code["code"])
        assert term is not None
        assert term.attributes["marker"] == name


def test_the_uuids_are_random_ones_in_lower_case() -> None:
    card = card_maker().about(SUPPORTED, Indicator.INFO, PATIENT)
    uuids = [card.uuid, *(suggestion.uuid for suggestion in card.suggestions)]
    assert all(UUID(uuid).version == 4 and uuid == uuid.lower() for uuid in uuids)
    assert len(set(uuids)) == len(uuids)


def test_every_option_of_the_page_is_offered_for_some_grade() -> None:
    options = load_options()
    within = {name for names in options.offered.values() for name in names}
    assert within | set(options.protocol.values()) == set(options.options)


def test_every_grade_with_a_card_has_options() -> None:
    assert set(load_options().offered) == {
        grade.value for grade in BY_GRADE if grade is not Grade.NOT_APPLICABLE
    }


def test_the_second_read_comes_first() -> None:
    assert labels(SUPPORTED)[0] == "Radiology second read, baseline included, all phases"


@pytest.mark.parametrize(
    ("items", "second"),
    [
        pytest.param((PHASE_FLAG,), "Multiphase liver CT with unenhanced phase", id="phase"),
        pytest.param((SMALL,), "Liver MRI with DWI and hepatobiliary agent", id="small"),
        pytest.param((BLEEDING,), "Multiphase liver CT with unenhanced phase", id="haemorrhage"),
    ],
)
def test_what_settles_an_open_question_comes_before_the_rest(
    items: tuple[Item, ...], second: str
) -> None:
    assert labels(replace(POSSIBLE, items=(FELL, *items), because="CAPPED"))[1] == second


def test_too_early_asks_for_time_before_another_scan() -> None:
    early = replace(INDETERMINATE, because="TOO_EARLY", items=())
    assert labels(early)[1] == "Repeat liver imaging in 6–8 weeks, same protocol"


def test_fdg_pet_is_not_offered_for_neuroendocrine_tumours() -> None:
    assert "FDG PET/CT" in labels(POSSIBLE)
    assert "FDG PET/CT" not in labels(replace(POSSIBLE, primary="NET"))


def test_fdg_pet_is_not_offered_where_pet_has_spoken() -> None:
    assert "FDG PET/CT" not in labels(replace(POSSIBLE, items=(FELL, METABOLIC)))


def test_biopsy_is_not_offered_after_a_biopsy() -> None:
    biopsy = "Biopsy of the most suspicious component"
    assert biopsy in labels(TRUE_PROGRESSION)
    assert biopsy not in labels(replace(TRUE_PROGRESSION, items=(VIABLE,)))


def test_biopsy_on_bevacizumab_carries_the_caveat_of_bleeding() -> None:
    action = named(TRUE_PROGRESSION, "Biopsy").actions[0]
    assert "On bevacizumab: bleeding risk" in action.description
    assert any("bevacizumab" in note.text for note in action.resource.note)


def test_biopsy_on_another_drug_warns_in_general() -> None:
    action = named(replace(TRUE_PROGRESSION, agent="regorafenib"), "Biopsy").actions[0]
    assert "risk of bleeding" in action.description
    assert "bevacizumab" not in action.description


def test_the_marker_repeat_is_that_of_the_primary() -> None:
    request = named(SUPPORTED, "CEA repeat").actions[0].resource
    assert request.code.coding[0].code == "2039-6"


@pytest.mark.parametrize(
    ("marker", "state"),
    [
        pytest.param(None, None, id="none for this primary"),
        pytest.param("CEA", "NON_SECRETOR", id="not evaluable"),
        pytest.param("CEA", "RISE_CONFIRMED", id="confirmed already"),
        pytest.param("PSA", "FLAT", id="unknown marker"),
    ],
)
def test_no_marker_is_offered_that_would_say_nothing(marker: str | None, state: str | None) -> None:
    found = labels(replace(SUPPORTED, marker=marker, marker_state=state))
    assert not [label for label in found if "repeat in 3–4 weeks" in label]


def test_repeat_imaging_is_dated_from_the_day_of_the_call() -> None:
    period = named(SUPPORTED, "Repeat liver imaging").actions[0].resource.occurrence_period
    assert period is not None
    assert (period.start, period.end) == ("2026-07-01", "2026-07-15")


def test_under_a_checkpoint_inhibitor_imaging_is_repeated_as_irecist_asks() -> None:
    assert labels(IMMUNE)[0] == "Repeat liver imaging in 4–8 weeks, same protocol (iRECIST)"


def test_reason_and_studies_are_referenced() -> None:
    request = requests(SUPPORTED)[0]
    assert request["supportingInfo"] == [
        {"reference": "ImagingStudy/ct-1"},
        {"reference": "ImagingStudy/ct-2"},
    ]
    assert request["reasonCode"] == [
        {
            "text": "Liver metastases on bevacizumab: findings fit treatment effect; "
            "several sources agree"
        }
    ]


def test_a_day_without_a_study_is_not_referenced() -> None:
    day = StudyUsed("day:2026-05-10", "2026-05-10", None, recorded=False)
    request = requests(replace(SUPPORTED, index_study=day, baseline_study=None))[0]
    assert "supportingInfo" not in request


def test_without_an_encounter_none_is_made_up() -> None:
    assert "encounter" not in requests(SUPPORTED, Whose("p1", None))[0]


def test_the_caveats_stand_on_the_card_as_well() -> None:
    detail = card_maker().about(TRUE_PROGRESSION, Indicator.INFO, PATIENT).detail
    assert "On bevacizumab: bleeding risk" in detail


def test_a_marker_that_fell_is_worth_repeating() -> None:
    assert any(
        label.startswith("CEA") for label in labels(replace(SUPPORTED, items=(MARKER_FELL,)))
    )
