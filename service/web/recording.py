"""Every call told of once, when the status of its answer is known, to whoever keeps records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, g, request

from rules.assessment import Assessment
from service.cds.answer import Said
from service.record.call_record import CallRecord
from service.record.likeness import Likenesses
from service.record.noted import Noted

log = logging.getLogger(__name__)

Recorder = Callable[[CallRecord], None]
"""Keeps or tells of a call. It must be quick, and may fail: the call is answered all the same."""


Overridden = Callable[[str], Collection[Said]]
"""What was overridden a short while ago, on calls of this likeness. It must be quick, and may fail."""


def _nothing(_likeness: str) -> Collection[Said]:
    return ()


@dataclass(frozen=True)
class Recording:
    """Who is told of calls, under which key repeats are known, and what was overridden."""

    recorders: Sequence[Recorder]
    likeness: Likenesses
    overridden: Overridden = _nothing

    def heard(self, notes: Noted, assessment: Assessment) -> Collection[Said]:
        """What need not be said again. What is not known to be overridden is said."""
        if notes.call is None:
            return ()
        try:
            return self.overridden(notes.likeness(self.likeness, assessment))
        except Exception as error:
            log.error("whether a card was overridden is not known: %s", type(error).__name__)
            return ()


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
