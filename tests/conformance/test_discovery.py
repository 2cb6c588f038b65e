"""Discovery: what the service says of itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from live import Service

from tests.conformance.strict_json import strictly, walk

HOOKS = {"order-sign", "order-select", "patient-view"}
HOOK_VERSION = "1.0"
# Plain fields of the contexts that may be tokens; what is a list or a Bundle may not.
PLAIN_FIELDS = {"userId", "patientId", "encounterId"}
TOKEN = re.compile(r"\{\{([^{}]*)\}\}")
# name[:in]=value, the values without the prefixes that the subset leaves out
PARAMETER = re.compile(r"(?P<name>_?[a-z-]+)(?P<modifier>:in)?=(?!ne|sa|eb|ap)[^&]*")
NOT_IN_SUBSET = ("_include", "_revinclude", "_has", ":not", ":missing", ":text", ":above", ":below")


@pytest.fixture(scope="module")
def services(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = strictly(service.get("/cds-services"))["services"]
    return found


@pytest.fixture(scope="module")
def templates(services: list[dict[str, Any]]) -> set[str]:
    return {query for entry in services for query in entry["prefetch"].values()}


@pytest.mark.requirement("DISC-1", "DISC-2", "DISC-10", "JSON-1")
def test_discovery_answers_with_a_list_of_services(service: Service) -> None:
    response = service.get("/cds-services")
    assert response.status_code == 200
    assert isinstance(strictly(response)["services"], list)


@pytest.mark.requirement("DISC-1")
def test_discovery_takes_get_and_head_only(service: Service) -> None:
    assert service.post("/cds-services", json={}).status_code == 405
    import requests  # noqa: PLC0415

    assert requests.head(f"{service.base}/cds-services", timeout=10).status_code == 200


@pytest.mark.requirement("DISC-3", "DISC-4", "DISC-5", "DISC-8", "JSON-7")
def test_each_service_names_hook_title_description_and_what_it_needs(
    services: list[dict[str, Any]],
) -> None:
    assert {entry["hook"] for entry in services} == HOOKS
    for entry in services:
        for name in ("title", "description", "usageRequirements"):
            assert entry[name].strip()


@pytest.mark.requirement("DISC-6", "REQ-1")
def test_each_id_is_the_last_part_of_its_address(
    service: Service, services: list[dict[str, Any]]
) -> None:
    for entry in services:
        assert re.fullmatch(r"[A-Za-z0-9._~-]+", entry["id"])
        assert service.post(f"/cds-services/{entry['id']}", json={}).status_code == 400


@pytest.mark.requirement("DISC-12")
def test_every_id_is_of_one_hook(services: list[dict[str, Any]]) -> None:
    ids = [entry["id"] for entry in services]
    assert len(ids) == len(set(ids))


@pytest.mark.requirement("DISC-7")
def test_prefetch_is_an_object_of_keys_and_queries(services: list[dict[str, Any]]) -> None:
    for entry in services:
        assert entry["prefetch"]
        for key, query in entry["prefetch"].items():
            assert re.fullmatch(r"[A-Za-z0-9_-]+", key)
            assert isinstance(query, str)


@pytest.mark.requirement("DISC-13", "DISC-14", "DISC-15", "SUG-6")
def test_versions_are_those_of_the_standard(services: list[dict[str, Any]]) -> None:
    for entry in services:
        assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
        assert entry.get("hookVersion", HOOK_VERSION) == HOOK_VERSION
    assert not any(place.endswith("actionSelectionBehavior") for place, _ in walk(services))


@pytest.mark.requirement("PF-3", "PF-4", "PF-5")
def test_tokens_are_plain_fields_of_the_context(templates: set[str]) -> None:
    for query in templates:
        tokens = TOKEN.findall(query)
        assert query.count("{") == query.count("}") == 4 * len(tokens) / 2
        for token in tokens:
            place, _, name = token.partition(".")
            assert (place, name in PLAIN_FIELDS) == ("context", True)


@pytest.mark.requirement("PF-6")
def test_queries_keep_to_the_restricted_subset(templates: set[str]) -> None:
    for query in templates:
        assert not any(word in query for word in NOT_IN_SUBSET)
        kind, _, parameters = query.partition("?")
        if parameters:
            assert re.fullmatch(r"[A-Z]\w+", kind)
            assert all(PARAMETER.fullmatch(parameter) for parameter in parameters.split("&"))
        else:
            assert re.fullmatch(r"[A-Z]\w+/\{\{context\.\w+\}\}", query)


@pytest.mark.requirement("PF-7")
def test_no_parameter_is_repeated(templates: set[str]) -> None:
    for query in templates:
        names = [parameter.partition("=")[0] for parameter in query.partition("?")[2].split("&")]
        assert len(names) == len(set(names))


@pytest.mark.requirement("JSON-2", "JSON-3", "JSON-4", "JSON-6")
def test_nothing_in_discovery_is_null_or_empty(service: Service) -> None:
    for place, value in walk(strictly(service.get("/cds-services"))):
        assert value is not None, place
        assert value not in ("", [], {}), place
