"""Access of our own at a real FHIR server, which fetches our keys and checks our assertions.

This server tries each key of a set in turn and fails on one of another kind than the assertion, so
the RSA key stands last, and its client is known to the server by that key alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec as curves
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys
from fhir_server import FhirServer, fhir_server, installed_in
from live import Service, serving, told_today
from scripted_server import Asked, Reply, scripted
from signing import bearer, claims, ec

from service.trust.own_keys import key_set, read_own_key

Json = Any
SIGN = "/cds-services/liver-response-order-sign"
CALL = "order-sign-sunitinib"
KINDS = "Patient ImagingStudy Observation MedicationStatement MedicationRequest"
MORE = "MedicationAdministration Condition Procedure BodyStructure Medication"
SCOPE = " ".join(f"system/{kind}.rs" for kind in f"{KINDS} {MORE}".split())
KEY = ec("main")
ALGORITHMS = {"curve": "ES384", "narrow": "ES384", "unknown": "ES384", "rsa": "RS384"}

_FILE = """
[service]
state_folder = "."
{clients}
"""
_CLIENT = """
[[clients]]
name = "{name}"
issuer = "https://{name}.example"
jwks_file = "keys.json"
fhir_servers = ["{fhir}"]
private_addresses = true
plain_http = true
[clients.own_access]
fhir_server = "{fhir}"
token_url = "{root}/auth/token"
client_id = "{name}"
key_files = ["{name}.pem"]
algorithm = "{algorithm}"
scope = "{scope}"
"""


@dataclass
class Keys:
    """Where our keys are: known once the service is up."""

    service: str = ""
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(asked.path)
        return Reply(body=requests.get(f"{self.service}{asked.path}", timeout=10).content)


@dataclass(frozen=True)
class Hospital:
    service: Service
    ehr: FhirServer
    keys: Keys
    folder: Path

    def answer(self, client: str, document: Json) -> requests.Response:
        wanted = claims(f"https://{client}.example", f"{self.service.base}{SIGN}")
        token = KEY.sign(KEY.header(), wanted)
        return self.service.post(SIGN, json=document, headers=bearer(token))

    @property
    def grants(self) -> int:
        return sum(asked.path == "/auth/token" for asked in self.ehr.asked)


@pytest.fixture(scope="module", name="hospital")
def _hospital(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Hospital]:
    assert pytestconfig.cache
    installed = installed_in(pytestconfig.cache.mkdir("fhir-server") / "venv")
    folder, keys = tmp_path_factory.mktemp("own-access"), Keys()
    with scripted(keys) as place:
        url = f"{place.base}/.well-known/jwks.json"
        write_keys(folder)
        rsa_alone = key_set([read_own_key(str(folder / "rsa.pem"))])
        known = (
            {"client_id": "curve", "jwks_url": url, "scopes": SCOPE},
            {"client_id": "narrow", "jwks_url": url, "scopes": "system/Patient.rs"},
            {"client_id": "rsa", "jwks": rsa_alone, "scopes": SCOPE},
        )
        with fhir_server(tmp_path_factory.mktemp("ehr"), installed, known) as ehr:
            ehr.put(resources())
            environment = {"LIVER_RESPONSE_CONFIG": str(configured(folder, ehr))}
            with serving(folder / "log", environment) as service:
                keys.service = service.base
                yield Hospital(service, ehr, keys, folder)


def write_keys(folder: Path) -> None:
    """A private key for each client."""
    form, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    for name, algorithm in ALGORITHMS.items():
        key: Any = (
            rsa_keys.generate_private_key(65537, 2048)
            if algorithm == "RS384"
            else curves.generate_private_key(curves.SECP384R1())
        )
        pem = key.private_bytes(form, kind, serialization.NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)


def configured(folder: Path, ehr: FhirServer) -> Path:
    (folder / "keys.json").write_bytes(orjson.dumps({"keys": [KEY.jwk]}))
    root = ehr.base.removesuffix("/fhir")
    clients = [
        _CLIENT.format(name=name, algorithm=algorithm, fhir=ehr.base, root=root, scope=SCOPE)
        for name, algorithm in ALGORITHMS.items()
    ]
    path = folder / "configuration.toml"
    path.write_text(_FILE.format(clients="".join(clients)), "utf-8")
    return path


def resources() -> list[Json]:
    """The invented patient, as records of a FHIR server; each once."""
    found: dict[str, Json] = {}
    for value in told_today(CALL)["prefetch"].values():
        for resource in (
            [value]
            if value["resourceType"] == "Patient"
            else [entry["resource"] for entry in value.get("entry", [])]
        ):
            found[f"{resource['resourceType']}/{resource['id']}"] = resource
    return list(found.values())


def without_token(server: str | None) -> Json:
    document = {**told_today(CALL), "prefetch": {}}
    return {**document, **({"fhirServer": server} if server else {})}


@pytest.mark.parametrize("client", ["curve", "rsa"])
def test_a_call_without_a_token_is_completed_by_access_of_our_own(
    hospital: Hospital, client: str
) -> None:
    hospital.ehr.asked.clear()
    for server in (hospital.ehr.base, None):
        answer = hospital.answer(client, without_token(server))
        assert answer.status_code == 200, answer.text
        assert answer.json()["cards"]
    assert hospital.grants == 1
    assert hospital.keys.asked
    fetched = [asked for asked in hospital.ehr.asked if asked.path.startswith("/fhir/")]
    assert len({asked.headers["authorization"] for asked in fetched}) == 1


def test_the_token_of_a_call_goes_before_our_own(hospital: Hospital) -> None:
    hospital.ehr.asked.clear()
    theirs = {
        "access_token": "theirs",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "s",
    }
    call = {**without_token(hospital.ehr.base), "fhirAuthorization": theirs}
    answer = hospital.answer("curve", call)
    assert answer.status_code == 412
    assert "refused the access token" in answer.text
    assert hospital.grants == 0


def test_a_client_that_the_server_does_not_know_names_what_is_missing(hospital: Hospital) -> None:
    answer = hospital.answer("unknown", without_token(hospital.ehr.base))
    assert answer.status_code == 412
    assert "no access token of this service's own was to be had" in answer.text
    log = (hospital.folder / "log").read_text("utf-8")
    assert "client unknown: the authorisation server refused (401, invalid_client)" in log


def test_a_scope_that_does_not_reach_far_enough_names_what_is_missing(hospital: Hospital) -> None:
    answer = hospital.answer("narrow", without_token(hospital.ehr.base))
    assert answer.status_code == 412
    assert (
        "imaging (not sent; of the FHIR server: the server refused the access token, or"
        in answer.text
    )


def test_no_access_token_and_no_assertion_is_ever_logged(hospital: Hospital) -> None:
    hospital.answer("curve", without_token(hospital.ehr.base))
    used = {
        asked.headers.get("authorization", "").partition(" ")[2] for asked in hospital.ehr.asked
    }
    log = (hospital.folder / "log").read_text("utf-8")
    assert not [token for token in used if token and token in log]
