"""Loopback runs open; anything else refuses to start open, in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from live import ROOT, free_port

from service.configuration.tables import Client
from service.openness import refusals, warnings
from service.settings import Settings

CLIENT = Client("main", "https://ehr.example", jku="https://ehr.example/keys")
HOSPITAL: dict[str, Any] = {"clients": (CLIENT,), "public_url": "https://cds.example"}


def started(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A service that is expected to refuse."""
    named = {f"LIVER_RESPONSE_{name}": value for name, value in environment.items()}
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(free_port())]
    return subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT), **named},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104 - they are refused
def test_without_clients_nothing_but_loopback_is_listened_on(tmp_path: Path, host: str) -> None:
    ended = started(tmp_path, HOST=host)
    assert ended.returncode == 1
    (told,) = (line for line in ended.stderr.splitlines() if line.startswith("Error"))
    assert f"host '{host}' is not a loopback address, and no client is configured" in told
    assert "Traceback" not in ended.stderr


def test_a_wrong_configuration_ends_the_service_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "configuration.toml").write_text("[servce]\n[limits]\nworkers = 1", "utf-8")
    ended = started(tmp_path, CONFIG="configuration.toml", PORT="0")
    assert ended.returncode == 1
    (told,) = ended.stderr.splitlines()
    for part in ("servce is not known; did you mean service?", "limits.workers", "PORT must"):
        assert part in told


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_loopback_may_be_open(host: str) -> None:
    assert list(refusals(Settings(host=host))) == []


def test_with_clients_any_address_may_be_listened_on() -> None:
    assert list(refusals(Settings(host="0.0.0.0", **HOSPITAL))) == []  # noqa: S104


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"first_look": "fixtures/people", **HOSPITAL}, "first_look is for development"),
        ({"clients": (CLIENT,)}, "without public_url"),
        ({"state_folder": "/no/such/folder", **HOSPITAL}, "cannot be written to"),
    ],
)
def test_what_may_not_be_is_refused(members: dict[str, Any], told: str) -> None:
    (reason,) = refusals(Settings(**members))
    assert told in reason


def test_an_open_service_is_told_of() -> None:
    (warning,) = warnings(Settings())
    assert "everybody on this machine may call" in warning
