"""Discovery, to the letter of CDS Hooks 2.0.1."""

import re
from urllib.parse import parse_qsl

import pytest

from rules.vocabulary import load_vocabulary
from service.cds.discovery import hook_of, service_id, services
from service.cds.errors import ServiceUnknownError
from service.cds.response import Service, wire
from service.cds.speaking import Hook
from service.cds.strict import unfilled
from service.fhir.prefetch_keys import templates

TOKEN = re.compile(r"\{\{context\.(patientId|userId|encounterId)\}\}")


@pytest.fixture(scope="module")
def listed() -> tuple[Service, ...]:
    return services(templates(load_vocabulary()))


def queries(listed: tuple[Service, ...]) -> list[str]:
    return [query for service in listed for query in service.prefetch.values()]


def test_there_is_one_service_for_each_hook(listed: tuple[Service, ...]) -> None:
    assert [(service.id, service.hook) for service in listed] == [
        ("liver-response-order-sign", "order-sign"),
        ("liver-response-order-select", "order-select"),
        ("liver-response-patient-view", "patient-view"),
    ]


def test_every_member_has_a_value_and_the_standard_is_named(listed: tuple[Service, ...]) -> None:
    assert list(unfilled(wire(listed))) == []
    assert {service.version for service in listed} == {"2.0.1"}


def test_the_members_are_those_of_the_standard(listed: tuple[Service, ...]) -> None:
    described = wire(listed[0])
    assert isinstance(described, dict)
    names = "description hook id prefetch title usageRequirements version"
    assert set(described) == set(names.split())


def test_ids_and_keys_are_safe_in_an_address(listed: tuple[Service, ...]) -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]+", service.id) for service in listed)
    keys = {key for service in listed for key in service.prefetch}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", key) for key in keys)


def test_templates_use_tokens_of_the_context_alone(listed: tuple[Service, ...]) -> None:
    for query in queries(listed):
        assert TOKEN.search(query)
        assert "{" not in TOKEN.sub("", query)
        assert "}" not in TOKEN.sub("", query)


def test_templates_keep_to_the_subset_that_clients_can_send(listed: tuple[Service, ...]) -> None:
    for query in queries(listed):
        kind, _, parameters = query.partition("?")
        assert re.fullmatch(r"[A-Z]\w+(/\{\{context\.\w+\}\})?", kind)
        names = [name for name, _ in parse_qsl(parameters, keep_blank_values=True)]
        assert len(names) == len(set(names)), "a parameter is repeated"
        assert not [n for n in names if ":" in n or n in ("_include", "_revinclude", "_has")]


def test_needs_of_the_order_hooks_are_told(listed: tuple[Service, ...]) -> None:
    told = {s.hook: "draftOrders" in s.usage_requirements for s in listed}
    assert told == {"order-sign": True, "order-select": True, "patient-view": False}


@pytest.mark.parametrize("hook", Hook, ids=lambda hook: hook.value)
def test_a_service_is_found_by_its_id(hook: Hook) -> None:
    assert hook_of(service_id(hook)) is hook


@pytest.mark.parametrize("name", ["", "order-sign", "liver-response", "liver-response-x"])
def test_another_id_is_no_service(name: str) -> None:
    with pytest.raises(ServiceUnknownError):
        hook_of(name)
