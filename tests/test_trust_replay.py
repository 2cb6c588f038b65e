"""Tokens that were seen: once for all processes, over restarts, and never more than there is room for."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from live import ROOT

from service.trust.replay import ReplayStore, ReplayStoreError

NOW = 1_790_000_000.0


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    return tmp_path / "seen.sqlite"


def test_a_token_is_new_once(file: Path) -> None:
    store = ReplayStore(file)
    assert store.first_seen("a", "1", NOW + 60, NOW)
    assert not store.first_seen("a", "1", NOW + 60, NOW)


def test_each_issuer_has_ids_of_its_own(file: Path) -> None:
    store = ReplayStore(file)
    assert store.first_seen("a", "1", NOW + 60, NOW)
    assert store.first_seen("b", "1", NOW + 60, NOW)


def test_a_restart_forgets_nothing(file: Path) -> None:
    assert ReplayStore(file).first_seen("a", "1", NOW + 60, NOW)
    assert not ReplayStore(file).first_seen("a", "1", NOW + 60, NOW + 1)


_PROCESS = """
import sys
from pathlib import Path
from service.trust.replay import ReplayStore
store = ReplayStore(Path(sys.argv[1]))
print(sum(store.first_seen("a", str(n), 2e9, 1.79e9) for n in range(300)))
"""


def test_of_several_processes_one_sees_it_first_though_all_start_at_once(file: Path) -> None:
    command = [sys.executable, "-c", _PROCESS, str(file)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(4)
    ]
    told = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert sum(map(int, told)) == 300


def test_of_many_threads_one_sees_it_first(file: Path) -> None:
    store, found = ReplayStore(file), []

    def see() -> None:
        found.append(sum(store.first_seen("a", str(n), NOW + 60, NOW) for n in range(50)))

    threads = [threading.Thread(target=see) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(found) == 50


def test_a_full_store_takes_nothing_until_something_has_expired(file: Path) -> None:
    for number in range(3):
        assert ReplayStore(file).first_seen("a", str(number), NOW + 60 + number, NOW)
    store = ReplayStore(file, most=3)
    for _ in range(2):
        with pytest.raises(ReplayStoreError, match="full"):
            store.first_seen("a", "another", NOW + 60, NOW)
    assert store.first_seen("a", "another", NOW + 120, NOW + 61)


def test_what_has_expired_is_forgotten(file: Path) -> None:
    assert ReplayStore(file).first_seen("a", "1", NOW + 60, NOW)
    assert ReplayStore(file).first_seen("a", "2", NOW + 160, NOW + 61)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT jti FROM seen").fetchall() == [("2",)]


def test_the_calls_of_the_last_minute_are_counted_for_each_issuer(file: Path) -> None:
    store = ReplayStore(file)
    for number, at in enumerate((NOW, NOW + 30, NOW + 59)):
        assert store.first_seen("a", str(number), NOW + 300, at)
    assert store.lately("a", NOW + 59) == 3
    assert store.lately("a", NOW + 61) == 2
    assert store.lately("b", NOW + 59) == 0


def test_a_store_that_is_locked_does_not_guess(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.trust.replay._WAIT_SECONDS", 0.05)
    store = ReplayStore(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ReplayStoreError, match="OperationalError"):
            store.first_seen("a", "1", NOW + 60, NOW)
        other.execute("ROLLBACK")
    assert store.first_seen("a", "1", NOW + 60, NOW)


def test_a_file_that_is_no_store_is_told_of(file: Path) -> None:
    file.write_bytes(b"no database" * 100)
    with pytest.raises(ReplayStoreError, match="cannot be used"):
        ReplayStore(file)
