"""Everything that the service writes while it runs, as lines of JSON.

Lines about calls go to standard output or a file, all others to standard error. A message of our
own stands there as it is, since it holds no value of a call by house rule. Libraries do not know that
rule: of their messages, and of every exception, only the place and the kind are told.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import WatchedFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict

from service.audit.lines import CALL, line_of, seen
from service.record.call_record import CallRecord

AUDIT = "service.audit.calls"
"""The logger of calls. Nothing is written of them before ``start_logs`` has named a place."""

_LONGEST_MESSAGE = 1000
_OURS = ("service", "rules")
# The server's own messages are about its processes, but for those that begin like this.
_SERVER = "gunicorn"
_QUOTING = ("Invalid request from ip", "Error handling request")


def auditor() -> Callable[[CallRecord], None]:
    """What writes a line of each call.

    Raises, when called:
        OSError: the line could not be written.
    """
    logger = structlog.wrap_logger(
        logging.getLogger(AUDIT),
        processors=[ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return lambda record: logger.info(CALL, **line_of(record))


def start_logs(audit_log: str | None) -> None:
    """Have everything written as lines of JSON from now on, in this process and its workers.

    Args:
        audit_log: the file of lines about calls, made if need be; None for standard output. It may
            be renamed at any time: the next line begins a new one.

    Raises:
        OSError: the file cannot be written.
    """
    form = _formatter()
    calls = logging.getLogger(AUDIT)
    calls.handlers = [_with(_audit_handler(audit_log), form)]
    calls.setLevel(logging.INFO)
    calls.propagate = False
    root = logging.getLogger()
    root.handlers = [_with(logging.StreamHandler(sys.stderr), form)]
    root.setLevel(logging.WARNING)
    # A handler that fails would else print the message with its values, and where it was called.
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda failed: _uncaught(
        failed.exc_type, failed.exc_value, failed.exc_traceback
    )


if TYPE_CHECKING:
    _Stream = logging.StreamHandler[TextIO]
else:  # Python 3.10 cannot subscript it
    _Stream = logging.StreamHandler


class _ToStream(_Stream):
    """Says so when a line could not be written, for the call to be named as not recorded."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        _raise_again(record)


class _ToFile(WatchedFileHandler):
    """The same, for a file that others may rename."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        _raise_again(record)


def _raise_again(_record: logging.LogRecord) -> None:
    error = sys.exc_info()[1]
    if error is not None:
        raise error


def _audit_handler(audit_log: str | None) -> logging.Handler:
    return _ToStream(sys.stdout) if audit_log is None else _ToFile(audit_log, encoding="utf-8")


def _with(handler: logging.Handler, form: logging.Formatter) -> logging.Handler:
    handler.setFormatter(form)
    return handler


def _formatter() -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[_message],
        processors=[ProcessorFormatter.remove_processors_meta, _as_json],
    )


def _as_json(_logger: Any, _method: str, line: EventDict) -> str:
    return orjson.dumps({"event": line.pop("event"), **line}).decode()


_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")


def _message(logger: Any, method: str, line: EventDict) -> EventDict:
    """A line of a message that came by Python's logging."""
    record: logging.LogRecord = line["_record"]
    # structlog takes the line with these two members from here on
    told = {name: line[name] for name in ("_record", "_from_structlog")}
    error = record.exc_info[1] if record.exc_info else None
    failed = {"failure": _failure(error)} if error else {}
    level = record.levelname.lower()
    event = _told(record, str(line["event"]))
    line = {"level": level, "logger": record.name, "event": event, **failed, **told}
    return _stamp(logger, method, line)


def _told(record: logging.LogRecord, text: str) -> str:
    family, place = record.name.partition(".")[0], f"{record.filename}, line {record.lineno}"
    if family in _OURS or (family == _SERVER and not text.startswith(_QUOTING)):
        return seen(text, _LONGEST_MESSAGE)
    return f"a message that may quote a call, from {place}"


def _failure(error: BaseException) -> str:
    """Kind and place: the text of an exception may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    raised = error or kind()
    if isinstance(raised, KeyboardInterrupt):
        sys.exit(130)
    logging.getLogger(__name__).critical("the service failed", exc_info=(kind, raised, trace))
