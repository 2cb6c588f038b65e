"""The application over HTTP: every address, every refusal."""

import logging
from datetime import date

import orjson
import pytest
from calls import Json, order_sign, patient_view
from fhir.resources.R4B import get_fhir_model_class
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import create_app
from service.cds.strict import unfilled
from service.settings import Settings

SIGN = "/cds-services/liver-response-order-sign"
LIMIT = 64 * 1024


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = Settings(public_url="https://cds.example", max_body_bytes=LIMIT)
    return create_app(settings, lambda: date(2026, 5, 20))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def outcome(response: TestResponse, status: int, code: str) -> Json:
    """The one issue of an OperationOutcome, checked for what every failure promises."""
    assert response.status_code == status
    assert response.mimetype == "application/fhir+json"
    body: Json = orjson.loads(response.data)
    get_fhir_model_class("OperationOutcome").model_validate(body)
    assert list(unfilled(body)) == []
    issue: Json = body["issue"][0]
    assert (issue["severity"], issue["code"]) == ("error", code)
    assert "Traceback" not in str(body)
    return issue


def test_discovery_lists_the_services(client: FlaskClient) -> None:
    response = client.get("/cds-services")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert [s["hook"] for s in orjson.loads(response.data)["services"]] == [
        "order-sign",
        "order-select",
        "patient-view",
    ]


def test_discovery_answers_head_and_options(client: FlaskClient) -> None:
    assert client.head("/cds-services").status_code == 200
    options = client.options(SIGN)
    assert options.status_code == 200
    assert "POST" in options.headers["Allow"]


def test_health_names_the_rule_book(client: FlaskClient) -> None:
    body = orjson.loads(client.get("/health").data)
    assert body["status"] == "ok"
    assert set(body["rulebook"]) == {"version", "hash"}


def test_the_icon_is_a_png_of_a_hundred_by_a_hundred_without_transparency(
    client: FlaskClient,
) -> None:
    with client.get("/static/icon.png") as response:
        header = response.data[:29]
        assert response.mimetype == "image/png"
    assert header.startswith(b"\x89PNG\r\n\x1a\n")
    assert header[16:24] == (100).to_bytes(4, "big") * 2
    assert header[25] == 2, "colour type: truecolour without alpha"


def test_orders_that_do_not_bear_on_the_question_get_no_cards(client: FlaskClient) -> None:
    response = client.post(SIGN, json=order_sign())
    assert (response.status_code, response.data) == (200, b'{"cards":[]}')


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "application/fhir+json"],
)
def test_json_is_taken_by_each_of_its_names(client: FlaskClient, content_type: str) -> None:
    body = orjson.dumps(order_sign())
    assert client.post(SIGN, data=body, content_type=content_type).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", None])
def test_another_kind_of_body_is_refused(client: FlaskClient, content_type: str | None) -> None:
    response = client.post(SIGN, data=b"{}", content_type=content_type)
    outcome(response, 415, "not-supported")


def test_a_compressed_body_is_refused(client: FlaskClient) -> None:
    response = client.post(SIGN, json={}, headers={"Content-Encoding": "gzip"})
    outcome(response, 415, "not-supported")


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"a": 1,}', b"{'a': 1}", b'{"a": NaN}', b"\xff\xfe{}", b"[" * 5000],
    ids=["empty", "broken", "comma", "quotes", "NaN", "no UTF-8", "deep"],
)
def test_a_body_that_is_no_json_is_refused(client: FlaskClient, data: bytes) -> None:
    response = client.post(SIGN, data=data, content_type="application/json")
    outcome(response, 400, "structure")


@pytest.mark.parametrize("body", [[], "text", 3, None, True])
def test_json_that_is_no_object_is_refused(client: FlaskClient, body: object) -> None:
    response = client.post(SIGN, data=orjson.dumps(body), content_type="application/json")
    outcome(response, 400, "structure")


def test_a_call_of_another_hook_is_refused_where_it_is_wrong(client: FlaskClient) -> None:
    issue = outcome(client.post(SIGN, json=patient_view()), 400, "value")
    assert issue["expression"] == ["hook"]


def test_needed_data_that_was_not_sent_is_named(client: FlaskClient) -> None:
    response = client.post("/cds-services/liver-response-patient-view", json=patient_view())
    issue = outcome(response, 412, "incomplete")
    assert "imaging (absent)" in issue["details"]["text"]


def test_a_long_body_is_refused(client: FlaskClient) -> None:
    response = client.post(SIGN, json={"filler": "x" * LIMIT})
    outcome(response, 413, "too-long")


@pytest.mark.parametrize("path", ["/", "/cds-services/", "/cds-services/other", "/x/y"])
def test_an_unknown_address_is_refused(client: FlaskClient, path: str) -> None:
    outcome(client.post(path, json=order_sign()), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("get", SIGN, "POST"), ("post", "/cds-services", "GET")]
)
def test_another_method_is_refused_with_those_there_are(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    response = client.open(path, method=method)
    outcome(response, 405, "not-supported")
    assert allowed in response.headers["Allow"]


def test_a_failure_of_our_own_shows_nothing_and_logs_no_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken_clock() -> date:
        raise RuntimeError("Smith, John, 72.8 HU")

    app = create_app(Settings(), broken_clock)
    prefetch = dict.fromkeys(("imaging", "observations", "statements"))
    with caplog.at_level(logging.INFO):
        response = app.test_client().post(
            "/cds-services/liver-response-patient-view", json=patient_view(prefetch=prefetch)
        )
    issue = outcome(response, 500, "exception")
    assert "Smith" not in str(issue)
    assert "Smith" not in caplog.text
    assert "RuntimeError in broken_clock" in caplog.text


def test_refusals_are_logged_without_values(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    body = order_sign()
    body["context"]["patientId"] = "Patient/Smith"
    with caplog.at_level(logging.INFO):
        outcome(client.post(SIGN, json=body), 400, "value")
    assert "CallInvalidError at context.patientId" in caplog.text
    assert "Smith" not in caplog.text
