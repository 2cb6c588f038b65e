"""What all readers of Observations share: reservations, and panels with their members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rules.vocabulary import Vocabulary
from service.extract.concepts import coded, spoken
from service.fhir.records import Component, ObservationRecord

_TOPIC = "measurements"


def note_of(record: ObservationRecord, *further: str) -> str:
    """What a reader should know of an Observation: not final, dated by its issue, or more."""
    preliminary = "preliminary" if record.status == "preliminary" else ""
    issued = "dated by its issue" if record.dated_by_issue else ""
    return "; ".join(filter(None, (preliminary, issued, *further)))


def with_panels(
    vocabulary: Vocabulary, records: Sequence[ObservationRecord]
) -> list[ObservationRecord]:
    """The records, each member of a measurement group completed with what the group says.

    In a group (DICOM SR template 1501, FHIR ``hasMember``) lesion, site, study, phase and day are
    often stated once, on the group.
    """
    panels = {member: record for record in records for member in record.has_member}
    return [
        _completed(vocabulary, record, panels[record.reference])
        if record.reference in panels
        else record
        for record in records
    ]


def _completed(
    vocabulary: Vocabulary, member: ObservationRecord, panel: ObservationRecord
) -> ObservationRecord:
    return replace(
        member,
        focus=member.focus or panel.focus,
        components=(*member.components, *_inherited(vocabulary, member, panel)),
        body_site=member.body_site if spoken(member.body_site) else panel.body_site,
        derived_from=member.derived_from or panel.derived_from,
        part_of=member.part_of or panel.part_of,
        day=member.day or panel.day,
        dated_by_issue=member.dated_by_issue if member.day else panel.dated_by_issue,
    )


def _inherited(
    vocabulary: Vocabulary, member: ObservationRecord, panel: ObservationRecord
) -> Iterator[Component]:
    """The circumstances that only the panel states: what goes with a quantity and is none."""
    stated = {t.name for c in member.components for t in coded(vocabulary, _TOPIC, c.code)}
    for component in panel.components:
        terms = coded(vocabulary, _TOPIC, component.code)
        if any("quantity" not in t.attributes and t.name not in stated for t in terms):
            yield component
