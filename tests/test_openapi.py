"""The description of our interface says what the service does: no more, no less, errors included."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from live import CALLS, Service, serving
from openapi_spec_validator import validate
from stories import FIXTURES

from service.app import create_app
from service.cds.discovery import service_id
from service.cds.speaking import Hook
from service.fhir.errors import MissingDataError
from service.knowledge.publication import KINDS, PARAMETERS
from service.openapi.document import document, undescribed
from service.settings import Settings
from service.web.errors import outcome
from service.web.openapi import routes

Json = Any


@pytest.fixture(scope="module")
def app() -> Flask:
    """With the pages for development, so that every address is there."""
    return create_app(Settings(first_look=str(FIXTURES / "people")))


@pytest.fixture(scope="module")
def described(app: Flask) -> Json:
    return app.test_client().get("/openapi.json").get_json()


def holds(described: Json, name: str) -> Draft202012Validator:
    """What checks that a value has the members of a schema, and none besides."""
    schemas = {
        name: {**schema, "additionalProperties": False} if "properties" in schema else schema
        for name, schema in described["components"]["schemas"].items()
    }
    reference = {"$ref": f"#/components/schemas/{name}"}
    return Draft202012Validator({**reference, "components": {"schemas": schemas}})


def test_it_is_a_valid_openapi_document(described: Json) -> None:
    assert described["openapi"].startswith("3.1")
    validate(described)


def test_every_address_is_described_or_a_page_for_people(app: Flask) -> None:
    assert undescribed(routes(app)) == ()


def test_an_address_that_is_not_served_is_not_described(described: Json) -> None:
    assert document((), None)["paths"] == {}
    assert "x-pages" not in described


def test_it_names_the_public_address() -> None:
    public = "https://cds.example.org/liver"
    client = create_app(Settings(public_url=public)).test_client()
    assert client.get("/openapi.json").get_json()["servers"] == [{"url": public}]


def test_lists_of_the_page_are_those_of_the_code(described: Json) -> None:
    parameters = described["components"]["parameters"]
    assert parameters["Service"]["schema"]["enum"] == [service_id(hook) for hook in Hook]
    assert sorted(parameters["Kind"]["schema"]["enum"]) == sorted(KINDS)
    search = described["paths"]["/fhir/{kind}"]["get"]["parameters"]
    assert sorted(p["name"] for p in search) == sorted(PARAMETERS)


@pytest.mark.parametrize("folder", sorted(CALLS.iterdir()), ids=lambda f: f.name)
def test_every_recorded_answer_is_as_described(described: Json, folder: Path) -> None:
    answer = orjson.loads((folder / "response.json").read_bytes())
    name = "Cards" if answer["status"] == 200 else "OperationOutcome"
    holds(described, name).validate(answer["body"])


def test_discovery_is_as_described(app: Flask, described: Json) -> None:
    answer = app.test_client().get("/cds-services").get_json()
    holds(described, "Discovery").validate(answer)


def test_an_error_is_as_described(described: Json) -> None:
    error = MissingDataError({"imaging": "absent"})
    body = outcome(error.code, str(error), error.where)
    holds(described, "OperationOutcome").validate(body)


def test_the_examples_of_calls_are_as_described(described: Json) -> None:
    for path, check in (("", "Call"), ("/feedback", "Feedback")):
        operation = described["paths"].get(f"/cds-services/{{service}}{path}", {}).get("post")
        for example in examples(operation):
            holds_loosely(described, check).validate(example)


def examples(operation: Mapping[str, Json] | None) -> Iterator[Json]:
    if operation:
        body = operation["requestBody"]["content"]["application/json"]
        yield from (example["value"] for example in body["examples"].values())


def holds_loosely(described: Json, name: str) -> Draft202012Validator:
    """What checks the same, and lets members be that are not named."""
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("described") / "log") as running:
        yield running


def test_whatever_is_sent_the_service_answers_as_described_and_never_fails(
    service: Service, tmp_path: Path
) -> None:
    """Schemathesis makes requests from the document, right and wrong ones, the same on every run.

    One of its checks is left out: that what fits the schema is accepted. A schema cannot say that a
    call must go to the service of its own hook, nor that its record must hold what is needed.
    """
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", f"{service.base}/openapi.json", "--url", service.base, "--no-color"),
        *("--phases", "examples,coverage,fuzzing", "--generation-deterministic"),
        *("--max-examples", "60", "--exclude-checks", "positive_data_acceptance"),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout
