"""Cards as they go out: to the letter of CDS Hooks 2.0.1."""

import orjson
import pytest
from assessments import PATIENT, SUPPORTED, WITH_CARD, card_maker

from rules.assessment import Assessment, Grade
from rules.catalog.grade.rules import LADDER
from rules.rulebook import Rulebook
from service.cds.response import wire
from service.cds.speaking import Indicator
from service.cds.strict import findings
from service.cds.wording import load_wording
from service.fhir.json_types import JsonObject

BY_LABEL = pytest.mark.parametrize("assessment", WITH_CARD, ids=lambda a: f"{a.grade.name}")
URL, LAUNCH = "https://cds.example/base", "https://cds.example/launch"


def card(assessment: Assessment, url: str | None = None, launch: str | None = None) -> JsonObject:
    made = wire(card_maker(url, launch).about(assessment, Indicator.INFO, PATIENT))
    assert isinstance(made, dict)
    return made


@BY_LABEL
@pytest.mark.parametrize("url", [None, URL])
def test_every_card_conforms(assessment: Assessment, url: str | None) -> None:
    assert findings({"cards": [card(assessment, url, LAUNCH if url else None)]}) == []


@BY_LABEL
def test_the_same_assessment_gives_the_same_card(assessment: Assessment) -> None:
    assert card(assessment) == card(assessment)


@pytest.mark.parametrize(
    ("grade", "code"),
    [
        (Grade.SUPPORTED, "TreatmentEffectSupported"),
        (Grade.POSSIBLE, "TreatmentEffectPossible"),
        (Grade.INDETERMINATE, "Indeterminate"),
        (Grade.TRUE_PROGRESSION, "TrueProgressionFavoured"),
        (Grade.LOCAL_THERAPY, "LocalTherapy"),
        (Grade.IMMUNE, "ImmunePattern"),
    ],
)
def test_each_grade_has_its_topic(grade: Grade, code: str) -> None:
    topic = load_wording().topic(grade.value)
    assert (topic.system, topic.code) == ("urn:liver-response-cds:topic", code)


def test_six_reasons_to_set_a_card_aside_are_offered() -> None:
    reasons = card(SUPPORTED)["overrideReasons"]
    assert isinstance(reasons, list)
    assert [reason["display"] for reason in reasons if isinstance(reason, dict)] == [
        "Progression confirmed clinically",
        "Toxicity",
        "Patient preference",
        "Tumour-board decision",
        "Data wrong",
        "Already reviewed with radiology",
    ]


def test_without_a_public_address_there_are_no_links_and_no_icon() -> None:
    made = card(SUPPORTED)
    assert "links" not in made
    assert set(made["source"]) == {"label", "topic"}  # type: ignore[arg-type]


def test_with_a_public_address_there_are() -> None:
    made = card(SUPPORTED, URL)
    assert isinstance(made["source"], dict)
    assert made["source"]["icon"] == f"{URL}/static/icon.png"
    assert made["links"] == [
        {"label": "Rules, numbers and sources", "url": f"{URL}/rules", "type": "absolute"}
    ]


def test_the_smart_link_names_study_and_grade_and_nothing_of_the_patient() -> None:
    links = card(SUPPORTED, None, LAUNCH)["links"]
    assert isinstance(links, list)
    assert isinstance(links[0], dict)
    assert links[0]["type"] == "smart"
    assert orjson.loads(str(links[0]["appContext"])) == {
        "study": "ImagingStudy/ct-2",
        "grade": "TREATMENT_EFFECT_SUPPORTED",
    }


def test_words_know_every_code_of_the_rule_book(rulebook: Rulebook) -> None:
    wording = load_wording()
    codes = set(rulebook.texts) | {name for name, _, _ in LADDER}
    named = {*wording.caps_against, *wording.not_shown, *wording.said_as_missing}
    assert named <= codes
    progression = rulebook.pages["true_progression"].items
    quality = rulebook.pages["image_quality"].items
    assert {*progression, *quality} <= set(wording.short_names)


@pytest.mark.parametrize(
    ("spoiled", "finding"),
    [
        pytest.param({"summary": ""}, "$.cards[0].summary: empty", id="empty text"),
        pytest.param({"detail": None}, "$.cards[0].detail: null", id="null"),
        pytest.param({"links": []}, "$.cards[0].links: empty", id="empty list"),
        pytest.param({"summary": "x" * 140}, "$.cards[0].summary: longer than 139", id="long"),
        pytest.param({"indicator": "hard-stop"}, "$.cards[0].indicator: none of", id="indicator"),
        pytest.param({"uuid": "X"}, "$.cards[0].uuid: not a lowercase UUID", id="uuid"),
        pytest.param(
            {"suggestions": None, "selectionBehavior": "all"},
            "$.cards[0].selectionBehavior: none of",
            id="behaviour",
        ),
        pytest.param({"source": {"label": "x"}}, "$.cards[0].source.topic.code", id="topic"),
        pytest.param(
            {"links": [{"label": "x", "url": "/x", "type": "absolute", "appContext": "y"}]},
            "$.cards[0].links.appContext",
            id="context",
        ),
    ],
)
def test_the_check_of_what_goes_out_finds_faults(spoiled: JsonObject, finding: str) -> None:
    found = findings({"cards": [{**card(SUPPORTED), **spoiled}]})
    assert any(text.startswith(finding) for text in found)


def test_a_body_without_cards_is_a_fault_and_an_empty_list_is_none() -> None:
    assert "$.cards: missing" in findings({})
    assert findings({"cards": []}) == []
