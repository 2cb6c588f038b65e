"""Every call told of once, when the status of its answer is known, to whoever keeps records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, g, request

from service.record.call_record import CallRecord
from service.record.likeness import Likeness
from service.record.noted import Noted

log = logging.getLogger(__name__)

Recorder = Callable[[CallRecord], None]
"""Keeps or tells of a call. It must be quick, and may fail: the call is answered all the same."""


@dataclass(frozen=True)
class Recording:
    """Who is told of calls, and under which key repeats are known."""

    recorders: Sequence[Recorder]
    likeness: Likeness


def noted() -> Noted:
    """What is noted of the present call."""
    return cast(Noted, g.noted)


def record_calls(blueprint: Blueprint, recording: Recording) -> None:
    """Record the calls of a blueprint's services."""

    @blueprint.before_request
    def begin() -> None:
        g.noted = Noted(service=str((request.view_args or {}).get("service", "")))

    @blueprint.after_request
    def end(response: Response) -> Response:
        if request.method == "POST":
            record = noted().record(response.status_code, recording.likeness)
            for recorder in recording.recorders:
                _tell(recorder, record)
        return response


def _tell(recorder: Recorder, record: CallRecord) -> None:
    try:
        recorder(record)
    except Exception as error:
        log.error("a call was not recorded: %s", type(error).__name__)
