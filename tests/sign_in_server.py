"""A strict OAuth server by others (oidc-provider), and FHIR servers that take its tokens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from fhir_server import TOKEN, FhirServer, forwarded
from scripted_server import Asked, Reply, Scripted, scripted

Json = Any
HERE = Path(__file__).parent / "oauth"
FHIR_SECRET = "of-the-fhir-server"  # noqa: S105 - of a server that lives as long as the test
_PATIENCE_SECONDS = 30


def installed_node(folder: Path) -> Path:
    """The server with what it needs, installed once from its lock file.

    Where that cannot be done the tests that need it are skipped, but never in CI.
    """
    stamp, wanted = folder / "installed", (HERE / "package-lock.json").read_text("utf-8")
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder / name)
        if reason := _npm_ci(folder):
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        stamp.write_text(wanted, "utf-8")
    shutil.copy(HERE / "server.mjs", folder / "server.mjs")
    return folder


def _npm_ci(folder: Path) -> str:
    """Why it cannot be installed; "" where it was."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not installed"
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return f"npm ci failed: {made.stderr[-300:]}" if made.returncode else ""


@contextmanager
def sign_in_server(installed: Path, told: Json, log: Path) -> Iterator[None]:
    """The server for the time being, on the port that it is told."""
    command = ["node", "server.mjs", json.dumps(told)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=installed, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while "ready" not in log.read_text("utf-8"):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, "the sign-in server did not come up"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class Ehr:
    """A FHIR server that takes the tokens of the sign-in server, as its name says.

    Attributes:
        modern: whether it has ``.well-known/smart-configuration`` and the scopes of SMART 2; else it
            has what came before: a CapabilityStatement with addresses in it.
    """

    name: str
    sign_in: str
    modern: bool
    behind: FhirServer
    proxy: Scripted = field(init=False)
    refused: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"{self.proxy.base}/fhir"

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/fhir/.well-known/smart-configuration":
            return Reply(200, self._configuration()) if self.modern else Reply(404)
        if asked.path == "/fhir/metadata":
            return Reply(200, self._capabilities())
        if not self._allows(asked):
            self.refused.append(asked.path)
            return Reply(403)
        headers = {**asked.headers, "authorization": f"Bearer {TOKEN}"}
        path = asked.path
        reply = forwarded(Asked(asked.method, path, headers, asked.body), self.behind.port)
        body = reply.content.replace(self.behind.base.encode(), self.base.encode())
        return Reply(reply.status, body, reply.headers)

    def _allows(self, asked: Asked) -> bool:
        """Whether the token is a live one that may read this type."""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        told = requests.post(
            f"{self.sign_in}/token/introspection",
            data={"token": token},
            auth=("fhir", FHIR_SECRET),
            timeout=10,
        ).json()
        kind = asked.path.removeprefix("/fhir/").partition("?")[0].partition("/")[0]
        scopes = told.get("scope", "").split()
        return (
            bool(told["active"]) and f"patient/{kind}.{'rs' if self.modern else 'read'}" in scopes
        )

    def _configuration(self) -> Json:
        return {
            "issuer": self.sign_in,
            "authorization_endpoint": f"{self.sign_in}/auth",
            "token_endpoint": f"{self.sign_in}/token",
            "authorization_response_iss_parameter_supported": True,
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "launch-standalone", "permission-v2", "client-public"],
        }

    def _capabilities(self) -> Json:
        uris = [
            {"url": "authorize", "valueUri": f"{self.sign_in}/auth"},
            {"url": "token", "valueUri": f"{self.sign_in}/token"},
        ]
        url = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
        security = {"extension": [{"url": url, "extension": uris}]}
        return {
            "resourceType": "CapabilityStatement",
            "rest": [{"mode": "server", "security": security}],
        }


@contextmanager
def ehr(name: str, sign_in: str, behind: FhirServer, modern: bool = True) -> Iterator[Ehr]:
    """Such a server for the time being."""
    found = Ehr(name, sign_in, modern, behind)
    with scripted(found.answer) as proxy:
        found.proxy = proxy
        yield found
