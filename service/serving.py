"""The production server: gunicorn with threads, the application loaded once before the fork.

A worker that hangs is killed (the rule engine's C core holds the interpreter lock while it runs)
and one that dies is replaced. After loading, the heap is frozen for the garbage collector: full
collections over everything imported would otherwise set the 99th percentile of a call.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from service.app import DAILY, create_app
from service.audit.logs import start_logs
from service.openness import refusals
from service.settings import Settings

_THREADS = 4
_HANGING_AFTER_SECONDS = 30
# A call makes and drops thousands of objects that are no garbage cycles; looking for cycles after
# every 700 of them, as is the default, costs more than it finds.
_COLLECT_AFTER = (50_000, 20, 50)
_LONGEST_ADDRESS = 8190  # some sign-in servers send codes of thousands of characters
_KEEP_ALIVE_SECONDS = 65  # longer than the idle time of common load balancers


class OpenToAllError(ValueError):
    """The service may not be started as it is configured."""


def serve(settings: Settings) -> None:
    """Run until stopped.

    Raises:
        OpenToAllError: it would answer anybody, show invented people beside real ones, or lack
            what it needs to tell its callers.
    """
    _check_openness(settings)
    start_logs(settings.audit_log)
    Server(settings, lambda: create_app(settings, local_day)).run()


def _check_openness(settings: Settings) -> None:
    reasons = "; ".join(refusals(settings))
    if reasons:
        raise OpenToAllError(reasons)


class _ToOurLogs(Logger):  # type: ignore[misc]
    """gunicorn's messages among ours, instead of beside them in another form."""

    def setup(self, cfg: Config) -> None:
        """Leave writing to the handlers of the root logger."""
        super().setup(cfg)
        self.error_log.handlers, self.error_log.propagate = [], True


def local_day() -> date:
    """The day of a call: that of the machine's time zone, which is the hospital's."""
    return date.today()  # noqa: DTZ011 - the local day is meant


def _begin(worker: Any) -> None:
    """In each worker process once it is there: a thread would not survive the fork."""
    daily = worker.wsgi.extensions.get(DAILY)
    if daily is not None:
        daily()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn told from code instead of from a file or the command line."""

    def __init__(self, settings: Settings, create: Callable[[], Flask]) -> None:
        self._settings, self._create = settings, create
        super().__init__()

    def load_config(self) -> None:
        """What differs from gunicorn's defaults."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        options: dict[str, Any] = {
            "bind": f"{host}:{self._settings.port}",
            "workers": self._settings.workers,
            "worker_class": "gthread",
            "threads": _THREADS,
            "preload_app": True,
            "timeout": _HANGING_AFTER_SECONDS,
            "keepalive": _KEEP_ALIVE_SECONDS,
            "limit_request_line": _LONGEST_ADDRESS,
            "loglevel": "warning",
            "logger_class": _ToOurLogs,
            "proc_name": "liver-response",
        }
        options["post_worker_init"] = _begin
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in the parent so that every worker shares its memory."""
        app = self._create()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT_AFTER)
        return app
