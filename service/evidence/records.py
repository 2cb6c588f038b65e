"""The resources behind the page, numbered, so that every datum can be looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.assessment import Assessment
from service.evidence.rows import Evidence
from service.fhir.listing import Recorded

_NOT_LISTED = Recorded("", "")


@dataclass(frozen=True)
class Record:
    """One resource: its number on this page, its id, and how it stands in the record."""

    number: int
    reference: str
    date: str
    status: str
    url: str


def records(
    drawn: Evidence, assessment: Assessment, listed: Mapping[str, Recorded]
) -> tuple[Record, ...]:
    """Every resource that is drawn or reasoned from, in the order of the page."""
    references = dict.fromkeys(filter(None, _references(drawn, assessment)))
    return tuple(
        _record(number, reference, listed.get(reference, _NOT_LISTED))
        for number, reference in enumerate(references, 1)
    )


def _record(number: int, reference: str, recorded: Recorded) -> Record:
    return Record(number, reference, recorded.date, recorded.status, recorded.url)


def _references(drawn: Evidence, assessment: Assessment) -> Iterator[str]:
    yield from (study.id for study in drawn.studies if study.recorded)
    for bar in drawn.bars:
        yield from bar.sources
    yield from (point.source for point in drawn.points)
    yield from (event.source for event in drawn.events)
    for item in assessment.items:
        yield from item.evidence
    yield from assessment.evidence
