"""The command line, as a stranger runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from stories import FIXTURES

from service.cli import main

PERSON = FIXTURES / "people" / "gist-imatinib-supported.json"
CALL = FIXTURES / "calls" / "order-sign-sunitinib" / "request.json"
SILENT = FIXTURES / "people" / "gist-no-growth.json"


def run(*arguments: object, text: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(a) for a in arguments], input=text)
    return result.exit_code, result.output


def test_a_file_is_assessed_for_reading() -> None:
    code, text = run("assess", PERSON)
    assert code == 0
    for section in ("What was found", "For treatment effect", "Against it", "Missing", "Limits"):
        assert section in text
    assert "53 → 60 mm" in text


def test_the_assessment_is_one_json_object() -> None:
    _, text = run("assess", PERSON, "--format", "json")
    assessment = json.loads(text)
    assert assessment["grade"] == "TREATMENT_EFFECT_SUPPORTED"
    assert assessment["measurements"]["sld_mm"] == {"baseline": 53, "nadir": 53, "index": 60}
    assert assessment["measurements"]["growth_pct"] == 13.2
    assert assessment["rulebook"].keys() == {"version", "hash"}
    assert all("/" in reference for reference in assessment["evidence"])


def test_a_whole_call_and_its_bundle_get_the_same_grade() -> None:
    grades = {json.loads(run("assess", f, "--format", "json")[1])["grade"] for f in (PERSON, CALL)}
    assert grades == {"TREATMENT_EFFECT_SUPPORTED"}


def test_the_card_is_as_cds_hooks_has_it() -> None:
    card = json.loads(run("assess", PERSON, "--format", "card")[1])["cards"][0]
    assert card["summary"].startswith("Liver change on imatinib")
    assert len(card["summary"]) < 140


def test_an_assessment_is_explained_rule_by_rule() -> None:
    person = FIXTURES / "people" / "gist-extrahepatic-unknown.json"
    code, text = run("assess", person, "--explain")
    assert code == 0
    settling = text.partition("What would change the grade")[2]
    assert settling.lstrip().startswith("extrahepatic status")
    for words in ("attenuation fall at least 10 HU", "true", "false", "unknown"):
        assert words in settling


def test_the_explanation_is_part_of_the_json_where_it_is_asked_for() -> None:
    plain = json.loads(run("assess", PERSON, "--format", "json")[1])
    explained = json.loads(run("assess", PERSON, "--format", "json", "--explain")[1])
    assert "explain" not in plain
    assert {rule["truth"] for rule in explained.pop("explain")["rules"]} == {
        "true",
        "false",
        "unknown",
    }
    assert explained == plain


def test_a_card_has_no_place_for_an_explanation() -> None:
    code, text = run("assess", PERSON, "--format", "card", "--explain")
    assert code == 2
    assert "--format text or json" in text


def test_silence_says_why() -> None:
    code, text = run("assess", SILENT)
    assert code == 0
    assert "No card" in text
    assert "changed by" in text


def test_the_day_may_be_given() -> None:
    grade = json.loads(run("assess", PERSON, "--as-of", "2027-06-01", "--format", "json")[1])
    assert (grade["grade"], grade["because"]) == ("NOT_APPLICABLE", "STALE")


def test_a_file_may_come_from_standard_input() -> None:
    code, text = run("assess", "-", "--format", "json", text=PERSON.read_text("utf-8"))
    assert code == 0
    assert json.loads(text)["agent"] == "imatinib"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "Patient"),
        ('{"resourceType": "Bundle", "type": "collection"}', "Add the Patient"),
        ('{"hook": "order-sign", "context": {"patientId": "p"}}', "imaging"),
    ],
    ids=["broken JSON", "an empty list", "an empty Bundle", "a call without data"],
)
def test_bad_input_is_one_line_that_says_what_is_wrong(
    tmp_path: Path, content: str, says: str
) -> None:
    file = tmp_path / "input.json"
    file.write_text(content, "utf-8")
    code, text = run("assess", file)
    assert code == 1
    assert text.startswith("Error: ")
    assert len(text.splitlines()) == 1
    assert says in text


def test_the_rule_book_is_listed_and_each_page_shown() -> None:
    _, listed = run("rules")
    assert "pseudoprogression" in listed
    code, page = run("rules", "pseudoprogression")
    assert code == 0
    assert "attenuation_fall" in page
    assert "Known gaps" in page


def test_an_unknown_page_names_the_pages() -> None:
    code, text = run("rules", "nonsense")
    assert code == 1
    assert "pseudoprogression" in text


def test_the_service_does_not_listen_beyond_this_machine() -> None:
    code, text = run("serve", "--host", "0.0.0.0")  # noqa: S104 - must be refused
    assert code == 1
    assert "loopback" in text


def test_the_first_look_shows_a_card_for_every_hook() -> None:
    calls = FIXTURES / "calls"
    shown = subprocess.run(
        [sys.executable, "-m", "service.cli", "demo", "--calls", str(calls)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    assert "lists 3 services" in shown.stdout
    assert shown.stdout.count("(HTTP 200)") == 3
    assert "imatinib" in shown.stdout
    assert "reachable from this machine only" in shown.stderr
