"""Servers to measure: ours and the floor, in processes of their own, under the same gunicorn."""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from benchmarks.floor import create_floor
from service.app import create_app
from service.audit.logs import start_logs
from service.serving import Server, local_day
from service.settings import Settings

_SERVER_CORE, _LOAD_CORE = 0, 1


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _run(kind: str, port: int, workers: int, pinned: bool, audit_log: str) -> None:
    if pinned and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {_SERVER_CORE})
    settings = Settings(port=port, workers=workers)
    if kind == "floor":
        Server(settings, create_floor).run()
        return
    start_logs(audit_log)  # as ``serve`` does
    Server(settings, lambda: create_app(settings, local_day)).run()


@dataclass(frozen=True)
class Running:
    """A server that runs. ``pid`` is of the process whose children do the work."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What the workers have used of the processors: what the load of others changes least."""
        used = (_stat(path) for path in Path("/proc").glob("[0-9]*/stat"))
        ticks = sum(int(s[11]) + int(s[12]) for s in used if s and int(s[1]) == self.pid)
        return ticks / os.sysconf("SC_CLK_TCK")


def _stat(path: Path) -> list[str]:
    try:  # from the third field on: the second, a name, may hold anything
        return path.read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:  # it has ended
        return []


@contextmanager
def running(kind: str, workers: int) -> Iterator[Running]:
    """A server for the time being. One worker has a core of its own, beside the load's."""
    with TemporaryDirectory() as folder:
        yield from _running(kind, workers, str(Path(folder) / "calls.jsonl"))


def _running(kind: str, workers: int, audit_log: str) -> Iterator[Running]:
    pinned, port = workers == 1, free_port()
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(kind, port, workers, pinned, audit_log)
    )
    process.start()
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    try:
        _wait(port)
        if pinned and before is not None and len(before) > 1:
            os.sched_setaffinity(0, {_LOAD_CORE})
        yield Running(port, process.pid or 0)
    finally:
        if before is not None:
            os.sched_setaffinity(0, before)
        process.terminate()
        process.join()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            requests.get(f"http://127.0.0.1:{port}/health", timeout=1)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
