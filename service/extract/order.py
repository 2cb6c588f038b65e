"""The order of the facts in a timeline: by day, then by the record they came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeAlias, TypeVar

from rules.dates import PartialDate
from rules.timeline import Source, Timeline

T = TypeVar("T")

When: TypeAlias = tuple[bool, date, date]
"""A day in the order of time: whether it is undated, the earliest day, the latest."""

_UNDATED = True, date.max, date.max


def in_order(timeline: Timeline) -> Timeline:
    """The same timeline, in an order that does not depend on that of the records."""
    days = {study.id: study.day for study in timeline.studies}
    return replace(
        timeline,
        therapies=_sorted(timeline.therapies, lambda t: _key(t.start, t.source, t.ingredient)),
        studies=_sorted(timeline.studies, lambda s: (_when(s.day), (s.id,))),
        lesions=tuple(sorted(timeline.lesions, key=lambda lesion: lesion.id)),
        measurements=_sorted(
            timeline.measurements,
            lambda m: _key(days[m.study], m.source, m.lesion, m.quantity, m.phase or ""),
        ),
        findings=_sorted(
            timeline.findings,
            lambda f: _key(f.day, f.source, f.kind, f.value, f.lesion or ""),
        ),
        markers=_sorted(timeline.markers, lambda m: _key(m.day, m.source, m.marker, m.series)),
        performance=_sorted(timeline.performance, lambda p: _key(p.day, p.source)),
        uptakes=_sorted(timeline.uptakes, lambda u: _key(u.day, u.source, u.kind)),
        local_therapies=_sorted(timeline.local_therapies, lambda p: _key(p.day, p.source, p.name)),
        diagnoses=_sorted(timeline.diagnoses, lambda d: _key(None, d.source, d.tumour)),
        unavailable=tuple(sorted(set(timeline.unavailable))),
    )


def _sorted(
    facts: tuple[T, ...], key: Callable[[T], tuple[When, tuple[str, ...]]]
) -> tuple[T, ...]:
    return tuple(sorted(facts, key=key)) if len(facts) > 1 else facts


def _key(day: PartialDate | None, source: Source, *further: str) -> tuple[When, tuple[str, ...]]:
    return _when(day), (source.reference, *further)


def _when(day: PartialDate | None) -> When:
    """A day as it sorts by time; what is undated comes last."""
    return (False, day.earliest, day.latest) if day else _UNDATED
