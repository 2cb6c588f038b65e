"""A real FHIR R4 server by others, and before it a proxy that remembers what was asked."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from live import free_port
from scripted_server import Asked, Reply, Scripted, scripted

Json = Any
VERSION = "sekmet-fhir==0.1.1"  # Apache-2.0, pure Python; https://pypi.org/project/sekmet-fhir/
TOKEN = "token-of-the-ehr"  # noqa: S105 - of a server that lives as long as the test
_PATIENCE_SECONDS = 60
_HOP_BY_HOP = {
    "connection",
    "transfer-encoding",
    "content-encoding",
    "content-length",
    "date",
    "server",
}


@dataclass(frozen=True)
class FhirServer:
    """A running server, as everybody but the test sees it: through the proxy."""

    base: str
    proxy: Scripted
    direct: str

    def put(self, resources: list[Json]) -> None:
        """Store resources under their own ids."""
        entries = [
            {
                "resource": resource,
                "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
            }
            for resource in resources
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        requests.post(self.direct, json=bundle, headers=_AUTHORISED, timeout=60).raise_for_status()

    def get(self, path: str) -> Json:
        """What the server has, past the proxy."""
        response = requests.get(f"{self.direct}/{path}", headers=_AUTHORISED, timeout=60)
        response.raise_for_status()
        return response.json()

    @property
    def port(self) -> int:
        return int(self.direct.rpartition(":")[2].partition("/")[0])

    @property
    def asked(self) -> list[Asked]:
        return self.proxy.asked


_AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def fhir_server(
    home: Path, installed: Path, smart_clients: tuple[Json, ...] = ()
) -> Iterator[FhirServer]:
    """The server with nothing in it, for the time being.

    Args:
        home: where it keeps its data.
        installed: the virtual environment that it is installed in.
        smart_clients: who may ask for access tokens of its own (SMART Backend Services).
    """
    port = free_port()
    with scripted(lambda asked: forwarded(asked, port)) as proxy:
        base = f"{proxy.base}/fhir"
        settings = {
            "base_url": base,
            "data_dir": str(home / "data"),
            "log_inbound": False,
            "simulator": {"enabled": False},
            "server_auth": {
                "types": ["bearer", "smart"],
                "tokens": [TOKEN],
                "smart_clients": list(smart_clients),
            },
        }
        (home / "settings.yaml").write_text(yaml.safe_dump(settings), "utf-8")
        command = [installed / "bin" / "sekmet", "serve", "-c", home / "settings.yaml"]
        where = ["--host", "127.0.0.1", "--port", str(port)]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen([*command, *where], stdout=log, stderr=log, cwd=home)
        try:
            direct = f"http://127.0.0.1:{port}/fhir"
            _wait(f"{direct}/metadata", process, home / "log")
            yield FhirServer(base, proxy, direct)
        finally:
            process.terminate()
            process.wait(30)


def installed_in(folder: Path) -> Path:
    """A virtual environment with the server, made once.

    Where it cannot be installed the tests that need it are skipped, but never in CI, unless it was
    not made for this Python.
    """
    if sys.version_info < (3, 11):
        pytest.skip(f"{VERSION} needs Python 3.11")
    if not (folder / "bin" / "sekmet").exists():
        venv.create(folder, with_pip=True, clear=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", VERSION]
        made = subprocess.run(pip, capture_output=True, text=True, check=False)
        if made.returncode:
            reason = f"{VERSION} cannot be installed: {made.stderr.strip().splitlines()[-1:]}"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
    return folder


def forwarded(asked: Asked, port: int) -> Reply:
    """What a server on that port answers."""
    headers = {k: v for k, v in asked.headers.items() if k not in ("host", "connection")}
    url = f"http://127.0.0.1:{port}{asked.path}"
    answer = requests.request(asked.method, url, headers=headers, data=asked.body, timeout=60)
    kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_BY_HOP}
    return Reply(answer.status_code, answer.content, kept)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(url, headers=_AUTHORISED, timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    print(log.read_text("utf-8"), file=sys.stderr)
    raise AssertionError("the FHIR server did not come up")
