"""The service as a process of its own, as an EHR meets it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from socket import socket
from typing import Any

import orjson
import requests

from service.dates_shifted import shifted, told_on

ROOT = Path(__file__).parent.parent
CALLS = ROOT / "fixtures" / "calls"
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Service:
    """A running service."""

    base: str

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(f"{self.base}{path}", timeout=30, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(f"{self.base}{path}", timeout=30, **options)

    def call(self, document: Any, **options: Any) -> requests.Response:
        """Send a call to the service of its hook."""
        return self.post(
            f"/cds-services/liver-response-{document['hook']}", json=document, **options
        )

    def cards(self, document: Any) -> list[dict[str, Any]]:
        """The cards of a call that succeeds."""
        response = self.call(document)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["cards"]
        return found


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def start(
    log: Path, environment: Mapping[str, str] | None = None, workers: int = 1
) -> tuple[Service, subprocess.Popen[bytes]]:
    """The service, its public address set, and its process, in a group of its own."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    ours = {"LIVER_RESPONSE_PUBLIC_URL": base, "PYTHONPATH": str(ROOT), **(environment or {})}
    options = ["--port", str(port), "--workers", str(workers)]
    command = [sys.executable, "-m", "service.cli", "serve", *options]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=os.environ | ours, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(base, process, log)
    except BaseException:
        process.kill()
        raise
    return Service(base), process


@contextmanager
def serving(log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Service]:
    """The service for the time being; what it writes goes to ``log``."""
    service, process = start(log, environment)
    try:
        yield service
    finally:
        process.terminate()
        process.wait(30)


def _wait(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{base}/health", timeout=1).raise_for_status()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the service did not come up: {log.read_text('utf-8')}")


def told_today(name: str) -> Any:
    """A whole call of an invented person, its dates moved so that it happens today."""
    document = orjson.loads((CALLS / name / "request.json").read_bytes())
    told, today = told_on(document), date.today()  # noqa: DTZ011 - the local day, as the service has it
    return shifted(document, (today - told).days if told else 0)
