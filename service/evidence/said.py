"""What is said of a day, and the lines of therapy: rows of their own over the time axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.assessment import Assessment
from rules.dates import PartialDate
from rules.features.lines import Line, lines_at
from rules.features.markers import markers_of
from rules.features.picture import Picture
from rules.rulebook import Rulebook
from rules.timeline import Finding, FindingKind, Organ, Quantity, Timeline
from service.evidence.rows import NOT_RECORDED, Bar, Event

_LANES = {
    FindingKind.PET: "PET",
    FindingKind.EXTRAHEPATIC: "elsewhere",
    FindingKind.CLINICAL: "clinical",
    FindingKind.BIOPSY: "biopsy",
    FindingKind.NODULE: "nodule",
    FindingKind.RE_ENHANCEMENT: "re-enhancement",
    FindingKind.CENTRAL_FILL_IN: "central fill-in",
    FindingKind.PROGRESSION_AFTER_REVIEW: "after review",
    FindingKind.CHUN: "Chun morphology",
}
# These have their lane even where nothing is recorded: unknown is not "none".
_ALWAYS = ("PET", "ECOG", "elsewhere", "clinical", "biopsy", "nodule")
_MEASURED, _UPTAKE = "size elsewhere", "FDG uptake"
# What a lane without a statement is judged from all the same.
_ANSWERED_BY = {"elsewhere": {_MEASURED}, "PET": {_UPTAKE}, "clinical": {"ECOG"}}
_WORDS = {
    "CMR": "CMR complete metabolic response",
    "PMR": "PMR partial metabolic response",
    "SMD": "SMD stable metabolic disease",
    "PMD": "PMD progressive metabolic disease",
}


def bars(
    timeline: Timeline, assessment: Assessment, picture: Picture, book: Rulebook
) -> Iterator[Bar]:
    """The line of each drug at the index study, and of those begun since; the leading one first."""
    today = PartialDate.on(assessment.as_of)
    index = picture.studies.index
    at_index = lines_at(timeline.therapies, index.day if index else today, book.numbers)
    known = {line.ingredient for line in at_index}
    since = lines_at(timeline.therapies, today, book.numbers)
    lines = (*at_index, *(line for line in since if line.ingredient not in known))
    yield from sorted(
        (_bar(line, assessment.agent) for line in lines), key=lambda bar: not bar.leading
    )


def _bar(line: Line, leading: str | None) -> Bar:
    return Bar(
        drug=line.ingredient,
        start=line.start.latest if line.start else None,
        end=line.last_dose.latest if line.last_dose else None,
        ongoing=line.ongoing,
        leading=line.ingredient == leading,
        sources=line.sources,
        begun=str(line.start) if line.start else "",
        earliest=line.start.earliest if line.start and not line.start.exact else None,
        gaps=tuple((last.latest, again.latest) for last, again in line.gaps),
    )


def events(
    timeline: Timeline, assessment: Assessment, book: Rulebook, names: Mapping[str, str]
) -> Iterator[Event]:
    """Every statement, lane by lane; a lane that nobody fills says so.

    ``names`` are the letters of the lesions.
    """
    said = (*_said(timeline), *_measured_elsewhere(timeline, names), *_uptake(timeline))
    filled = {event.lane for event in said}
    answered = {lane for lane, others in _ANSWERED_BY.items() if filled & others}
    for lane in dict.fromkeys((*_ALWAYS, *(event.lane for event in said))):
        yield from (event for event in said if event.lane == lane)
        if lane not in filled | answered:
            yield Event(lane, None, NOT_RECORDED, "", known=False)
    yield from _markers_not_recorded(timeline, assessment, book)


def _said(timeline: Timeline) -> Iterator[Event]:
    for finding in timeline.findings:
        if finding.kind in _LANES:
            yield _event(finding)
    for status in timeline.performance:
        yield Event("ECOG", status.day.latest, str(status.ecog), status.source.reference)
    for local in timeline.local_therapies:
        day = local.day.latest if local.day else None
        yield Event("liver-directed", day, local.name, local.source.reference)


def _measured_elsewhere(timeline: Timeline, names: Mapping[str, str]) -> Iterator[Event]:
    """Sizes of lesions outside the liver: they tell how the disease elsewhere is doing."""
    lesions = {lesion.id: lesion for lesion in timeline.lesions if lesion.organ is Organ.ELSEWHERE}
    days = {study.id: study.day.latest for study in timeline.studies}
    for measured in timeline.measurements:
        lesion = lesions.get(measured.lesion)
        if lesion is not None and measured.quantity is not Quantity.ATTENUATION:
            name = names.get(lesion.id) or lesion.label or lesion.site
            words = f"{name}: {measured.value:f} mm {measured.quantity.value}"
            yield Event(_MEASURED, days.get(measured.study), words, measured.source.reference)


def _uptake(timeline: Timeline) -> Iterator[Event]:
    for uptake in timeline.uptakes:
        words = f"{uptake.kind.value} {uptake.value:f} g/mL"
        yield Event(_UPTAKE, uptake.day.latest, words, uptake.source.reference)


def _event(finding: Finding) -> Event:
    day = finding.day.latest if finding.day else None
    words = _WORDS.get(finding.value, finding.value.replace("-", " "))
    return Event(_LANES[finding.kind], day, words, finding.source.reference)


def _markers_not_recorded(
    timeline: Timeline, assessment: Assessment, book: Rulebook
) -> Iterator[Event]:
    wanted = markers_of(assessment.primary, book.numbers)
    if wanted and not any(value.marker in wanted for value in timeline.markers):
        yield Event(wanted[0], None, NOT_RECORDED, "", known=False)
