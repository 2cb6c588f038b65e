"""The rule book as FHIR: valid, whole, linked, and the same wherever it is had from."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fhir.resources.R4B import get_fhir_model_class
from flask.testing import FlaskClient

from rules.rulebook import Rulebook
from rules.vocabulary import Vocabulary
from service.app import create_app
from service.cds.suggestions import load_options
from service.cds.wording import load_wording
from service.cli import main
from service.knowledge.publication import KINDS, Publication, publication

Json = Any


@pytest.fixture(scope="module", name="published")
def _published(rulebook: Rulebook) -> Publication:
    return publication(rulebook, load_options(), load_wording(), None)


@pytest.fixture(scope="module", name="client")
def _client() -> FlaskClient:
    return create_app().test_client()


def of(published: Publication, kind: str) -> list[Json]:
    return list(published.by_kind[kind].values())


def members(value: Json, name: str) -> Iterator[Json]:
    """Every member of that name, however deep."""
    if isinstance(value, dict):
        yield from ([value[name]] if name in value else [])
        for part in value.values():
            yield from members(part, name)
    if isinstance(value, list):
        for part in value:
            yield from members(part, name)


@pytest.mark.parametrize("kind", KINDS)
def test_every_resource_is_valid_fhir_r4(published: Publication, kind: str) -> None:
    model = get_fhir_model_class(kind)
    assert of(published, kind)
    for resource in of(published, kind):
        model.model_validate(resource)
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", resource["id"])
        assert re.fullmatch(r"[A-Z][A-Za-z0-9_]*", resource["name"])


def test_no_two_resources_have_one_address(published: Publication, rulebook: Rulebook) -> None:
    urls = [resource["url"] for resource in published]
    assert len(set(urls)) == len(urls)
    vocabulary = rulebook.knowledge.vocabulary
    coded = [t for topic in vocabulary.topics for t in vocabulary.terms(topic) if t.codes]
    topics = [topic for topic in vocabulary.topics if any(t.codes for t in vocabulary.terms(topic))]
    assert len(of(published, "ValueSet")) == len(coded) + len(topics)


def codes_of(vocabulary: Vocabulary) -> set[tuple[str, str]]:
    return {
        (code.system, code.code)
        for topic in vocabulary.topics
        for term in vocabulary.terms(topic)
        for code in term.codes
        if not code.prefix
    }


def test_the_value_sets_have_the_codes_of_the_vocabulary_and_no_others(
    published: Publication, rulebook: Rulebook
) -> None:
    found = {
        (include["system"], concept["code"])
        for value_set in of(published, "ValueSet")
        for include in value_set["compose"]["include"]
        for concept in include.get("concept", [])
    }
    assert found == codes_of(rulebook.knowledge.vocabulary)


def test_our_own_codes_are_all_in_our_code_system(
    published: Publication, rulebook: Rulebook
) -> None:
    lrc = published.read("CodeSystem", "lrc")
    own = {c for s, c in codes_of(rulebook.knowledge.vocabulary) if s == lrc["url"]}
    assert {concept["code"] for concept in lrc["concept"]} == own
    assert all(concept["display"] for concept in lrc["concept"])


def test_everything_that_is_referred_to_is_published(published: Publication) -> None:
    urls = {resource["url"] for resource in published}
    referred = [
        *members([r.get("compose") for r in published], "valueSet"),
        *(r["library"] for r in of(published, "PlanDefinition") if "library" in r),
        *([c] for c in members(of(published, "PlanDefinition"), "definitionCanonical")),
    ]
    assert referred
    assert {url for group in referred for url in group} <= urls


def test_a_family_of_codes_is_a_pattern_that_its_members_meet(published: Publication) -> None:
    filters = list(members(of(published, "ValueSet"), "filter"))
    assert filters
    breast = published.read("ValueSet", "conditions-breast")
    patterns = [f["value"] for group in members(breast, "filter") for f in group]
    assert any(re.fullmatch(pattern, "C50.9") for pattern in patterns)
    assert not any(re.fullmatch(pattern, "C5") for pattern in patterns)


def test_every_page_is_a_library_with_its_text_and_a_plan_with_its_items(
    published: Publication, rulebook: Rulebook
) -> None:
    for page in rulebook.pages.values():
        identity = page.id.replace("_", "-")
        library = published.read("Library", identity)
        text = b64decode(library["content"][0]["data"]).decode()
        assert f"## {page.title}" in text
        assert library["version"] == page.version
        assert len(library["relatedArtifact"]) == len(page.sources)
        plan = published.read("PlanDefinition", identity)
        assert {action["prefix"] for action in plan["action"][0].get("action", [])} == set(
            page.items
        )


def test_nothing_published_claims_to_be_signed_off_or_asks_for_anything_not_proposed(
    published: Publication,
) -> None:
    assert all(r["status"] == "draft" and r["experimental"] for r in published)
    assert all("Not validated for care" in r["copyright"] for r in published)
    assert all(r["intent"] == "proposal" for r in of(published, "ActivityDefinition"))
    assert not list(members(of(published, "ActivityDefinition"), "doNotPerform"))


def test_what_is_served_is_what_is_written(client: FlaskClient, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["knowledge", str(tmp_path)])
    assert result.exit_code == 0
    files = sorted(tmp_path.rglob("*.json"))
    assert result.output == f"{len(files)} resources in {tmp_path}\n"
    for kind in KINDS:
        served = client.get(f"/fhir/{kind}").json["entry"]
        written = {p.stem: json.loads(p.read_text("utf-8")) for p in files if p.parent.name == kind}
        assert {entry["resource"]["id"]: entry["resource"] for entry in served} == written


def test_canonical_addresses_begin_with_the_public_address(rulebook: Rulebook) -> None:
    found = publication(rulebook, load_options(), load_wording(), "https://cds.example")
    urls = {r["url"] for r in found if r["resourceType"] != "CodeSystem"}
    assert all(url.startswith("https://cds.example/fhir/") for url in urls)


def test_a_search_finds_by_its_parameters(client: FlaskClient) -> None:
    url = client.get("/fhir/ValueSet/agents-imatinib").json["url"]
    for query in ({"url": url}, {"_id": "agents-imatinib"}, {"name": "AgentsImatinib"}):
        found = client.get("/fhir/ValueSet", query_string=query).json
        assert (found["total"], found["entry"][0]["resource"]["id"]) == (1, "agents-imatinib")
    nothing = client.get("/fhir/ValueSet", query_string={"version": "0"}).json
    assert (nothing["total"], "entry" in nothing) == (0, False)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/fhir/Patient", 404),
        ("/fhir/ValueSet/nothing", 404),
        ("/fhir/ValueSet?title=x", 400),
        ("/fhir/a/b/c", 404),
    ],
)
def test_what_is_not_published_is_an_operation_outcome(
    client: FlaskClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json["resourceType"]) == (status, "OperationOutcome")
    assert client.post("/fhir/ValueSet", json={}).status_code == 405


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/fhir/Library/exposure")
    assert first.mimetype == "application/fhir+json"
    again = client.get("/fhir/Library/exposure", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_endpoint_says_what_it_can_do(client: FlaskClient) -> None:
    statement = client.get("/fhir/metadata").json
    get_fhir_model_class("CapabilityStatement").model_validate(statement)
    assert {r["type"] for r in statement["rest"][0]["resource"]} == set(KINDS)
