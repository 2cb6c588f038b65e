"""The request: what is needed of it, what is tolerated, what is refused and how."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from calls import medication_request, order_sign, with_member, without
from live import Service, told_today

from tests.conformance.strict_json import strictly

SIGN = "/cds-services/liver-response-order-sign"
JSON = {"Content-Type": "application/json"}
# A call about nothing that needs data: answered at once.
PLAIN = order_sign(medication_request("paracetamol"))


def refused(service: Service, document: Any, status: int = 400) -> dict[str, Any]:
    """The OperationOutcome of a call that is refused."""
    response = service.post(SIGN, json=document)
    assert response.status_code == status, response.text
    outcome: dict[str, Any] = strictly(response)
    return outcome


@pytest.mark.requirement("REQ-1")
def test_a_known_service_answers_and_others_do_not(service: Service) -> None:
    assert service.post(SIGN, json=PLAIN).status_code == 200
    assert service.post("/cds-services/unknown", json=PLAIN).status_code == 404
    assert service.get(SIGN).status_code == 405


MISSING = {
    "hook": "REQ-2",
    "hookInstance": "REQ-3",
    "context": "REQ-4",
}


@pytest.mark.requirement("REQ-2", "REQ-3", "REQ-4")
@pytest.mark.parametrize("name", MISSING)
@pytest.mark.parametrize("value", [None, "", "  ", [], 7], ids=repr)
def test_what_is_needed_and_not_given_is_named(service: Service, name: str, value: Any) -> None:
    assert name in str(refused(service, without(PLAIN, name)))
    assert name in str(refused(service, with_member(PLAIN, name, value)))


@pytest.mark.requirement("REQ-2")
def test_the_hook_of_another_service_is_refused(service: Service) -> None:
    assert refused(service, with_member(PLAIN, "hook", "patient-view"))


@pytest.mark.requirement("REQ-3")
def test_an_instance_in_capitals_is_taken(service: Service) -> None:
    upper = with_member(PLAIN, "hookInstance", PLAIN["hookInstance"].upper())
    assert service.post(SIGN, json=upper).status_code == 200


@pytest.mark.requirement("REQ-5")
def test_authorization_without_a_server_is_refused(service: Service) -> None:
    token = {
        "access_token": "t",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "",
        "subject": "",
    }
    assert "fhirServer" in str(refused(service, {**PLAIN, "fhirAuthorization": token}))


ABSENT: dict[str, Callable[[Any], Any]] = {
    "no authorization": lambda call: without(call, "fhirAuthorization"),
    "authorization null": lambda call: {**call, "fhirAuthorization": None},
    "no prefetch": lambda call: without(call, "prefetch"),
    "prefetch empty": lambda call: {**call, "prefetch": {}},
    "prefetch null": lambda call: {**call, "prefetch": None},
}


@pytest.mark.requirement("REQ-7", "REQ-8")
@pytest.mark.parametrize("change", ABSENT.values(), ids=ABSENT.keys())
def test_optional_members_may_be_absent(service: Service, change: Callable[[Any], Any]) -> None:
    assert service.post(SIGN, json=change(PLAIN)).status_code == 200


@pytest.mark.requirement("REQ-9", "EXT-1")
def test_unknown_members_and_extensions_change_nothing(service: Service) -> None:
    document = told_today("order-sign-sunitinib")
    odd = copy.deepcopy(document)
    odd["extension"] = {"com.epic.cdshooks.request.bpa-trigger-action": 23, **odd["extension"]}
    odd["unknown"] = {"deep": [1, None, {}]}
    odd["context"]["unknown"] = 7
    assert _plain(service.cards(odd)) == _plain(service.cards(document))


@pytest.mark.requirement("REQ-12")
@pytest.mark.parametrize(
    "name", ["order-sign-sunitinib", "order-select-liver-ct", "patient-view-supported"]
)
def test_the_same_call_has_the_same_answer(service: Service, name: str) -> None:
    first, second = service.cards(told_today(name)), service.cards(told_today(name))
    assert first
    assert _plain(first) == _plain(second)
    assert first[0]["uuid"] != second[0]["uuid"]


def _plain(value: Any) -> Any:
    """Without uuids."""
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items() if name != "uuid"}
    return list(map(_plain, value)) if isinstance(value, list) else value


@pytest.mark.requirement("REQ-10", "JSON-6")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b"[1, 2]", 400),
        (b'{"hook": "order-sign",}', 400),
        (b'{"hook": NaN}', 400),
        (b'{/* comment */ "hook": "order-sign"}', 400),
        (b'{"hook": "\xff\xfe"}', 400),
    ],
)
def test_what_is_not_json_is_refused(service: Service, body: bytes, status: int) -> None:
    response = service.post(SIGN, data=body, headers=JSON)
    assert response.status_code == status
    assert strictly(response)["resourceType"] == "OperationOutcome"


@pytest.mark.requirement("REQ-10")
@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 400),  # read, and then found to be no call
        ("application/json; charset=utf-8", 400),
        ("application/fhir+json", 400),
        ("text/plain", 415),
        ("application/xml", 415),
        ("", 415),
    ],
)
def test_json_media_types_are_read_and_others_refused(
    service: Service, media_type: str, status: int
) -> None:
    response = service.post(SIGN, data=b"{}", headers={"Content-Type": media_type})
    assert response.status_code == status


@pytest.mark.requirement("REQ-10")
def test_a_body_too_long_is_refused(service: Service) -> None:
    response = service.post(SIGN, data=b" " * (16 * 1024 * 1024 + 1), headers=JSON)
    assert response.status_code == 413
    assert strictly(response)["resourceType"] == "OperationOutcome"
