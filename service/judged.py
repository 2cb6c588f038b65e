"""What a call led to: the assessment, what it rests on, and where the data came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.assessment import Assessment
from rules.timeline import Timeline
from service.fhir.prefetch import State
from service.outbound.errors import Trouble


@dataclass(frozen=True)
class Judged:
    """The conclusion about the patient of a call.

    Attributes:
        states: what became of each prefetch key, after what was missing had been asked for.
        input_hash: a digest of everything that was read, hexadecimal; None where it has none.
        fetched: the keys that were asked for and came.
        tried: why each other key that was asked for did not come.
    """

    assessment: Assessment
    timeline: Timeline
    states: Mapping[str, State]
    input_hash: str | None
    fetched: tuple[str, ...] = ()
    tried: Mapping[str, Trouble] = field(default_factory=dict)
