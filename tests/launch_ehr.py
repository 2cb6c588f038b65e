"""A scripted EHR for launches: FHIR server and sign-in server in one, with every answer changeable."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from scripted_server import Asked, Reply, Scripted, scripted
from stories import story
from werkzeug.test import TestResponse

from service import create_app
from service.configuration.smart import Smart
from service.configuration.tables import Client
from service.settings import Settings

Json = Any
TOKEN = "token-of-the-reader"  # noqa: S105 - of a server that lives as long as the test
PUBLIC = "https://cds.example"
PERSON = "gist-imatinib-supported"
TODAY = date(2026, 6, 15)


@dataclass
class Ehr:
    """What it answers; a test changes what it is about."""

    resources: list[Json]
    configuration: Json = field(default_factory=dict)
    token: Json = field(default_factory=dict)
    token_status: int = 200
    failing: tuple[str, ...] = ()
    spoilt: tuple[str, ...] = ()
    server: Scripted = field(init=False)

    @property
    def base(self) -> str:
        return f"{self.server.base}/fhir"

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/fhir/")
        if path == ".well-known/smart-configuration":
            return Reply(200, self._configuration())
        if asked.path == "/token":
            return Reply(self.token_status, self._token())
        kind, _, identity = path.partition("?")[0].partition("/")
        if kind in self.failing:
            return Reply(500)
        if kind in self.spoilt:
            issue = {"severity": "error", "code": "exception"}
            return Reply(200, {"resourceType": "OperationOutcome", "issue": [issue]})
        found = [resource for resource in self.resources if resource["resourceType"] == kind]
        if identity:
            one = [resource for resource in found if resource["id"] == identity]
            return Reply(200, one[0]) if one else Reply(404)
        entries = [{"resource": resource} for resource in found]
        return Reply(200, {"resourceType": "Bundle", "type": "searchset", "entry": entries})

    def _configuration(self) -> Json:
        told = {
            "issuer": self.server.base,
            "authorization_endpoint": f"{self.server.base}/authorize",
            "token_endpoint": f"{self.server.base}/token",
            "capabilities": ["permission-v2"],
        }
        return told | self.configuration

    def _token(self) -> Json:
        patient = next(r["id"] for r in self.resources if r["resourceType"] == "Patient")
        told = {
            "access_token": TOKEN,
            "token_type": "Bearer",
            "expires_in": 300,
            "patient": patient,
        }
        return {k: v for k, v in (told | self.token).items() if v is not None}


@contextmanager
def scripted_ehr() -> Iterator[Ehr]:
    """Such an EHR for the time being, with an invented person in it."""
    found = Ehr([entry["resource"] for entry in story("people", PERSON)["entry"]])
    with scripted(found.answer) as server:
        found.server = server
        yield found


def client_of(base: str, **smart: Any) -> Client:
    """A client with this FHIR server."""
    return Client(
        name="hospital",
        issuer="https://ehr.example",
        jku="https://ehr.example/jwks.json",
        fhir_servers=(base,),
        private_addresses=True,
        plain_http=True,
        smart=Smart(client_id="app", **smart),
    )


def app_for(*clients: Client, public_url: str = PUBLIC) -> Flask:
    """The service as these clients' EHRs meet it; addresses of tests are without TLS."""
    placed = tuple(
        replace(c, name=f"{c.name}{i}", issuer=f"{c.issuer}/{i}") for i, c in enumerate(clients)
    )
    return create_app(Settings(public_url=public_url, clients=placed), lambda: TODAY)


@dataclass(frozen=True)
class Browser:
    """A browser at the service."""

    client: FlaskClient

    def get(self, path: str, **query: str) -> TestResponse:
        return self.client.get(path, query_string=query, base_url=PUBLIC)

    def launched(self, base: str, launch: str = "chart") -> dict[str, str]:
        """Begin a launch; what the browser is sent to the sign-in server with."""
        response = self.get("/launch", iss=base, launch=launch)
        assert response.status_code == 303, response.text
        query = parse_qs(urlsplit(response.location).query)
        return {name: values[0] for name, values in query.items()}

    def back(self, base: str, **changed: str) -> TestResponse:
        """Launch and come back from signing in."""
        answer = {"code": "a-code", "state": self.launched(base)["state"]} | changed
        return self.get("/launch/back", **answer)

    def opened(self, base: str) -> TestResponse:
        """Launch, sign in, and look at the page."""
        back = self.back(base)
        assert back.status_code == 303, back.text
        assert back.location.startswith(f"{PUBLIC}/evidence/")
        return self.get(back.location.removeprefix(PUBLIC))

    @property
    def cookies(self) -> dict[str, str]:
        return {key: cookie.value for (_, _, key), cookie in self.client._cookies.items()}


def form_of(asked: Asked) -> dict[str, str]:
    """What a form holds."""
    return dict(parse_qsl(asked.body.decode()))


def challenge_of(verifier: str) -> str:
    """As RFC 7636 has it."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def written(context: Json) -> str:
    """An appContext as a card holds it."""
    return json.dumps(context)
