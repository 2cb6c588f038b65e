"""The body of a card: what was found, for and against, what is missing, and the limits of it.

Written to be read between two patients: short sections in a fixed order, numbers "then → now",
the contrary evidence never left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import chain

from rules.assessment import Assessment, Grade, Item, ItemKind, LesionChange, StudyUsed
from rules.timeline import Phase
from rules.words import number, percent
from service.cds.markdown import (
    Markdown,
    bullets,
    document,
    escaped,
    link,
    paragraph,
    section,
    sentence_list,
    table,
)
from service.cds.settling import what_would_settle
from service.cds.wording import Wording

_LESIONS_SHOWN = 6
_LINES_SHOWN = 8
_CELL = 60
_NOT_MEASURED = "not measured"
_CATEGORIES = {None: "not known", "NE": "not evaluable"}
_NONE_RECORDED = Markdown("None recorded.")


def detail(
    assessment: Assessment, options: tuple[str, ...], notes: tuple[str, ...], wording: Wording
) -> Markdown:
    """The body of a card about an assessment.

    Args:
        assessment: what was concluded.
        options: the labels of the options offered, in order.
        notes: what could not be read of the call itself, one sentence each.
        wording: the words.
    """
    return document(
        escaped(wording.urgent, None) if assessment.urgent else Markdown(""),
        section("What was found", *_found(assessment)),
        section("For treatment effect", _speaking_for(assessment)),
        section("Against it", _speaking_against(assessment, wording)),
        section("Missing or not comparable", _missing(assessment, notes, wording)),
        section("Why this pattern matters", why(assessment, wording)),
        _settling(assessment, wording),
        section("Options to consider", bullets(map(escaped, options))) if options else Markdown(""),
        section("Limits", escaped(wording.limits, None)),
        colophon(assessment, wording),
    )


def _found(assessment: Assessment) -> tuple[Markdown, ...]:
    lesions = assessment.measurements.lesions
    return (
        paragraph((first_reason(assessment), *_confounders(assessment), _compared(assessment))),
        _lesion_table(lesions[:_LESIONS_SHOWN]) if lesions else Markdown(""),
        _more(len(lesions) - _LESIONS_SHOWN, "lesion"),
        bullets(_numbers(assessment)),
    )


def first_reason(assessment: Assessment) -> Markdown:
    """The grade in a sentence."""
    return escaped(assessment.reasons[0] if assessment.reasons else f"{assessment.label}.")


def _confounders(assessment: Assessment) -> tuple[Markdown, ...]:
    return tuple(map(_sentence, assessment.of_kind(ItemKind.CONFOUNDER)))


def _compared(assessment: Assessment) -> Markdown:
    index, baseline = assessment.index_study, assessment.baseline_study
    if index is None:
        return Markdown("No study of the liver could be compared.")
    if baseline is None:
        return escaped(f"Index study {study_words(index)}; no baseline study to compare with.")
    return escaped(f"Compared: {study_words(baseline)} → {study_words(index)}.")


def study_words(study: StudyUsed) -> str:
    """A study by its day and modality."""
    unrecorded = "" if study.recorded else ", measurements without a recorded study"
    return f"{study.day} ({study.modality or 'modality not known'}{unrecorded})"


def _lesion_table(lesions: Iterable[LesionChange]) -> Markdown:
    header = ("Lesion", "Site", "Size", "Attenuation", "Phase")
    return table(header, map(_lesion_row, lesions))


def _lesion_row(lesion: LesionChange) -> tuple[Markdown, ...]:
    role = " (target)" if lesion.target else " (new)" if lesion.new else ""
    return (
        Markdown(f"{escaped(lesion.label or 'unnamed', _CELL)}{role}"),
        escaped(lesion.site or "not stated", _CELL),
        escaped(_then_now(lesion.mm_baseline, lesion.mm_index, "mm", lesion.new)),
        escaped(_then_now(lesion.hu_baseline, lesion.hu_index, "HU", lesion.new)),
        escaped(_phases(lesion)),
    )


def _number(value: Decimal | None) -> str:
    return number(value).replace("-", "−")


def _then_now(then: Decimal | None, now: Decimal | None, unit: str, new: bool) -> str:
    if then is None and now is None:
        return _NOT_MEASURED
    ending = f"{_number(now)} {unit}" if now is not None else _NOT_MEASURED
    return f"{'new' if new and then is None else _number(then)} → {ending}"


def _phases(lesion: LesionChange) -> str:
    then, now = lesion.phase_baseline, lesion.phase_index
    if then is now or lesion.new:
        return _phase(now)
    return f"{_phase(then)} → {_phase(now)}"


def _phase(phase: Phase | None) -> str:
    return phase.value if phase else "not known"


def _more(count: int, noun: str) -> Markdown:
    if count < 1:
        return Markdown("")
    return Markdown(f"and {count} more {noun}{'s' if count > 1 else ''}")


def _numbers(assessment: Assessment) -> tuple[Markdown, ...]:
    m = assessment.measurements
    size = _then_now(m.sld_baseline, m.sld_index, "mm", new=False)
    nadir = f"smallest before {_number(m.sld_nadir)} mm, " if m.sld_nadir is not None else ""
    density = _then_now(m.hu_baseline, m.hu_index, "HU", new=False)
    lines = [
        f"Sum of target lesions: {size}; {nadir}growth {percent(m.growth_pct)}",
        f"Mean attenuation: {density}; change {percent(m.hu_change_pct)}",
    ]
    if m.recist_1_1 or m.choi_2007:
        recist, choi = (_CATEGORIES.get(name, name) for name in (m.recist_1_1, m.choi_2007))
        lines.append(f"By these numbers alone: RECIST 1.1 {recist}, Choi 2007 {choi}")
    return tuple(map(escaped, lines))


def _speaking_for(assessment: Assessment) -> Markdown:
    kinds = (ItemKind.PATTERN, ItemKind.CONCORDANT)
    found = tuple(_sentence(item) for kind in kinds for item in assessment.of_kind(kind))
    return _shortened(found) if found else _NONE_RECORDED


def _speaking_against(assessment: Assessment, wording: Wording) -> Markdown:
    """Never empty: "none recorded", and what it could have been and is not known."""
    kinds = (ItemKind.MAJOR, ItemKind.MINOR)
    found = [_sentence(item) for kind in kinds for item in assessment.of_kind(kind)]
    if assessment.grade is Grade.TRUE_PROGRESSION and not found:
        found.append(first_reason(assessment))
    caps = assessment.of_kind(ItemKind.CAP)
    found += [_sentence(item) for item in caps if item.code in wording.caps_against]
    found += _progression_by_numbers(assessment, wording)
    if found:
        return _shortened((*found, *_silent_on(assessment.not_recorded)))
    unknown = tuple(name for name in assessment.missing if name in wording.contrary_sources)
    return paragraph((_NONE_RECORDED, *_silent_on((*unknown, *assessment.not_recorded))))


def _silent_on(things: tuple[str, ...]) -> tuple[Markdown, ...]:
    """What could speak against it and is not on record, which is not the same as its absence."""
    return (_listed("The record is silent on", things),) if things else ()


def _progression_by_numbers(assessment: Assessment, wording: Wording) -> list[Markdown]:
    """Progression by a published criterion speaks against it, whatever else is found."""
    m = assessment.measurements
    criteria = (("RECIST 1.1", m.recist_1_1), ("Choi 2007", m.choi_2007))
    named = " and ".join(name for name, category in criteria if category == "PD")
    words = wording.progression_by_numbers.format(criteria=named, growth=percent(m.growth_pct))
    return [escaped(words)] if named else []


def _missing(assessment: Assessment, notes: Iterable[str], wording: Wording) -> Markdown:
    kinds = (ItemKind.OBSTACLE, ItemKind.FLAG, ItemKind.CAP)
    items = chain.from_iterable(map(assessment.of_kind, kinds))
    found = [*map(escaped, notes)]
    found += [_sentence(item) for item in items if not _elsewhere(item, assessment, wording)]
    if assessment.missing:
        found.append(_not_available(assessment.missing))
    if assessment.remarks:
        found.append(_listed("How it was read", assessment.remarks))
    return bullets(found) if found else _NONE_RECORDED


def _elsewhere(item: Item, assessment: Assessment, wording: Wording) -> bool:
    """Whether another line of the card says this already."""
    if item.code in wording.not_shown or item.code in wording.caps_against:
        return True
    return wording.said_as_missing.get(item.code) in assessment.missing


def _not_available(missing: tuple[str, ...]) -> Markdown:
    return _listed("Not available", missing)


def _listed(opening: str, things: tuple[str, ...]) -> Markdown:
    shown = sentence_list(map(escaped, things[:_LINES_SHOWN]), "; ")
    more = _more(len(things) - _LINES_SHOWN, "item")
    return Markdown(f"{opening}: {shown}{'; ' if more else ''}{more}.")


def _sentence(item: Item) -> Markdown:
    return escaped(item.sentence)


def _shortened(lines: Iterable[Markdown]) -> Markdown:
    every = tuple(lines)
    more = _more(len(every) - _LINES_SHOWN, "item")
    return bullets((*every[:_LINES_SHOWN], *([more] if more else ())))


def _settling(assessment: Assessment, wording: Wording) -> Markdown:
    lines = what_would_settle(assessment, wording)
    if not lines:
        return Markdown("")
    opening = Markdown("Any one of these by itself, all else as it is:")
    return section("What would settle it", opening, bullets(lines))


def why(assessment: Assessment, wording: Wording) -> Markdown:
    """Why the pattern matters, and how well it is known for this drug and tumour."""
    words = {
        "drug": wording.drug(assessment.agent),
        "primary": wording.primary_names.get(assessment.primary, assessment.primary),
    }
    pattern = wording.why.get(assessment.grade.value, wording.why["default"])
    applies = assessment.grade.value not in wording.tiers_not_for
    tier = wording.tiers[assessment.tier or "unknown"] if applies else ""
    return paragraph(escaped(text.format(**words), None) for text in (pattern, tier))


def colophon(assessment: Assessment, wording: Wording) -> Markdown:
    """Which rule book spoke, and from which sources."""
    book = assessment.rulebook
    sources = sentence_list(link(s["label"], s["url"]) for s in wording.guidance(assessment.grade))
    return Markdown(f"Rule book {escaped(book.version)} ({escaped(book.hash)}). Sources: {sources}")
