"""What is asked of the EHR's FHIR server, with which token, and whom nobody asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from live import told_today
from signing import Signer

from tests.conformance.deployment import MAIN_KEY, SIGN, STRICT_KEY, Deployment
from tests.conformance.ehr import CALL, TOKEN, calling, first_page, paths

EVERYTHING = told_today(CALL)["prefetch"]
NAMES = tuple(EVERYTHING)


@pytest.fixture(autouse=True)
def _afresh(deployment: Deployment) -> Iterator[None]:
    deployment.fhir.asked.clear()
    deployment.canary.asked.clear()
    yield
    assert deployment.canary.asked == []


def answered(
    deployment: Deployment, document: Any, client: str = "main", key: Signer = MAIN_KEY
) -> requests.Response:
    return deployment.call(document, key.sign(key.header(), deployment.claims(client=client)))


def base(deployment: Deployment) -> str:
    return f"{deployment.fhir.base}/fhir"


def keys_asked(deployment: Deployment) -> set[str]:
    """The prefetch keys that were asked for; what records refer to is asked for besides."""
    where = paths()
    asked = {asked.path.removeprefix("/fhir/") for asked in deployment.fhir.asked}
    return {key for path, key in where.items() if path in asked}


def plain(cards: Any) -> Any:
    """Without uuids."""
    if isinstance(cards, dict):
        return {name: plain(member) for name, member in cards.items() if name != "uuid"}
    return [plain(card) for card in cards] if isinstance(cards, list) else cards


@pytest.mark.requirement("PF-1", "PF-2", "PF-14", "FA-2", "FA-3")
@pytest.mark.parametrize("sent", [NAMES, NAMES[::2], ()], ids=["all", "half", "nothing"])
def test_however_the_data_comes_the_cards_are_equal(
    deployment: Deployment, sent: tuple[str, ...]
) -> None:
    everything = answered(deployment, calling(None, EVERYTHING)).json()["cards"]
    chosen = {name: EVERYTHING[name] for name in sent}
    answer = answered(deployment, calling(base(deployment), chosen))
    assert everything
    assert plain(answer.json()["cards"]) == plain(everything)
    assert keys_asked(deployment) == set(NAMES) - set(sent)
    tokens = {asked.headers["authorization"] for asked in deployment.fhir.asked}
    assert tokens <= {f"Bearer {TOKEN}"}


@pytest.mark.requirement("PF-13", "FA-3")
def test_a_page_that_was_cut_off_is_gone_on_with_by_the_token(deployment: Deployment) -> None:
    cut = {**EVERYTHING, "observations": first_page(base(deployment))}
    answer = answered(deployment, calling(base(deployment), cut))
    whole = answered(deployment, calling(None, EVERYTHING))
    assert plain(answer.json()) == plain(whole.json())
    (asked,) = (one for one in deployment.fhir.asked if "page=2" in one.path)
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert keys_asked(deployment) == set()


@pytest.mark.requirement("PF-13", "FA-5")
def test_a_next_page_elsewhere_is_never_asked_for(deployment: Deployment) -> None:
    away = {**EVERYTHING, "observations": first_page(f"{deployment.canary.base}/fhir")}
    assert answered(deployment, calling(base(deployment), away)).status_code in (200, 412)


UNUSABLE: dict[str, dict[str, Any]] = {
    "no token": {"access_token": None},
    "a token that is no text": {"access_token": 7},
    "a token that breaks the header": {"access_token": "x\r\nX-Evil: 1"},
    "no type": {"token_type": None},
    "another type": {"token_type": "mac"},
    "no life": {"expires_in": None},
    "a life in words": {"expires_in": "300"},
    "expired": {"expires_in": 0},
    "a life below zero": {"expires_in": -1},
}


@pytest.mark.requirement("FA-1", "FA-2", "FA-6")
@pytest.mark.parametrize("name", UNUSABLE)
def test_a_token_that_cannot_be_used_is_not_used(deployment: Deployment, name: str) -> None:
    answer = answered(deployment, calling(base(deployment), {}, **UNUSABLE[name]))
    assert answer.status_code == 412
    assert "no usable access token was sent" in answer.text
    assert deployment.fhir.asked == []


@pytest.mark.requirement("FA-1")
@pytest.mark.parametrize("members", [{"token_type": "bearer"}, {"scope": None, "subject": None}])
def test_a_token_that_can_be_used_is_used(deployment: Deployment, members: Any) -> None:
    answer = answered(deployment, calling(base(deployment), {}, **members))
    assert answer.status_code == 200
    assert keys_asked(deployment) == set(NAMES)


@pytest.mark.requirement("FA-6")
def test_a_refused_token_is_not_tried_again(deployment: Deployment) -> None:
    answer = answered(deployment, calling(base(deployment), {}, access_token="of-another"))  # noqa: S106
    assert answer.status_code == 412
    assert "refused the access token" in answer.text
    asked = [one.path for one in deployment.fhir.asked]
    assert len(asked) == len(set(asked))


@pytest.mark.requirement("FA-4")
def test_a_token_is_of_its_call_alone_and_is_never_logged(deployment: Deployment) -> None:
    assert answered(deployment, calling(base(deployment), {})).status_code == 200
    deployment.fhir.asked.clear()
    without = calling(base(deployment), {}, access_token=None)
    assert answered(deployment, without).status_code == 412
    assert deployment.fhir.asked == []
    for file in deployment.log.parent.iterdir():
        assert TOKEN.encode() not in file.read_bytes()


ELSEWHERE = [
    "{canary}/fhir",
    "http://127.0.0.1:1/fhir",
    "{fhir}/other",
    "{fhir}/fhir/../other",
    "{fhir}/fhirx",
    "http://169.254.169.254/latest/meta-data",
    "http://metadata.google.internal/",
    "http://[::1]:{port}/fhir",
    "http://localhost:{port}/fhir",
    "http://user:secret@127.0.0.1:{port}/fhir",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/fhir",
    "//127.0.0.1:{port}/fhir",
]


@pytest.mark.requirement("FA-5", "JWT-7")
@pytest.mark.parametrize("server", ELSEWHERE)
def test_a_server_that_is_not_listed_receives_nothing(deployment: Deployment, server: str) -> None:
    port = deployment.canary.base.rpartition(":")[2]
    named = server.format(canary=deployment.canary.base, fhir=deployment.fhir.base, port=port)
    answer = answered(deployment, calling(named, {}))
    assert answer.status_code == 412
    assert "not one that may be asked" in answer.text
    assert deployment.fhir.asked == []


@pytest.mark.requirement("FA-5")
def test_a_server_of_another_client_is_not_asked(deployment: Deployment) -> None:
    answer = answered(deployment, calling(base(deployment), {}), "strict", STRICT_KEY)
    assert answer.status_code == 412
    assert deployment.fhir.asked == []


@pytest.mark.requirement("FA-5")
def test_a_listed_server_on_an_address_of_this_machine_is_refused_on_connecting(
    deployment: Deployment,
) -> None:
    port = deployment.canary.base.rpartition(":")[2]
    named = calling(f"https://127.0.0.1:{port}/fhir", {})
    answer = answered(deployment, named, "strict", STRICT_KEY)
    assert answer.status_code == 412
    assert "not one that may be asked" in answer.text


@pytest.mark.requirement("REQ-6")
def test_a_server_without_tls_is_not_asked_and_the_prefetch_still_serves(
    deployment: Deployment,
) -> None:
    port = deployment.canary.base.rpartition(":")[2]
    plain_http = f"http://127.0.0.1:{port}/fhir"
    nothing = answered(deployment, calling(plain_http, {}), "strict", STRICT_KEY)
    assert nothing.status_code == 412
    served = answered(deployment, calling(plain_http, EVERYTHING), "strict", STRICT_KEY)
    assert served.json()["cards"]


@pytest.mark.requirement("FA-5")
def test_without_clients_a_server_elsewhere_is_not_asked_either(service: Any) -> None:
    answer = service.post(SIGN, json=calling("http://10.0.0.1/fhir", {}))
    assert answer.status_code == 412
    assert "not one that may be asked" in answer.text
