"""The gate by its clock and its stores; what tokens it refuses is in tests/conformance/test_trust.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from calls import medication_request, order_sign
from flask import Flask, Request
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from signing import bearer, claims, ec, encoded
from werkzeug.test import EnvironBuilder

from service.app import create_app
from service.configuration.tables import Client
from service.outbound.destinations import DEVELOPMENT
from service.settings import Settings
from service.trust.errors import NotAdmittedError, Refusal, TooManyCallsError
from service.trust.gate import Caller, Gate, Limits
from service.trust.keys import KeyRing
from service.trust.replay import ReplayStore
from service.web.admission import admission

NOW = 1_790_000_000
HERE = "https://cds.example/cds-services/liver-response-order-sign"
KEY = ec("main")


@pytest.fixture(name="client")
def _client(tmp_path: Path) -> Client:
    file = tmp_path / "keys.json"
    file.write_bytes(orjson.dumps({"keys": [KEY.jwk]}))
    return Client("main", "https://ehr.example", jwks_file=str(file))


def nothing_is_fetched(*_: object) -> Any:
    raise AssertionError("a key set was asked for")


def gate(client: Client, folder: Path, now: float = NOW, **limits: Any) -> Gate:
    store = ReplayStore(folder / "seen.sqlite")
    ring = KeyRing(nothing_is_fetched)
    return Gate((client,), ring, store, {}, Limits(**limits), lambda: now)


def token(**members: Any) -> str:
    return KEY.sign(KEY.header(), claims("https://ehr.example", HERE, **members))


def refused(gate: Gate, **members: Any) -> Refusal:
    with pytest.raises(NotAdmittedError) as error:
        gate.admit([f"Bearer {token(**members)}"], [HERE])
    return error.value.refusal


def admitted(gate: Gate, **members: Any) -> Caller:
    return gate.admit([f"Bearer {token(**members)}"], [HERE])


def test_who_is_admitted_is_named_and_reaches_its_own_servers(
    client: Client, tmp_path: Path
) -> None:
    caller = admitted(gate(client, tmp_path), iat=NOW, exp=NOW + 300, tenant="north")
    assert (caller.name, caller.tenant) == ("main", "north")
    assert caller.servers == client.destinations
    assert Caller().servers == DEVELOPMENT
    assert Caller().name == "anybody"


def test_sites_that_share_an_issuer_are_told_apart_by_their_tenant(
    client: Client, tmp_path: Path
) -> None:
    north, south = (replace(client, name=name, tenants=(name,)) for name in ("north", "south"))
    shared = replace(gate(client, tmp_path), clients=(north, south))
    life = {"iat": NOW, "exp": NOW + 300}
    assert admitted(shared, tenant="north", **life).name == "north"
    assert admitted(shared, tenant="south", **life).name == "south"
    for tenant in ("west", None, ["south"]):
        assert refused(shared, tenant=tenant, **life) is Refusal.TENANT


EDGES = {
    "issued a minute ahead": (NOW + 60, NOW + 360, None, True),
    "issued more than a minute ahead": (NOW + 61, NOW + 361, None, False),
    "good from a minute ahead": (NOW, NOW + 300, NOW + 60, True),
    "good from more than a minute ahead": (NOW, NOW + 300, NOW + 61, False),
    "expired a minute ago": (NOW - 360, NOW - 60, None, True),
    "expired more than a minute ago": (NOW - 361, NOW - 61, None, False),
    "good for an hour": (NOW, NOW + 3600, None, True),
    "good for more than an hour": (NOW, NOW + 3601, None, False),
    "good for no time": (NOW, NOW, None, False),
    "good long before it was issued, as Epic has it": (NOW, NOW + 900, NOW - 300, True),
}


@pytest.mark.parametrize("name", EDGES)
def test_times_are_taken_to_the_second(client: Client, tmp_path: Path, name: str) -> None:
    issued, expires, starts, good = EDGES[name]
    members: Mapping[str, Any] = {"iat": issued, "exp": expires, "nbf": starts}
    if good:
        assert admitted(gate(client, tmp_path), **members)
    else:
        assert refused(gate(client, tmp_path), **members) is Refusal.EXPIRED


def test_the_leeway_and_the_longest_life_are_configured(client: Client, tmp_path: Path) -> None:
    strict = gate(client, tmp_path, leeway=0, longest_life=120)
    assert refused(strict, iat=NOW + 1, exp=NOW + 100) is Refusal.EXPIRED
    assert refused(strict, iat=NOW, exp=NOW + 121) is Refusal.EXPIRED
    assert admitted(strict, iat=NOW, exp=NOW + 120)


def test_what_may_have_been_seen_before_the_start_is_refused(
    client: Client, tmp_path: Path
) -> None:
    fresh = gate(client, tmp_path, not_before=NOW - 10)
    assert refused(fresh, iat=NOW - 11, exp=NOW + 300) is Refusal.BEFORE_START
    assert admitted(fresh, iat=NOW - 10, exp=NOW + 300)


def test_a_store_that_cannot_tell_admits_nobody(client: Client, tmp_path: Path) -> None:
    broken = gate(client, tmp_path)
    (tmp_path / "seen.sqlite").write_bytes(b"no database")
    assert refused(broken, iat=NOW, exp=NOW + 300) is Refusal.NOT_REMEMBERED


def test_too_many_calls_within_a_minute_are_refused_and_their_tokens_stay_good(
    client: Client, tmp_path: Path
) -> None:
    few = gate(client, tmp_path, calls_per_minute=2)
    life = {"iat": NOW, "exp": NOW + 300}
    for _ in range(2):
        assert admitted(few, **life)
    third = f"Bearer {token(**life)}"
    with pytest.raises(TooManyCallsError):
        few.admit([third], [HERE])
    later = gate(client, tmp_path, NOW + 61, calls_per_minute=2)
    assert later.admit([third], [HERE]).name == "main"


def test_a_token_that_is_too_long_is_not_parsed(client: Client, tmp_path: Path) -> None:
    members = {"iat": NOW, "exp": NOW + 300, "padding": "x" * 8000}
    assert refused(gate(client, tmp_path), **members) is Refusal.MALFORMED


def request(path: str, given: str = "", remote: str = "127.0.0.1") -> Request:
    headers = {"Authorization": given} if given else {}
    builder = EnvironBuilder(path, headers=headers, environ_base={"REMOTE_ADDR": remote})
    return Request(builder.get_environ())


FEEDBACK = f"{HERE}/feedback"


@pytest.mark.parametrize("audience", [HERE, FEEDBACK])
def test_feedback_takes_a_token_for_its_own_address_or_its_service(
    client: Client, tmp_path: Path, audience: str
) -> None:
    admit = admission(gate(client, tmp_path), Settings(public_url="https://cds.example"))
    given = f"Bearer {token(iat=NOW, exp=NOW + 300, aud=audience)}"
    path = "/cds-services/liver-response-order-sign/feedback"
    assert admit(request(path, given)).name == "main"


def test_a_service_takes_no_token_for_its_feedback(client: Client, tmp_path: Path) -> None:
    admit = admission(gate(client, tmp_path), Settings(public_url="https://cds.example"))
    given = f"Bearer {token(iat=NOW, exp=NOW + 300, aud=FEEDBACK)}"
    with pytest.raises(NotAdmittedError):
        admit(request("/cds-services/liver-response-order-sign", given))


def test_discovery_is_open_unless_configured(client: Client, tmp_path: Path) -> None:
    settings = Settings(public_url="https://cds.example")
    assert admission(gate(client, tmp_path), settings)(request("/cds-services")).client is None
    closed = Settings(public_url="https://cds.example", token_for_discovery=True)
    with pytest.raises(NotAdmittedError):
        admission(gate(client, tmp_path), closed)(request("/cds-services"))


def test_without_clients_nobody_beyond_this_machine_is_answered() -> None:
    admit = admission(None, Settings())
    assert admit(request("/cds-services/x")).name == "anybody"
    with pytest.raises(NotAdmittedError) as error:
        admit(request("/cds-services/x", remote="10.0.0.7"))
    assert error.value.refusal is Refusal.FROM_AFAR


@pytest.fixture(name="app")
def _app(client: Client, tmp_path: Path) -> Flask:
    return create_app(
        Settings(
            public_url="https://cds.example",
            state_folder=str(tmp_path),
            calls_per_minute=1,
            clients=(client,),
        )
    )


def test_who_calls_too_often_is_told_when_to_try_again(app: Flask) -> None:
    path = "/cds-services/liver-response-order-sign"
    call = order_sign(medication_request("paracetamol"))
    answers = [app.test_client().post(path, json=call, headers=bearer(token())) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "10"
    assert answers[1].get_json()["issue"][0]["code"] == "throttled"


def test_a_restart_does_not_admit_a_token_again(app: Flask, client: Client, tmp_path: Path) -> None:
    path = "/cds-services/liver-response-order-sign"
    call = order_sign(medication_request("paracetamol"))
    used = bearer(token())
    assert app.test_client().post(path, json=call, headers=used).status_code == 200
    for folder in (str(tmp_path), None):
        settings = Settings(
            public_url="https://cds.example", state_folder=folder, clients=(client,)
        )
        again = create_app(settings)
        assert again.test_client().post(path, json=call, headers=used).status_code == 401


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
_HEADER = st.fixed_dictionaries(
    {},
    optional={
        n: _JSON | st.sampled_from(["ES384", "JWT", "main"])
        for n in ("alg", "kid", "typ", "jku", "crit", "b64")
    },
)
_CLAIMS = st.fixed_dictionaries(
    {"iss": st.just("https://ehr.example") | _JSON},
    optional={n: _JSON | st.sampled_from([HERE, [HERE], NOW, NOW + 300]) for n in ("aud", "exp", "iat", "nbf", "jti", "tenant")},
)  # fmt: skip


@trying(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(header=_HEADER, told=_CLAIMS, junk=st.text(max_size=40))
def test_whatever_a_token_holds_it_is_admitted_or_refused_and_nothing_else(
    client: Client, tmp_path: Path, header: Any, told: Any, junk: str
) -> None:
    guard = gate(client, tmp_path)
    for given_token in (f"{encoded(header)}.{encoded(told)}.{encoded(b'x')}", junk):
        with pytest.raises(NotAdmittedError):
            guard.admit([f"Bearer {given_token}"], [HERE])
