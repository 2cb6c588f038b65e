"""The first look: invented people, and the grade that moves when a value is changed."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from stories import FIXTURES, expected, story

from service import create_app
from service.settings import Settings

PEOPLE = expected("people")
FIRST = "gist-imatinib-supported"
SPECIFICATION = re.compile(
    r'<script type="application/json" id="specification">(.*?)</script>', re.S
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    settings = Settings(first_look=str(FIXTURES / "people"))
    return create_app(settings, lambda: date(2026, 6, 15)).test_client()


def grade(html: str) -> str:
    found = re.search(r'data-grade="(\w+)"', html)
    assert found
    return found[1]


def plotted(html: str) -> Any:
    found = SPECIFICATION.search(html)
    assert found
    return json.loads(found[1])


def changed(client: FlaskClient, name: str, **values: str) -> str:
    typed = {key.replace("_", "-"): value for key, value in values.items()}
    response = client.post(f"/people/{name}?fragment", data=typed)
    assert response.status_code == 200
    return response.text


def test_without_a_folder_of_people_there_is_no_first_look() -> None:
    bare = create_app(Settings(), lambda: date(2026, 6, 15)).test_client()
    assert bare.get("/").status_code == 404
    assert bare.get(f"/people/{FIRST}").status_code == 404


def test_the_front_page_lists_everybody_with_the_grade_worked_out_by_hand(
    client: FlaskClient,
) -> None:
    html = client.get("/").text
    assert sorted(re.findall(r'data-grade="(\w+)"', html)) == sorted(PEOPLE.values())


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_has_a_page_with_evidence(client: FlaskClient, name: str) -> None:
    response = client.get(f"/people/{name}")
    assert response.status_code == 200
    assert grade(response.text) == PEOPLE[name]
    assert plotted(response.text)["vconcat"]


def test_an_unknown_person_is_not_found(client: FlaskClient) -> None:
    assert client.get("/people/nobody").status_code == 404


def fields(client: FlaskClient, name: str) -> dict[str, str]:
    """The names of the values that may be changed, by their words."""
    html = client.get(f"/people/{name}").text
    controls = re.findall(r'name="([\w-]+)"[^>]* aria-label="([^"]*)"', html)
    return {unescape(words): control for control, words in controls}


def test_another_status_elsewhere_moves_the_grade_and_names_the_rule(client: FlaskClient) -> None:
    html = changed(client, FIRST, elsewhere="new")
    assert grade(html) == "TRUE_PROGRESSION_FAVOURED"
    assert "The grade moved" in html
    assert '<code class="rule">M1</code>' in html


def test_another_attenuation_moves_the_grade(client: FlaskClient) -> None:
    names = fields(client, FIRST)
    indices = [n for words, n in names.items() if "2026-06-05, attenuation (HU)" in words]
    flat = dict.fromkeys(indices, "74")
    response = client.post(f"/people/{FIRST}?fragment", data=flat)
    assert grade(response.text) != PEOPLE[FIRST]


def test_another_start_of_therapy_moves_the_grade(client: FlaskClient) -> None:
    start = next(
        n for words, n in fields(client, FIRST).items() if words.startswith("imatinib from")
    )
    response = client.post(f"/people/{FIRST}?fragment", data={start: "2026-06-01"})
    assert grade(response.text) == "INDETERMINATE_DATA"
    assert "TOO_EARLY" in response.text


def test_nothing_is_stored(client: FlaskClient) -> None:
    before = client.get(f"/people/{FIRST}").text
    changed(client, FIRST, elsewhere="new")
    assert client.get(f"/people/{FIRST}").text == before


def test_what_was_recorded_moves_nothing(client: FlaskClient) -> None:
    html = changed(client, FIRST, elsewhere="as recorded")
    assert "The grade stays “Findings fit treatment effect" in html
    assert "Now true" not in html


@pytest.mark.parametrize(
    "typed",
    [
        {"value-0": "much"},
        {"value-0": "NaN"},
        {"value-0": "1e99"},
        {"start-0": "yesterday"},
        {"phase-0": "dusk"},
        {"elsewhere": "everywhere"},
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(
    client: FlaskClient, typed: dict[str, str]
) -> None:
    response = client.post(f"/people/{FIRST}?fragment", data=typed)
    assert response.status_code == 400
    issue = response.get_json()["issue"][0]
    assert issue["expression"] == list(typed)
    assert next(iter(typed.values())) not in issue["details"]["text"]


def values(specification: Any) -> list[tuple[str, float]]:
    """Everything drawn with a number: what it is in words, and its value."""
    found = []
    for panel in specification["vconcat"]:
        for layer in panel.get("layer", ()):
            rows = layer.get("data", {}).get("values", ())
            found += [(row["words"], row["value"]) for row in rows if row.get("value") is not None]
    return found


def test_what_is_drawn_is_what_the_assessment_says(client: FlaskClient) -> None:
    drawn = values(plotted(client.get(f"/people/{FIRST}").text))
    assert ("sum of targets, 2026-03-27: 53 mm", 53.0) in drawn
    assert ("sum of targets, 2026-06-05: 60 mm", 60.0) in drawn
    assert ("mean of targets, 2026-06-05: 45 HU", 45.0) in drawn
    progression = {round(value, 3) for words, value in drawn if "progression (RECIST" in words}
    assert progression == {round(53 * 1.2, 3)}


def test_a_target_that_was_not_measured_is_drawn_as_such(client: FlaskClient) -> None:
    specification = plotted(client.get("/people/crc-chun-optimal").text)
    assert "not measured" in json.dumps(specification)


def test_what_a_record_holds_stays_text(tmp_path: Any) -> None:
    bundle = story("people", FIRST)
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    for entry in bundle["entry"]:
        for name in ("bodySite", "location"):
            if name in entry["resource"] and isinstance(entry["resource"][name], dict):
                entry["resource"][name]["text"] = hostile
        if "description" in entry["resource"]:
            entry["resource"]["description"] = hostile
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "hostile.json").write_text(json.dumps(bundle), "utf-8")
    client = create_app(Settings(first_look=str(folder)), lambda: date(2026, 6, 15)).test_client()
    html = client.get("/people/hostile").text
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert plotted(html)


def test_pages_run_nothing_but_files_of_this_service(client: FlaskClient) -> None:
    policy = client.get(f"/people/{FIRST}").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def hooks_of(client: FlaskClient, name: str) -> dict[str, str]:
    """What stands at each hook."""
    html = client.get(f"/people/{name}").text
    parts = re.split(r'data-hook="([\w-]+)"', html)[1:]
    return {hook: unescape(part) for hook, part in zip(parts[::2], parts[1::2], strict=True)}


def test_each_hook_shows_the_card_that_the_service_would_send(client: FlaskClient) -> None:
    shown = hooks_of(client, FIRST)
    assert list(shown) == ["order-sign", "order-select", "patient-view"]
    assert 'class="card warning"' in shown["order-sign"]
    assert "the same phases as on 2026-03-27" in shown["order-select"]
    assert "of another modality" not in shown["order-select"]
    assert 'class="card info"' in shown["patient-view"]


@pytest.mark.parametrize(
    ("name", "hook", "why"),
    [
        ("gist-peritoneal-progression", "order-sign", "agrees with whoever changes the treatment"),
        ("hcc-sorafenib-silence", "order-select", "the question does not arise"),
        ("gist-expired", "patient-view", "up to 30 d old, and the newest is 66 d old"),
    ],
)
def test_where_there_is_no_card_the_page_says_why(
    client: FlaskClient, name: str, hook: str, why: str
) -> None:
    assert why in hooks_of(client, name)[hook]


def test_a_date_that_is_missing_can_be_tried(client: FlaskClient) -> None:
    start = fields(client, "gist-undated-exposure")["imatinib from"]
    response = client.post("/people/gist-undated-exposure?fragment", data={start: "2026-04-06"})
    assert grade(response.text) == "TREATMENT_EFFECT_SUPPORTED"


def test_every_value_has_a_name_of_its_own(client: FlaskClient) -> None:
    html = client.get("/people/crc-chun-optimal").text
    labels = re.findall(r'<(?:input|select)[^>]* aria-label="([^"]*)"', html)
    assert len(labels) == len(set(labels)) > 3


def test_values_changed_by_hand_are_never_taken_for_the_record(client: FlaskClient) -> None:
    assert "This is not the record." not in client.get(f"/people/{FIRST}").text
    assert "This is not the record." in changed(client, FIRST, elsewhere="new")
