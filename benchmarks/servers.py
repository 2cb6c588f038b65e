"""Servers to measure: ours and the floor, in processes of their own, under the same gunicorn."""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import requests

from benchmarks.floor import create_floor
from service.app import create_app
from service.serving import Server, local_day
from service.settings import Settings

_SERVER_CORE, _LOAD_CORE = 0, 1


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _run(kind: str, port: int, workers: int, pinned: bool) -> None:
    if pinned and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {_SERVER_CORE})
    settings = Settings(port=port, workers=workers)
    create = create_floor if kind == "floor" else lambda: create_app(settings, local_day)
    Server(settings, create).run()


@contextmanager
def running(kind: str, workers: int) -> Iterator[int]:
    """A server for the time being. One worker has a core of its own, beside the load's."""
    pinned, port = workers == 1, free_port()
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(kind, port, workers, pinned)
    )
    process.start()
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    try:
        _wait(port)
        if pinned and before is not None and len(before) > 1:
            os.sched_setaffinity(0, {_LOAD_CORE})
        yield port
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
