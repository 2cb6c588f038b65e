"""The order of the facts in a timeline: by day, then by the record they came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from rules.dates import PartialDate
from rules.timeline import Source, Timeline

T = TypeVar("T")


def in_order(timeline: Timeline) -> Timeline:
    """The same timeline, in an order that does not depend on that of the records."""
    days = {study.id: study.day for study in timeline.studies}
    return replace(
        timeline,
        therapies=_sorted(timeline.therapies, lambda t: _key(t.start, t.source, t.ingredient)),
        studies=_sorted(timeline.studies, lambda s: (_when(s.day), s.id)),
        lesions=_sorted(timeline.lesions, lambda lesion: (lesion.id,)),
        measurements=_sorted(
            timeline.measurements,
            lambda m: _key(days[m.study], m.source, m.lesion, m.quantity.value, str(m.phase)),
        ),
        findings=_sorted(
            timeline.findings,
            lambda f: _key(f.day, f.source, f.kind.value, f.value, f.lesion or ""),
        ),
        markers=_sorted(timeline.markers, lambda m: _key(m.day, m.source, m.marker, m.series)),
        performance=_sorted(timeline.performance, lambda p: _key(p.day, p.source)),
        uptakes=_sorted(timeline.uptakes, lambda u: _key(u.day, u.source, u.kind.value)),
        local_therapies=_sorted(timeline.local_therapies, lambda p: _key(p.day, p.source, p.name)),
        diagnoses=_sorted(timeline.diagnoses, lambda d: _key(None, d.source, d.tumour)),
        unavailable=tuple(sorted(set(timeline.unavailable))),
    )


def _sorted(facts: Iterable[T], key: Callable[[T], tuple[str, ...]]) -> tuple[T, ...]:
    return tuple(sorted(facts, key=key))


def _key(day: PartialDate | None, source: Source, *further: str) -> tuple[str, ...]:
    return (_when(day), source.reference, *further)


def _when(day: PartialDate | None) -> str:
    """A day as text that sorts by time; what is undated comes last."""
    return f"{day.earliest.isoformat()} {day.latest.isoformat()}" if day else "undated"
