"""What if a value were another: the same timeline with some values changed by hand.

Only what is known is changed, and only here: nothing of it is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from rules.dates import PartialDate
from rules.timeline import (
    Finding,
    FindingKind,
    Lesion,
    Measurement,
    Organ,
    Phase,
    Quantity,
    Source,
    Study,
    Therapy,
    Timeline,
)
from service.errors import LiverResponseError

ELSEWHERE = (
    "as recorded",
    "not recorded",
    "none-known",
    "stable",
    "responding",
    "progressing",
    "new",
)
PHASES = ("not known", *(phase.value for phase in Phase))
_UNITS = {Quantity.LONG_AXIS: "mm", Quantity.SHORT_AXIS: "mm", Quantity.ATTENUATION: "HU"}
_BY_HAND = Source("changed by hand")
_LARGEST = Decimal(10_000)


class ChangeError(LiverResponseError):
    """A value that was typed cannot be used."""

    status = 400
    code = "value"


@dataclass(frozen=True)
class Field:
    """One value that may be changed: a number with unit, a date or a choice."""

    name: str
    label: str
    kind: str  # "number", "date", "choice"
    value: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    group: str = ""  # the study that it belongs to: "2026-06-05 CT"
    of: str = ""  # the lesion within the group
    short: str = ""  # the label where group and lesion are said already


def fields(timeline: Timeline) -> tuple[Field, ...]:
    """What may be changed of a patient: therapies, disease elsewhere, then study by study."""
    measured = sorted(_measurements(timeline), key=lambda field: field.group, reverse=True)
    return (*_therapies(timeline), _elsewhere(), *measured)


def _therapies(timeline: Timeline) -> Iterator[Field]:
    """The start of each record of a drug; several of one drug are counted."""
    every = Counter(therapy.ingredient for therapy in timeline.therapies)
    seen: Counter[str] = Counter()
    for place, therapy in enumerate(timeline.therapies):
        drug = therapy.ingredient
        seen[drug] += 1
        counted = f", record {seen[drug]} of {every[drug]}," if every[drug] > 1 else ""
        start = str(therapy.start.latest) if therapy.start else ""
        yield Field(f"start-{place}", f"{drug}{counted} from", "date", start)


def _measurements(timeline: Timeline) -> Iterator[Field]:
    studies = {study.id: study for study in timeline.studies}
    lesions = {lesion.id: lesion for lesion in timeline.lesions if lesion.organ is Organ.LIVER}
    for place, measured in enumerate(timeline.measurements):
        lesion, study = lesions.get(measured.lesion), studies.get(measured.study)
        if lesion is not None and study is not None:
            yield from _measured(place, measured, lesion, study)


def _measured(place: int, measured: Measurement, lesion: Lesion, study: Study) -> Iterator[Field]:
    of, group = lesion.label or lesion.site, f"{study.day} {study.modality or ''}".rstrip()
    unit, quantity = _UNITS[measured.quantity], measured.quantity.value
    value = Field(
        f"value-{place}",
        f"{of}, {study.day}, {quantity}",
        "number",
        f"{measured.value:f}",
        unit,
        group=group,
        of=of,
        short=quantity,
    )
    yield value
    if measured.quantity is Quantity.ATTENUATION:
        phase = measured.phase.value if measured.phase else "not known"
        label = f"{value.label}, phase"
        yield replace(
            value,
            name=f"phase-{place}",
            label=label,
            kind="choice",
            value=phase,
            unit="",
            choices=PHASES,
            short="phase",
        )


def _elsewhere() -> Field:
    return Field("elsewhere", "Disease elsewhere", "choice", ELSEWHERE[0], choices=ELSEWHERE)


def changed(timeline: Timeline, typed: Mapping[str, str]) -> Timeline:
    """The timeline with what was typed; names are those of ``fields``, unknown ones are ignored.

    Raises:
        ChangeError: a number, a date or a choice cannot be read; names the field.
    """
    therapies = tuple(
        _therapy(therapy, typed, f"start-{place}")
        for place, therapy in enumerate(timeline.therapies)
    )
    measurements = tuple(
        _measurement(measured, typed, place) for place, measured in enumerate(timeline.measurements)
    )
    found = _findings(timeline, typed.get("elsewhere", ELSEWHERE[0]))
    return replace(timeline, therapies=therapies, measurements=measurements, findings=found)


def _therapy(therapy: Therapy, typed: Mapping[str, str], name: str) -> Therapy:
    text = typed.get(name)
    recorded = str(therapy.start.latest) if therapy.start else ""
    if not text or text == recorded:
        return therapy
    try:
        return replace(therapy, start=PartialDate.on(date.fromisoformat(text)))
    except ValueError:
        raise ChangeError("Not a date; write it as 2026-04-03.", where=name) from None


def _measurement(measured: Measurement, typed: Mapping[str, str], place: int) -> Measurement:
    value, phase = typed.get(f"value-{place}"), typed.get(f"phase-{place}")
    if value:
        measured = replace(measured, value=_number(value, f"value-{place}"))
    if phase and phase not in PHASES:
        raise ChangeError(
            f"Not a phase; choose one of {', '.join(PHASES)}.", where=f"phase-{place}"
        )
    if phase:
        measured = replace(measured, phase=None if phase == PHASES[0] else Phase(phase))
    return measured


def _number(text: str, where: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ChangeError("Not a number; write it as 53.5.", where=where) from None
    if not number.is_finite() or abs(number) > _LARGEST:
        raise ChangeError("Not a number that could be measured.", where=where)
    return number


def _findings(timeline: Timeline, elsewhere: str) -> tuple[Finding, ...]:
    if elsewhere not in ELSEWHERE:
        raise ChangeError(f"Not a status; choose one of {', '.join(ELSEWHERE)}.", where="elsewhere")
    if elsewhere == ELSEWHERE[0]:
        return timeline.findings
    others = tuple(f for f in timeline.findings if f.kind is not FindingKind.EXTRAHEPATIC)
    if elsewhere == ELSEWHERE[1]:
        return others
    newest = max(
        (study.day for study in timeline.studies), key=lambda day: day.latest, default=None
    )
    return (*others, Finding(FindingKind.EXTRAHEPATIC, elsewhere, newest, _BY_HAND))
