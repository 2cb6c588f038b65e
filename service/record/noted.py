"""What is noted of a call while it is answered, so that a failure, too, is told of whole."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone

from rules.assessment import Assessment
from service.cds.answer import Answered
from service.cds.call import Call
from service.cds.response import Card
from service.fhir.errors import MissingDataError
from service.judged import Judged
from service.record.call_record import CallRecord, Conclusion, IssuedCard
from service.record.likeness import Likenesses
from service.trust.errors import NotAdmittedError
from service.trust.gate import ANYBODY, Caller

_NOBODY_KNOWN = "unknown"


@dataclass
class Noted:
    """One call while it is answered; filled in as it gets on."""

    service: str
    started: float = field(default_factory=time.perf_counter)
    caller: Caller = ANYBODY
    call: Call | None = None
    answered: Answered = field(default_factory=Answered)
    failure: Exception | None = None
    milliseconds: dict[str, float] = field(default_factory=dict)
    _likeness: str | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Note how long a stage takes, and why it fails if it does."""
        start = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.failure = error
            raise
        finally:
            self.milliseconds[name] = _since(start)

    def record(self, status: int, likeness: Likenesses) -> CallRecord:
        """The call as it is kept, once the status of its answer is known."""
        judged, client = self.answered.judged, self.caller.client
        return CallRecord(
            at=datetime.now(timezone.utc),
            service=self.service,
            status=status,
            client=self._client(),
            issuer=client.issuer if client else "",
            tenant=self.caller.tenant or "",
            hook_instance=self.call.hook_instance if self.call else "",
            failure=type(self.failure).__name__ if self.failure else "",
            conclusion=self._conclusion(judged, likeness) if judged else None,
            cards=tuple(_issued(card) for card in self.answered.cards),
            withheld=self.answered.withheld,
            states=_states(judged, self.failure),
            fetched=judged.fetched if judged else (),
            tried={name: t.value for name, t in judged.tried.items()} if judged else {},
            milliseconds={**self.milliseconds, "whole": _since(self.started)},
        )

    def _client(self) -> str:
        """Who called; of a call that was not admitted, who it said to be, if that is on the list."""
        if isinstance(self.failure, NotAdmittedError):
            return self.failure.client or _NOBODY_KNOWN
        return self.caller.name

    def likeness(self, known: Likenesses, assessment: Assessment) -> str:
        """What repeats of the call are known by; worked out once."""
        if self._likeness is None:
            call = self.call
            self._likeness = known.of(self.caller, call, assessment) if call else ""
        return self._likeness

    def _conclusion(self, judged: Judged, likeness: Likenesses) -> Conclusion:
        assessment = judged.assessment
        return Conclusion(
            grade=assessment.grade.value,
            because=assessment.because,
            rules=tuple(item.code for item in assessment.items),
            rulebook=assessment.rulebook,
            input_hash=judged.input_hash,
            likeness=self.likeness(likeness, assessment),
        )


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)


def _issued(card: Card) -> IssuedCard:
    suggestions = tuple(suggestion.uuid for suggestion in card.suggestions)
    return IssuedCard(card.uuid, card.source.topic.code, card.indicator.value, suggestions)


def _states(judged: Judged | None, failure: Exception | None) -> Mapping[str, str]:
    """By key; of a call that failed for want of data, the keys that were needed."""
    if judged:
        return {name: state.value for name, state in judged.states.items()}
    return failure.keys if isinstance(failure, MissingDataError) else {}
