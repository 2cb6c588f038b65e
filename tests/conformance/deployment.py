"""A service as a hospital would configure it: clients in a TOML file, their keys, their servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from live import Service, serving
from scripted_server import Asked, Reply, Scripted, scripted
from signing import Json, Signer, bearer, claims, ec, rsa

SIGN = "/cds-services/liver-response-order-sign"
ORIGIN = "https://ehr.example"
TENANT = "north"
# Its kid is of the kind that Epic has: Base64, with + / and =.
EPIC_KEY = rsa("Xy+/z0+Q=")
MAIN_KEY, SECOND_KEY = ec("main"), rsa("second")
ROTATED_KEY = ec("rotated")

_FILE = """
[service]
token_for_discovery = true
state_folder = "."

[limits]
keys_again_seconds = 1

[[clients]]
name = "main"
issuer = "https://ehr.example/main"
jku = "{keys}/main.json"
algorithms = ["ES384", "RS384", "PS384"]
fhir_servers = ["{fhir}/fhir"]
private_addresses = true
plain_http = true
cors_origins = ["https://ehr.example", "https://[2001:db8::1]:8443"]

[[clients]]
name = "epic"
issuer = "https://epic.example/api/FHIR/R4"
jwks_file = "epic.json"
algorithms = ["RS384"]
audiences = ["https://registered.example/cds"]
tenants = ["north", "south"]
profile = "epic"
preference_list = {{ mri = "731001" }}

[[clients]]
name = "strict"
issuer = "https://strict.example"
jwks_file = "strict.json"
fhir_servers = ["https://127.0.0.1:{tls}/fhir", "https://127.0.0.1:{tls}/other"]

[[clients]]
name = "sandbox"
issuer = "https://sandbox.cds-hooks.org"
jku = "https://sandbox.cds-hooks.org/.well-known/jwks.json"
jwks_file = "sandbox.json"
profile = "sandbox"
cors_origins = ["http://localhost:8080"]
"""
SANDBOX_KEY = ec("44823f3d-0b01-4a6c-a80e-b9d3e8a7226f")
STRICT_KEY = ec("strict")
ISSUERS = {
    "main": "https://ehr.example/main",
    "epic": "https://epic.example/api/FHIR/R4",
    "strict": "https://strict.example",
    "sandbox": "https://sandbox.cds-hooks.org",
}


def key_set(*keys: Signer, **members: Any) -> Json:
    return {"keys": [{**key.jwk, **members} for key in keys]}


@dataclass
class Published:
    """What the main client's key server answers now."""

    reply: Reply = field(default_factory=lambda: Reply(body=key_set(MAIN_KEY, SECOND_KEY)))


@dataclass(frozen=True)
class Deployment:
    """A running service, and everything around it that remembers what it was asked."""

    service: Service
    published: Published
    keys: Scripted
    fhir: Scripted
    canary: Scripted
    log: Path

    def good(self, path: str = SIGN, key: Signer = MAIN_KEY, **members: Any) -> str:
        """A good token of the main client for an address, claims changed."""
        return key.sign(key.header(), self.claims(path, **members))

    def claims(self, path: str = SIGN, client: str = "main", **members: Any) -> Json:
        return claims(ISSUERS[client], f"{self.service.base}{path}", **members)

    def call(
        self, document: Any, token: str, path: str = SIGN, **headers: str
    ) -> requests.Response:
        return self.service.post(path, json=document, headers={**bearer(token), **headers})


@contextmanager
def deployed(folder: Path, fhir: Any) -> Iterator[Deployment]:
    """The service with four clients configured, for the time being."""
    published = Published()

    def keys(asked: Asked) -> Reply:
        return published.reply if asked.path == "/main.json" else Reply(404)

    with scripted(keys) as places, scripted(fhir) as ehr, scripted(lambda _: Reply()) as canary:
        port = canary.base.rpartition(":")[2]
        (folder / "configuration.toml").write_text(
            _FILE.format(keys=places.base, fhir=ehr.base, tls=port), "utf-8"
        )
        for name, key in (("epic", EPIC_KEY), ("strict", STRICT_KEY), ("sandbox", SANDBOX_KEY)):
            (folder / f"{name}.json").write_text(json.dumps(key_set(key)), "utf-8")
        environment = {"LIVER_RESPONSE_CONFIG": str(folder / "configuration.toml")}
        log = folder / "log"
        with serving(log, environment) as service:
            yield Deployment(service, published, places, ehr, canary, log)
