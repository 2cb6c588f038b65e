"""The response: cards, suggestions and links, to the letter."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import cmarkgfm
import pytest
import requests
from calls import medication_request, order_sign
from fhir.resources.R4B import get_fhir_model_class
from live import CALLS, Service, told_today

from tests.conformance.strict_json import strictly, walk

Answer = dict[str, Any]


@pytest.fixture(scope="module")
def answers(service: Service) -> dict[str, Answer]:
    """The answers to all invented calls, told today."""
    found = {}
    for folder in sorted(CALLS.iterdir()):
        response = service.call(told_today(folder.name))
        assert response.status_code == 200, folder.name
        found[folder.name] = strictly(response)
    return found


@pytest.fixture(scope="module")
def cards(answers: dict[str, Answer]) -> list[Answer]:
    found = [card for answer in answers.values() for card in answer["cards"]]
    assert len(found) >= 9
    return found


@pytest.fixture(scope="module")
def suggestions(cards: list[Answer]) -> list[Answer]:
    return [suggestion for card in cards for suggestion in card.get("suggestions", ())]


@pytest.mark.requirement("RESP-1", "RESP-3", "JSON-1")
def test_an_answer_is_an_object_with_a_list_of_cards(answers: dict[str, Answer]) -> None:
    assert all(isinstance(answer["cards"], list) for answer in answers.values())
    assert answers["order-sign-paracetamol"] == {"cards": []}


@pytest.mark.requirement("SYS-1", "RESP-1", "EXT-1", "EXT-2")
def test_nothing_but_cards_is_sent(answers: dict[str, Answer]) -> None:
    assert all(answer.keys() == {"cards"} for answer in answers.values())
    extensions = [v for a in answers.values() for p, v in walk(a) if p.endswith(".extension")]
    assert all(isinstance(extension, dict) for extension in extensions)
    assert all(re.match(r"[a-z]+(\.[a-z0-9-]+)+", name) for e in extensions for name in e)


@pytest.mark.requirement("JSON-2", "JSON-3", "JSON-4", "JSON-7")
def test_nothing_is_null_or_empty(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        for place, value in walk(answer):
            assert value is not None, (name, place)
            assert place == "$.cards" or value not in ("", [], {}), (name, place)
            assert not isinstance(value, str) or value.strip(), (name, place)


@pytest.mark.requirement("CARD-1", "SUG-2")
def test_every_uuid_is_a_lowercase_one_of_its_own(
    cards: list[Answer], suggestions: list[Answer]
) -> None:
    uuids = [thing["uuid"] for thing in (*cards, *suggestions)]
    assert len(uuids) == len(set(uuids))
    assert all(str(UUID(text)) == text and UUID(text).version == 4 for text in uuids)


@pytest.mark.requirement("CARD-2")
def test_a_summary_is_shorter_than_140_characters(cards: list[Answer]) -> None:
    assert all(1 <= len(card["summary"]) <= 139 for card in cards)


@pytest.mark.requirement("CARD-2", "CARD-3")
def test_what_a_record_holds_stays_text_and_the_summary_short(service: Service) -> None:
    document = told_today("order-sign-sunitinib")
    hostile = "<script>alert(1)</script> | **bold** ](http://evil.example) " + "x" * 300
    for entry in document["prefetch"]["observations"]["entry"]:
        for concept in (entry["resource"].get("bodySite"), entry["resource"].get("code")):
            if concept:
                concept["text"] = hostile
    for card in service.cards(document):
        assert len(card["summary"]) <= 139
        html = cmarkgfm.github_flavored_markdown_to_html(
            card["detail"], options=cmarkgfm.Options.CMARK_OPT_UNSAFE
        )
        assert "<script" not in html
        assert 'evil.example"' not in html


@pytest.mark.requirement("CARD-3")
def test_a_detail_renders_without_html_of_its_own(cards: list[Answer]) -> None:
    for card in cards:
        assert not re.search(r"<[a-zA-Z/!]", card["detail"])
        assert "<strong>" in cmarkgfm.github_flavored_markdown_to_html(card["detail"])


@pytest.mark.requirement("CARD-4")
def test_an_indicator_is_info_or_warning_and_never_critical(cards: list[Answer]) -> None:
    assert {card["indicator"] for card in cards} == {"info", "warning"}


@pytest.mark.requirement("CARD-5", "SRC-1", "SRC-2", "SRC-4", "COD-1")
def test_a_source_has_label_address_and_a_static_topic(cards: list[Answer]) -> None:
    assert len({card["source"]["url"] for card in cards}) == 1
    for card in cards:
        assert urlsplit(card["source"]["url"]).netloc
        assert card["source"]["label"].strip()
        assert re.fullmatch(r"[A-Za-z0-9]{1,100}", card["source"]["topic"]["code"])
        assert card["source"]["topic"]["system"]


@pytest.mark.requirement("SRC-2", "LINK-2")
def test_where_a_source_or_a_link_leads_there_is_a_page(cards: list[Answer]) -> None:
    addresses = {card["source"]["url"] for card in cards}
    addresses |= {
        link["url"] for card in cards for link in card["links"] if link["type"] == "absolute"
    }
    for address in addresses:
        assert requests.get(address, timeout=10).status_code == 200


@pytest.mark.requirement("SRC-3")
def test_the_icon_is_a_png_of_100_by_100_without_transparency(cards: list[Answer]) -> None:
    response = requests.get(cards[0]["source"]["icon"], timeout=10)
    assert response.headers["Content-Type"] == "image/png"
    head = io.BytesIO(response.content)
    assert head.read(16) == b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    width, height = int.from_bytes(head.read(4), "big"), int.from_bytes(head.read(4), "big")
    _, colour_type = head.read(2)
    assert (width, height) == (100, 100)
    assert colour_type in (0, 2, 3)  # grey, colour, palette: no alpha channel
    assert b"tRNS" not in response.content


@pytest.mark.requirement("CARD-6", "CARD-7", "CARD-8", "SUG-3")
def test_suggestions_come_with_any_and_none_is_recommended(cards: list[Answer]) -> None:
    for card in cards:
        assert ("suggestions" in card) is ("selectionBehavior" in card)
        assert card.get("selectionBehavior", "any") in ("any", "at-most-one")
        assert not any("isRecommended" in s for s in card.get("suggestions", ()))


@pytest.mark.requirement("CARD-9", "COD-1", "COD-2")
def test_override_reasons_are_full_codings(cards: list[Answer]) -> None:
    for card in cards:
        for reason in card["overrideReasons"]:
            assert reason.keys() == {"code", "system", "display"}


@pytest.mark.requirement("CARD-10", "LINK-1", "LINK-2", "LINK-3", "LINK-4")
def test_links_are_absolute_or_smart_and_hold_no_patient_data(
    answers: dict[str, Answer],
) -> None:
    for name, answer in answers.items():
        patient = told_today(name)["context"]["patientId"]
        for link in (link for card in answer["cards"] for link in card["links"]):
            assert link["label"].strip()
            assert urlsplit(link["url"]).scheme in ("http", "https")
            assert urlsplit(link["url"]).netloc
            assert patient not in link["url"]
            assert link["type"] in ("absolute", "smart")
            assert "appContext" not in link or link["type"] == "smart"


@pytest.mark.requirement("SUG-1", "SUG-4", "ACT-1", "ACT-2")
def test_a_suggestion_has_a_label_and_one_described_action(suggestions: list[Answer]) -> None:
    assert suggestions
    for suggestion in suggestions:
        assert suggestion["label"].strip()
        assert len(suggestion["actions"]) == 1
        action = suggestion["actions"][0]
        assert action["type"] == "create"
        assert action["description"].strip()


@pytest.mark.requirement("ACT-3", "ACT-6", "JSON-5")
def test_what_is_proposed_is_a_new_valid_draft_for_this_patient(
    answers: dict[str, Answer],
) -> None:
    model = get_fhir_model_class("ServiceRequest")
    for name, answer in answers.items():
        patient = told_today(name)["context"]["patientId"]
        for suggestion in (s for card in answer["cards"] for s in card.get("suggestions", ())):
            resource = suggestion["actions"][0]["resource"]
            model.model_validate(resource)
            assert (resource["status"], resource["intent"]) == ("draft", "proposal")
            assert resource["subject"] == {"reference": f"Patient/{patient}"}
            assert "id" not in resource


@pytest.mark.requirement("RESP-6")
@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("/cds-services/unknown", {}, 404),
        ("/cds-services/liver-response-order-sign", {}, 400),
        (
            "/cds-services/liver-response-order-sign",
            order_sign(medication_request("sunitinib")),
            412,
        ),
        ("/elsewhere", {}, 404),
    ],
)
def test_an_error_is_an_operation_outcome_without_internals(
    service: Service, path: str, document: Answer, status: int
) -> None:
    response = service.post(path, json=document)
    assert response.status_code == status
    outcome = strictly(response)
    get_fhir_model_class("OperationOutcome").model_validate(outcome)
    issue = outcome["issue"][0]
    assert issue["severity"] == "error"
    assert issue["details"]["text"].strip()
    for internal in ("Traceback", ".py", "Error(", "line "):
        assert internal not in response.text
