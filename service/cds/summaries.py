"""The one sentence of a card: what the words claim is known, and it always fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.assessment import Assessment, Grade, ItemKind
from service.cds.markdown import plain
from service.cds.strict import LONGEST_SUMMARY
from service.cds.wording import Wording, counted

_CLOSING_BRACKETS = re.compile(r" \([^()]*\)$")
_WHOSE = re.compile(r" of .+ at ")
_SHORTEST_DRUG = 2
_NAMED_AT_MOST = 2


@dataclass(frozen=True)
class ProtocolWords:
    """What a summary on liver imaging names: the comparison study's day and phases."""

    day: str
    phases: str
    unenhanced: bool


def summary(assessment: Assessment, wording: Wording) -> str:
    """At most 139 characters, one message, the drug named where the grade is about a drug."""
    return _filled(_template(assessment, wording), assessment, wording)


def protocol_summary(assessment: Assessment, words: ProtocolWords | None, wording: Wording) -> str:
    """The same, for a card on liver imaging; ``words`` is None without a comparison study."""
    drug = wording.drug(assessment.agent)
    if words is None:
        return _fit(wording.summary_variants["PROTOCOL_WITHOUT_STUDY"], {}, drug)
    fills = {
        "date": words.day,
        "phases": f" ({words.phases})" if words.phases else "",
        "unenhanced": " plus unenhanced" if words.unenhanced else "",
    }
    template = wording.summary_variants["PROTOCOL"]
    if _room(template, fills, drug) < 0:
        fills["phases"] = ""
    return _fit(template, fills, drug)


def _template(assessment: Assessment, wording: Wording) -> str:
    variant = _variant(assessment)
    if variant in wording.summary_variants:
        return wording.summary_variants[variant]
    return wording.summaries[assessment.grade.value]


def _variant(assessment: Assessment) -> str:
    """The variant that claims no more than is known, or "" where the grade's words do."""
    growth = assessment.measurements.growth_pct
    if assessment.grade is Grade.INDETERMINATE:
        return "NO_GROWTH_KNOWN" if growth is None else assessment.because
    if assessment.grade is Grade.POSSIBLE and (growth is None or growth <= 0):
        new = any(lesion.new for lesion in assessment.measurements.lesions)
        return "NEW_LESION" if new else "DESCRIBED_ONLY"
    if assessment.grade is Grade.LOCAL_THERAPY and assessment.local_therapy_days is None:
        return "LOCAL_THERAPY_UNDATED"
    return ""


def _filled(template: str, assessment: Assessment, wording: Wording) -> str:
    drug = wording.drug(assessment.agent)
    fills = {
        "agreement": counted(wording.agreement, len(assessment.of_kind(ItemKind.CONCORDANT))),
        "reason": _reason(assessment, wording),
        "days": str(_days_since_local_therapy(assessment)),
        "named": "",
    }
    if "{named}" in template:
        fills["named"] = _named(assessment, wording, _room(template, fills, drug))
    return _fit(template, fills, drug)


def _days_since_local_therapy(assessment: Assessment) -> int:
    """Days before the call; an assessment counts them before the index study."""
    return (assessment.local_therapy_days or 0) + (assessment.index_age_days or 0)


def _reason(assessment: Assessment, wording: Wording) -> str:
    """The strongest contrary item, or the two minor ones that decide together."""
    majors, minors = (assessment.codes(kind) for kind in (ItemKind.MAJOR, ItemKind.MINOR))
    if majors:
        return wording.short_name(majors[0])
    if len(minors) > 1:
        return " and ".join(wording.short_name(code) for code in minors[:2])
    return wording.short_name(assessment.because)


def _named(assessment: Assessment, wording: Wording, room: int) -> str:
    """The first two things that are not comparable or missing, as far as they fit whole."""
    missing_only = assessment.measurements.growth_pct is None
    opening, closing = ("; missing: ", "") if missing_only else (" (", ")")
    flags = () if missing_only else _short_names(ItemKind.FLAG, assessment, wording)
    things = (*flags, *assessment.missing) or _short_names(ItemKind.OBSTACLE, assessment, wording)
    room -= len(opening) + len(closing)
    chosen: list[str] = []
    for thing in things:
        left = room - sum(len(c) + len(", ") for c in chosen)
        form = next((form for form in _forms(thing) if len(form) <= left), None)
        if form and form not in chosen:
            chosen.append(form)
        if len(chosen) == _NAMED_AT_MOST:
            break
    return f"{opening}{', '.join(chosen)}{closing}" if chosen else ""


def _short_names(kind: ItemKind, assessment: Assessment, wording: Wording) -> tuple[str, ...]:
    return tuple(wording.short_name(code) for code in assessment.codes(kind))


def _forms(thing: str) -> Iterator[str]:
    """A missing thing in its own words, then without its date, then without whose it is."""
    whole = plain(thing)
    yield whole
    undated = _CLOSING_BRACKETS.sub("", whole)
    yield undated
    yield _WHOSE.sub(" at ", undated)


def _room(template: str, fills: dict[str, str], drug: str) -> int:
    return LONGEST_SUMMARY - len(template.format(drug=plain(drug), **fills))


def _fit(template: str, fills: dict[str, str], drug: str) -> str:
    """The sentence, with the name of the drug shortened where it would not fit."""
    name = plain(drug)
    excess = -_room(template, fills, name)
    if excess > 0:
        kept = max(len(name) - excess - 1, _SHORTEST_DRUG)
        name = f"{name[:kept].rstrip()}…"
    return template.format(drug=name, **fills)
