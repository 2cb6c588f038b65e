"""The facts of a timeline in words, by the resource that each came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from rules.dates import PartialDate
from rules.timeline import Therapy, Timeline

Said = tuple[str, str]
"""A reference, and what came of the resource."""


def by_resource(timeline: Timeline) -> Mapping[str, tuple[str, ...]]:
    """What came of each resource, in the words of the field."""
    found: dict[str, list[str]] = defaultdict(list)
    for tell in (_therapies, _imaging, _findings, _laboratory, _history):
        for reference, words in tell(timeline):
            found[reference].append(words)
    return {reference: tuple(words) for reference, words in found.items()}


def _therapies(timeline: Timeline) -> Iterator[Said]:
    for therapy in timeline.therapies:
        yield _noted(therapy.source.reference, _therapy(therapy), therapy.source.note)


def _therapy(therapy: Therapy) -> str:
    until = "ongoing" if therapy.ongoing else _day(therapy.end)
    return f"{therapy.ingredient} ({therapy.course.value}), {_day(therapy.start)} to {until}"


def _imaging(timeline: Timeline) -> Iterator[Said]:
    names = {lesion.id: lesion.label or lesion.site or lesion.id for lesion in timeline.lesions}
    for study in timeline.studies:
        covers = {True: "liver", False: "not the liver", None: "region not stated"}
        words = f"{study.modality or 'modality not known'} of {_day(study.day)}"
        yield study.id, f"study: {words}, {covers[study.covers_liver]}"
    for value in timeline.measurements:
        phase = value.phase.value if value.phase else "phase not known"
        said = f"{value.quantity.value} {value.as_reported or value.value}, {phase}"
        words = f"{said}: {names.get(value.lesion, value.lesion)} at {value.study}"
        yield _noted(value.source.reference, words, value.source.note)
    for uptake in timeline.uptakes:
        words = f"{uptake.kind.value} {uptake.value} g/mL of {_day(uptake.day)}"
        yield _noted(uptake.source.reference, words, uptake.source.note)


def _findings(timeline: Timeline) -> Iterator[Said]:
    for finding in timeline.findings:
        words = f"{finding.kind.value}: {finding.value}, {_day(finding.day)}"
        yield _noted(finding.source.reference, words, finding.source.note)


def _laboratory(timeline: Timeline) -> Iterator[Said]:
    for value in timeline.markers:
        words = f"{value.marker} {value.value} {value.unit} of {_day(value.day)} ({value.series})"
        yield _noted(value.source.reference, words, value.source.note)
    for status in timeline.performance:
        words = f"ECOG {status.ecog} of {_day(status.day)}"
        yield _noted(status.source.reference, words, status.source.note)


def _history(timeline: Timeline) -> Iterator[Said]:
    for diagnosis in timeline.diagnoses:
        words = f"diagnosis: {diagnosis.tumour}"
        yield _noted(diagnosis.source.reference, words, diagnosis.source.note)
    for local in timeline.local_therapies:
        words = f"liver-directed therapy: {local.name}, {_day(local.day)}"
        yield _noted(local.source.reference, words, local.source.note)


def _noted(reference: str, words: str, note: str) -> Said:
    return reference, f"{words} [{note}]" if note else words


def _day(day: PartialDate | None) -> str:
    return str(day) if day else "undated"
