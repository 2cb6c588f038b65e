"""What must be seen first: how size and attenuation moved, on which drug, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rules.assessment import Assessment, LesionChange
from rules.words import number, percent
from service.evidence.rows import Bar, Evidence

UP, DOWN, SAME, UNKNOWN = "up", "down", "same", "unknown"


@dataclass(frozen=True)
class Figure:
    """A number then and now, and which way it went."""

    then: str  # "53 mm"
    now: str
    change: str  # "+13.2 %", "not known"
    direction: str  # "up", "down", "same", "unknown"
    value: float | None  # the change in per cent


@dataclass(frozen=True)
class OnDrug:
    """The drug that the question is about, and since when."""

    name: str
    since: str  # "2026-04-06", "start not known"
    days: int | None  # from its start to the index study
    ended: str  # "ongoing", "last dose 2026-06-01", "end not known"


@dataclass(frozen=True)
class LesionRow:
    """One lesion, by the letter it has in the plots."""

    letter: str
    name: str
    site: str
    role: str
    size: Figure
    attenuation: Figure
    phases: str


@dataclass(frozen=True)
class Figures:
    """The head of the page."""

    size: Figure
    attenuation: Figure
    drug: OnDrug | None
    lesions: tuple[LesionRow, ...]


def figures(assessment: Assessment, drawn: Evidence, letters: Mapping[str, str]) -> Figures:
    """The figures of an assessment, as it has them; nothing is worked out here but signs."""
    size, attenuation = moves(assessment)
    return Figures(
        size=size,
        attenuation=attenuation,
        drug=next((_on(bar, drawn) for bar in drawn.bars if bar.leading), None),
        lesions=tuple(_lesions(assessment.measurements.lesions, letters)),
    )


def moves(assessment: Assessment) -> tuple[Figure, Figure]:
    """The sum of the targets from its smallest, and their mean attenuation from baseline."""
    m = assessment.measurements
    size = _figure(m.sld_nadir, m.sld_index, m.growth_pct, "mm")
    return size, _figure(m.hu_baseline, m.hu_index, m.hu_change_pct, "HU")


def _figure(then: Decimal | None, now: Decimal | None, change: float | None, unit: str) -> Figure:
    return Figure(_value(then, unit), _value(now, unit), percent(change), _way(change), change)


def _value(value: Decimal | None, unit: str) -> str:
    return f"{number(value).replace('-', '−')} {unit}" if value is not None else "not measured"


def _way(change: float | None) -> str:
    if change is None:
        return UNKNOWN
    return UP if change > 0 else DOWN if change < 0 else SAME


def _on(bar: Bar, drawn: Evidence) -> OnDrug:
    index = drawn.study("index")
    dated = bar.start is not None and bar.earliest is None and index is not None
    return OnDrug(
        name=bar.drug,
        since=bar.begun or "start not known",
        days=(index.day - bar.start).days if dated and index and bar.start else None,
        ended=_ended(bar),
    )


def _ended(bar: Bar) -> str:
    if bar.ongoing:
        return "ongoing"
    return f"last dose {bar.end}" if bar.end else "end not known"


def _lesions(changes: tuple[LesionChange, ...], letters: Mapping[str, str]) -> Iterator[LesionRow]:
    for row in changes:
        yield LesionRow(
            letter=letters.get(row.id, "?"),
            name=row.label or row.site or "unnamed lesion",
            site=row.site,
            role="target" if row.target else "new" if row.new else "not a target",
            size=_change(row.mm_baseline, row.mm_index, "mm"),
            attenuation=_change(row.hu_baseline, row.hu_index, "HU"),
            phases=_phases(row),
        )


def _change(then: Decimal | None, now: Decimal | None, unit: str) -> Figure:
    """One lesion then and now; its own change decides nothing and is shown by its sign alone."""
    share = float((now - then) / abs(then) * 100) if then and now is not None else None
    return _figure(then, now, share, unit)


def _phases(row: LesionChange) -> str:
    then, now = (p.value if p else "not known" for p in (row.phase_baseline, row.phase_index))
    return now if then == now or row.new else f"{then} → {now}"
