"""A hospital for launches: FHIR servers, a sign-in server and this service, all of them real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from fhir_server import fhir_server, installed_in
from jwt.algorithms import ECAlgorithm
from live import Service, free_port, serving
from sign_in_server import FHIR_SECRET, Ehr, ehr, installed_node, sign_in_server
from test_real_fhir_server import patient_of, resources

from service.smart.scopes import KINDS

Json = Any
FIRST, SECOND = "gist-imatinib-supported", "crc-bevacizumab-cea-marked-fall"
KINDS_OF_CLIENT = ("public", "secret", "signed")
_SECRET = "a+secret/with=signs%"  # noqa: S105 - of a server that lives as long as the test
_PROCEDURES = ("patient/Procedure.rs", "patient/Procedure.read")


@dataclass(frozen=True)
class Plan:
    """What is set up.

    Attributes:
        kinds: the clients, by how this service proves itself to their sign-in server.
        public_url: the address of this service for browsers; None for where it listens.
        embedded_in: the origins whose pages show the evidence page in a frame.
    """

    kinds: tuple[str, ...] = KINDS_OF_CLIENT
    public_url: str | None = None
    embedded_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hospital:
    """Everything that runs."""

    service: Service
    ehrs: dict[str, Ehr]
    log: Path

    def launch(self, kind: str, chart: str | None, browser: requests.Session) -> requests.Response:
        """What a click on the card's link leads to, all redirects followed."""
        asked = {"iss": self.ehrs[kind].base, **({"launch": chart} if chart else {})}
        return browser.get(f"{self.service.base}/launch", params=asked, timeout=60)


@contextmanager
def hospital(home: Path, cache: pytest.Cache, plan: Plan) -> Iterator[Hospital]:
    """A hospital for the time being.

    Args:
        home: where everything keeps its data.
        cache: where what is installed is kept from run to run.
        plan: what is set up.
    """
    node = installed_node(cache.mkdir("sign-in-server"))
    sekmet = installed_in(cache.mkdir("fhir-server") / "venv")
    port = free_port()
    (home / "ehr").mkdir()
    with ExitStack() as running:
        behind = running.enter_context(fhir_server(home / "ehr", sekmet))
        for name in (FIRST, SECOND):
            behind.put(resources(name))
        sign_in = f"http://127.0.0.1:{port}"
        ehrs = {
            kind: running.enter_context(ehr(kind, sign_in, behind, modern=kind != "secret"))
            for kind in plan.kinds
        }
        public_key = configure(home, ehrs, port, plan)
        ours = {"LIVER_RESPONSE_CONFIG": str(home / "liver-response.toml")}
        if plan.public_url:
            ours["LIVER_RESPONSE_PUBLIC_URL"] = plan.public_url
        service = running.enter_context(serving(home / "log", ours))
        told = signing_in(plan.public_url or service.base, ehrs, port, public_key)
        running.enter_context(sign_in_server(node, told, home / "sign-in-log"))
        yield Hospital(service, ehrs, home / "log")


def configure(home: Path, ehrs: dict[str, Ehr], port: int, plan: Plan) -> Json:
    """Write what the operator writes; the public key to register."""
    key = generate_private_key(SECP384R1())
    kid = {"kid": "of-this-test", "alg": "ES384"}
    (home / "key.json").write_text(json.dumps({**ECAlgorithm.to_jwk(key, True), **kid}), "utf-8")
    (home / "secret.txt").write_text(f"{_SECRET}\n", "utf-8")
    callers = ECAlgorithm.to_jwk(generate_private_key(SECP384R1()).public_key(), True)
    callers = {**callers, "kid": "of-nobody", "alg": "ES384"}  # no hook is called in these tests
    (home / "callers.json").write_text(json.dumps({"keys": [callers]}), "utf-8")
    proofs = {
        "public": "",
        "secret": 'secret_file = "secret.txt"',
        "signed": 'key_file = "key.json"',
    }
    tables = [
        f"""
[[clients]]
name = "{kind}"
issuer = "https://{kind}.example"
jwks_file = "callers.json"
fhir_servers = ["{found.base}"]
private_addresses = true
plain_http = true
[clients.smart]
client_id = "{kind}-app"
oauth_servers = ["http://127.0.0.1:{port}"]
embedded_in = {list(plan.embedded_in)}
{proofs[kind]}
"""
        for kind, found in ehrs.items()
    ]
    (home / "liver-response.toml").write_text("\n".join(tables), "utf-8")
    return {**ECAlgorithm.to_jwk(key.public_key(), True), **kid}


def signing_in(public_url: str, ehrs: dict[str, Ehr], port: int, public_key: Json) -> Json:
    """What the sign-in server is told: who may sign in, and which charts are open."""
    of_kind = {
        "public": {"token_endpoint_auth_method": "none"},
        "secret": {"client_secret": _SECRET, "token_endpoint_auth_method": "client_secret_basic"},
        "signed": {
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES384",
            "jwks": {"keys": [public_key]},
        },
    }
    back = [f"{public_url}/launch/back"]
    apps = [{"client_id": f"{k}-app", "redirect_uris": back, **of_kind[k]} for k in ehrs]
    introspects = {"redirect_uris": [], "response_types": [], "grant_types": []}
    first, second = ({"patient": patient_of(name)} for name in (FIRST, SECOND))
    stale = {"study": "ImagingStudy/another", "grade": "INDETERMINATE_DATA"}
    return {
        "port": port,
        "fhir": [found.base for found in ehrs.values()],
        "clients": [{"client_id": "fhir", "client_secret": FHIR_SECRET, **introspects}, *apps],
        "charts": {
            "first": first,
            "second": second,
            "chosen": second,
            "denied": {"deny": "access_denied"},
            "without-procedures": {**first, "withhold": _PROCEDURES},
            "without-imaging": {**first, "withhold": ["patient/ImagingStudy.rs"]},
            "nobody": {},
            "stale": {**first, "appContext": json.dumps(stale)},
        },
        "scopes": [
            "launch",
            "launch/patient",
            *(f"patient/{kind}.{access}" for kind in KINDS for access in ("rs", "read")),
        ],
    }
