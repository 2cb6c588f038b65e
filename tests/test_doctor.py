"""The prefetch doctor tells an integrator key by key what became of a call, and asks nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from live import told_today
from stories import FIXTURES

from service.app import create_app
from service.cli import main
from service.settings import Settings

Json = Any
CALL = "order-sign-sunitinib"
STRANGE = {
    "resourceType": "Observation",
    "id": "haemoglobin",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Haemoglobin"}]},
    "subject": {"reference": "Patient/opal-invented"},
    "valueQuantity": {"value": 9.1, "unit": "g/dL"},
}


def told(call: Json, tmp_path: Path) -> Json:
    """What the doctor says of a call, as JSON."""
    file = tmp_path / "call.json"
    file.write_bytes(orjson.dumps(call))
    result = CliRunner().invoke(main, ["doctor", str(file), "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def key(report: Json, name: str) -> Json:
    return next(found for found in report["keys"] if found["name"] == name)


def changed(**prefetch: Json) -> Json:
    call = told_today(CALL)
    call["prefetch"] |= prefetch
    return call


def added(resource: Json) -> Json:
    call = told_today(CALL)
    call["prefetch"]["observations"]["entry"].append({"resource": resource})
    return call


def test_each_key_has_its_state_and_what_came_of_each_resource(tmp_path: Path) -> None:
    report = told(told_today(CALL), tmp_path)
    assert key(report, "observations")["state"] == "present"
    assert key(report, "markers")["state"] == "empty"
    sizes = [w for r in key(report, "observations")["resources"] for w in r["became"]]
    assert any("long axis 3.5 cm, portal venous: segment VI" in words for words in sizes)
    statement = key(report, "statements")["resources"][0]
    assert statement["became"][0].startswith("imatinib (statement), ")


def test_what_would_be_answered_is_told_with_the_grade(tmp_path: Path) -> None:
    report = told(told_today(CALL), tmp_path)
    assert report["grade"] == "TREATMENT_EFFECT_SUPPORTED"
    assert "a card: TreatmentEffectSupported (warning)" in report["answer"]
    assert report["orders"] == ["MedicationRequest/draft-sunitinib: starts sunitinib"]


def test_what_is_beside_the_point_is_told_with_its_code_and_how_often(tmp_path: Path) -> None:
    found = key(told(added(STRANGE), tmp_path), "observations")
    assert {
        "system": "http://loinc.org",
        "code": "718-7",
        "words": "Haemoglobin",
        "times": 1,
    } in found["not_understood"]
    reasons = {r["reference"]: r["reason"] for r in found["resources"]}
    assert reasons["Observation/haemoglobin"] == "does not bear on the question"


def test_a_unit_that_is_not_understood_is_named_with_its_resource(tmp_path: Path) -> None:
    call = told_today(CALL)
    sizes = [
        e["resource"]
        for e in call["prefetch"]["observations"]["entry"]
        if e["resource"]["id"] == "lesion-a-size-index"
    ]
    text = json.dumps(call).replace(json.dumps(sizes[0]), json.dumps(_in_furlongs(sizes[0])))
    report = told(json.loads(text), tmp_path)
    reasons = {r["reference"]: r["reason"] for r in key(report, "observations")["resources"]}
    assert reasons["Observation/lesion-a-size-index"] == (
        "long axis: its unit is not one of mm, cm, m, [in_i]; sent: furlong"
    )
    assert report["unread"][0][0] == "Observation/lesion-a-size-index"


def _in_furlongs(size: Json) -> Json:
    return json.loads(json.dumps(size).replace('"cm"', '"furlong"'))


def test_a_status_that_is_not_used_is_told(tmp_path: Path) -> None:
    report = told(added(STRANGE | {"status": "entered-in-error"}), tmp_path)
    reasons = [r["reason"] for r in key(report, "observations")["resources"]]
    assert "Observation not used: status is entered-in-error" in reasons


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        (None, "empty"),
        ({"resourceType": "OperationOutcome"}, "error"),
        ({"resourceType": "Patient", "id": "opal-invented"}, "invalid"),
    ],
)
def test_a_needed_key_that_is_not_there_is_answered_as_the_service_would(
    tmp_path: Path, sent: Json, state: str
) -> None:
    report = told(changed(imaging=sent), tmp_path)
    assert key(report, "imaging")["state"] == state
    assert report["answer"].startswith("200" if state == "empty" else "412: Needed data")


def test_what_can_be_read_of_a_refused_call_is_not_said_to_be_of_no_interest(
    tmp_path: Path,
) -> None:
    report = told(changed(imaging={"resourceType": "OperationOutcome"}), tmp_path)
    reasons = {r["reference"]: r["reason"] for r in key(report, "observations")["resources"]}
    assert reasons["Observation/lesion-a-size-index"].startswith("can be read; the call is not")


def test_a_key_that_was_not_sent_has_its_query_and_the_scope_it_needs(tmp_path: Path) -> None:
    call = told_today(CALL)
    del call["prefetch"]["procedures"]
    found = key(told(call, tmp_path), "procedures")
    assert found["state"] == "absent"
    assert found["queries"] == ["Procedure?patient=opal-invented&_count=500"]
    assert found["scopes"] == ["patient/Procedure.rs", "patient/Procedure.read"]


def test_a_site_s_own_name_for_a_key_is_recognised_by_what_it_holds(tmp_path: Path) -> None:
    call = told_today(CALL)
    call["prefetch"]["scans"] = call["prefetch"].pop("imaging")
    report = told(call, tmp_path)
    assert not key(report, "scans")["ours"]
    assert key(report, "imaging")["state"] == "present"


def test_orders_beside_the_question_are_no_card_and_the_record_is_told_of_all_the_same(
    tmp_path: Path,
) -> None:
    call = told_today(CALL)
    call["context"]["draftOrders"]["entry"] = []
    report = told(call, tmp_path)
    assert "do not bear on the question" in report["answer"]
    assert any(r["became"] for r in key(report, "imaging")["resources"])


def test_a_stranger_reads_it_on_the_console() -> None:
    path = str(FIXTURES / "calls" / CALL / "request.json")
    result = CliRunner(env={"COLUMNS": "160"}).invoke(main, ["doctor", path])
    assert result.exit_code == 0
    for said in (
        "Answer",
        "observations *",
        "GET ImagingStudy?patient=opal-invented",
        "segment VI",
    ):
        assert said in result.output


@pytest.mark.parametrize("text", ["{", "[]", '{"hook": "encounter-start"}'])
def test_what_is_no_call_of_ours_is_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "no-call.json"
    file.write_text(text)
    result = CliRunner().invoke(main, ["doctor", str(file)])
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert "Traceback" not in result.output


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings(first_look=str(FIXTURES / "people"))).test_client()


def test_the_page_tells_the_same_and_what_a_record_says_stays_text(client: FlaskClient) -> None:
    hostile = STRANGE | {"id": "x", "code": {"text": "<script>alert(1)</script>"}}
    page = client.post("/doctor", data={"call": json.dumps(added(hostile))})
    assert page.status_code == 200
    assert "TreatmentEffectSupported" in page.text
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_the_page_says_what_cannot_be_read(client: FlaskClient, text: str) -> None:
    page = client.post("/doctor", data={"call": text})
    assert page.status_code == 400
    assert 'id="problem"' in page.text


def test_the_page_is_for_development_alone() -> None:
    assert create_app(Settings()).test_client().get("/doctor").status_code == 404
