"""Nothing acknowledged is lost, and advice does not wait for the store: with real processes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from live import Service, start, told_today
from postgres import PostgreSQL, postgresql_server

from service.store.comments import Comments
from service.store.export import exported
from service.store.store import Store
from service.store.tallies import read_tallies

SIGN = "/cds-services/liver-response-order-sign"
MANY, CLIENTS = 1000, 8
_PATIENCE_SECONDS = 15
_NOT_HELD_UP_SECONDS = 3  # a store that hangs would hold a call up for longer than this
AT = "2026-05-20T10:15:00Z"
EVER = datetime(2000, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return str(request.getfixturevalue("postgresql").database())


@contextmanager
def running(folder: Path, address: str) -> Iterator[tuple[Service, int]]:
    """The service with two workers, and the id of its group of processes."""
    environment = {"LIVER_RESPONSE_DATABASE": address}
    service, process = start(folder / "log", environment, workers=2)
    try:
        yield service, process.pid
    finally:
        process.terminate()
        process.wait(30)


def tell(service: Service, card: str) -> int:
    """Tell that a card was overridden; the status of the answer."""
    entry = {"card": card, "outcome": "overridden", "outcomeTimestamp": AT}
    return service.post(f"{SIGN}/feedback", json={"feedback": [entry]}).status_code


def kept(address: str) -> list[str]:
    """The cards that the store has feedback on, as often as it has."""
    store = Store(address)
    found = [str(row["card"]) for row in exported(store, EVER, Comments())]
    store.close()
    return found


def until_kept(service: Service, card: str) -> bool:
    """Whether feedback is taken again before long, sent again as an EHR does."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while tell(service, card) != 200:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def advised(service: Service) -> float:
    """How long a call takes, in seconds, that must be answered with a card."""
    call = told_today("order-sign-sunitinib")
    call["context"]["userId"] = f"Practitioner/{uuid4()}"
    began = time.monotonic()
    assert len(service.cards(call)) == 1
    return time.monotonic() - began


def test_what_was_acknowledged_is_there_after_the_service_was_killed(
    address: str, tmp_path: Path
) -> None:
    cards = [str(uuid4()) for _ in range(MANY)]
    acknowledged: set[str] = set()
    enough = threading.Event()

    def send(service: Service, part: list[str]) -> None:
        for card in part:
            try:
                if tell(service, card) == 200:
                    acknowledged.add(card)
            except requests.RequestException:
                return  # killed
            if len(acknowledged) > MANY // 3:
                enough.set()

    with running(tmp_path, address) as (service, group), ThreadPoolExecutor(CLIENTS) as clients:
        for n in range(CLIENTS):
            clients.submit(send, service, cards[n::CLIENTS])
        assert enough.wait(60)
        os.killpg(group, signal.SIGKILL)
    assert MANY // 3 < len(acknowledged) < MANY
    assert acknowledged <= set(kept(address))

    with running(tmp_path, address) as (service, _), ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda n: send(service, cards[n::CLIENTS]), range(CLIENTS)))
    assert sorted(kept(address)) == sorted(cards)  # sent again: all, and none twice


def test_a_full_disk_is_no_acknowledgement_and_no_silence(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    address = f"sqlite:///{file}"
    with running(tmp_path, address) as (service, group):
        assert tell(service, "before") == 200
        advised(service)
        with full(group, max(f.stat().st_size for f in tmp_path.iterdir())):
            statuses = {tell(service, f"during {n}") for n in range(30)}
            assert 503 in statuses
            assert tell(service, "during") == 503
            assert max(advised(service) for _ in range(8)) < _NOT_HELD_UP_SECONDS
        assert until_kept(service, "after")
    assert {"before", "after"} <= set(kept(address))
    assert "during" not in kept(address)


@contextmanager
def full(group: int, size: int) -> Iterator[None]:
    """No file of the service grows beyond a size, as if the disk were full."""
    processes = [p for p in map(int, filter(str.isdigit, os.listdir("/proc"))) if _of(p, group)]
    for process in processes:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    yield
    for process in processes:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (-1, resource.RLIM_INFINITY))


def _of(process: int, group: int) -> bool:
    try:
        return os.getpgid(process) == group
    except ProcessLookupError:
        return False


def test_a_locked_database_is_no_acknowledgement_and_no_silence(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    with running(tmp_path, f"sqlite:///{file}") as (service, _):
        assert tell(service, "before") == 200
        with locked(file):
            began = time.monotonic()
            assert tell(service, "during") == 503
            assert time.monotonic() - began < 5
            assert max(advised(service) for _ in range(8)) < _NOT_HELD_UP_SECONDS
        assert until_kept(service, "after")
        assert service.get("/ready").json()["status"] in ("ready", "degraded")
    assert sorted(kept(f"sqlite:///{file}")) == ["after", "before"]


_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process writes to the database, for as long as it likes."""
    command = [sys.executable, "-c", _HOLD, str(file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        yield
        other.communicate(timeout=30)


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    """A server that a test may stop."""
    with postgresql_server() as made:
        yield made


def test_a_database_that_goes_and_comes_back_needs_no_restart(
    server: PostgreSQL, tmp_path: Path
) -> None:
    address = server.database()
    server.stop()
    with running(tmp_path, address) as (service, _):
        assert tell(service, "too early") == 503
        assert max(advised(service) for _ in range(8)) < _NOT_HELD_UP_SECONDS
        server.start()
        assert until_kept(service, "first")
        server.stop()
        assert tell(service, "meanwhile") == 503
        assert max(advised(service) for _ in range(8)) < _NOT_HELD_UP_SECONDS
        assert service.get("/ready").json()["store"] == "away"
        server.start()
        assert until_kept(service, "last")
        assert sorted(kept(address)) == ["first", "last"]
        deadline = time.monotonic() + 15
        while service.get("/ready").json()["store"] == "away":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert service.get("/metrics").status_code == 200


def test_a_service_that_is_stopped_writes_what_it_has_counted(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with running(tmp_path, address) as (service, _):
        for _ in range(5):
            advised(service)
    store = Store(address)
    assert read_tallies(store).of("call").total == 5
    store.close()
