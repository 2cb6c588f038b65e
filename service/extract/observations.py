"""What all readers of Observations share: reservations, and panels with their members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.fhir.records import Component, ObservationRecord


def note_of(record: ObservationRecord, *further: str) -> str:
    """What a reader should know of an Observation: not final, dated by its issue, or more."""
    preliminary = "preliminary" if record.status == "preliminary" else ""
    issued = "dated by its issue" if record.dated_by_issue else ""
    return "; ".join(filter(None, (preliminary, issued, *further)))


def with_panels(records: Sequence[ObservationRecord]) -> list[ObservationRecord]:
    """The records, each member of a measurement group completed with what the group says.

    In a group (DICOM SR template 1501, FHIR ``hasMember``) lesion, site, study and day are often
    stated once, on the group.
    """
    panels = {member: record for record in records for member in record.has_member}
    return [
        _completed(record, panels[record.reference]) if record.reference in panels else record
        for record in records
    ]


def _completed(member: ObservationRecord, panel: ObservationRecord) -> ObservationRecord:
    return replace(
        member,
        focus=member.focus or panel.focus,
        components=(*member.components, *_inherited(member, panel)),
        body_site=member.body_site if member.body_site.words else panel.body_site,
        derived_from=member.derived_from or panel.derived_from,
        part_of=member.part_of or panel.part_of,
        day=member.day or panel.day,
        dated_by_issue=member.dated_by_issue if member.day else panel.dated_by_issue,
    )


def _inherited(member: ObservationRecord, panel: ObservationRecord) -> Iterable[Component]:
    """Components of the panel under codes that the member does not use itself."""
    own = {coding for component in member.components for coding in component.code.codings}
    return (c for c in panel.components if own.isdisjoint(c.code.codings))
