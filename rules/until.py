"""A timeline as far as it had come on a day, to judge a past day as it was then.

A live call needs none of this: its record ends today, and what is dated in the future there is a
mistake that must not hide what it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Protocol, TypeVar

from rules.dates import PartialDate
from rules.timeline import Lesion, Timeline


class Dated(Protocol):
    """A fact that may have a day."""

    @property
    def day(self) -> PartialDate | None:
        """When it was so."""


Fact = TypeVar("Fact", bound=Dated)


def until(timeline: Timeline, as_of: date) -> Timeline:
    """The timeline without what happened for certain after a day, and without what that showed.

    What is not dated stays; so does the problem list, which is not followed over time.
    """
    studies = _by(timeline.studies, as_of)
    gone = {s.id for s in timeline.studies} - {s.id for s in studies}
    measurements = tuple(m for m in timeline.measurements if m.study not in gone)
    findings = tuple(f for f in _by(timeline.findings, as_of) if f.study not in gone)
    spoken_of = {m.lesion for m in measurements} | {f.lesion for f in findings}
    return replace(
        timeline,
        therapies=tuple(t for t in timeline.therapies if _begun(t.start, as_of)),
        studies=studies,
        lesions=_known(timeline, spoken_of),
        measurements=measurements,
        findings=findings,
        markers=_by(timeline.markers, as_of),
        performance=_by(timeline.performance, as_of),
        uptakes=_by(timeline.uptakes, as_of),
        local_therapies=_by(timeline.local_therapies, as_of),
    )


def _by(facts: Iterable[Fact], as_of: date) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if _begun(fact.day, as_of))


def _begun(day: PartialDate | None, as_of: date) -> bool:
    return day is None or day.earliest <= as_of


def _known(timeline: Timeline, spoken_of: set[str | None]) -> tuple[Lesion, ...]:
    """Without the lesions that only later studies and findings speak of."""
    ever = {m.lesion for m in timeline.measurements} | {f.lesion for f in timeline.findings}
    return tuple(le for le in timeline.lesions if le.id in spoken_of or le.id not in ever)
