"""How disease outside the liver does: as stated as a whole, as measured, as said of each lesion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.criteria.measured import Change
from rules.criteria.pages import CriterionPage
from rules.criteria.recist import target_category
from rules.features.evidence import UNKNOWN, Setting, Statement, newest, stated
from rules.features.lookup import Lookup
from rules.features.sizes import size_at, sum_at
from rules.features.studies import Compared
from rules.timeline import Finding, FindingKind, Lesion, Organ

# From the most contrary to the most favourable; the more contrary of two statements is taken.
ELSEWHERE = ("new", "progressing", UNKNOWN, "stable", "responding", "none-known")
_FAVOURABLE = ("stable", "responding", "none-known")
_BY_RECIST = {"PD": "progressing", "PR": "responding", "CR": "responding", "SD": "stable"}
# What a reader says of one lesion, from the most contrary to the most favourable.
_BY_CHANGE = {"increased": "progressing", "unchanged": "stable", "decreased": "responding"}


def extrahepatic(setting: Setting, recist: CriterionPage) -> Statement:
    """The status of disease outside the liver; of several answers the worst holds."""
    as_a_whole, _ = stated(setting, FindingKind.EXTRAHEPATIC, ELSEWHERE, _FAVOURABLE, UNKNOWN)
    lesions = setting.look.of_organ(Organ.ELSEWHERE)
    if not lesions:
        return as_a_whole
    of_lesions = (_measured(setting, lesions, recist), _described(setting, lesions))
    known = [s for s in (as_a_whole, *of_lesions) if s is not None and s.value != UNKNOWN]
    return min(known, key=lambda s: ELSEWHERE.index(s.value), default=as_a_whole)


def _measured(
    setting: Setting, lesions: Sequence[Lesion], recist: CriterionPage
) -> Statement | None:
    """By the sum of the lesions, as RECIST 1.1 has it, or by a new one."""
    look, studies = setting.look, setting.studies
    if studies.baseline is None or studies.index is None:
        return None
    sources = tuple(
        m.source.reference
        for m in look.timeline.measurements
        if look.lesions[m.lesion].organ is Organ.ELSEWHERE
    )
    if any(_new_since(look, lesion.id, studies) for lesion in lesions):
        return Statement("new", sources)
    series = [sum_at(look, lesions, study) for study in studies.followed]
    known = [s for s in series[:-1] if s is not None]
    growth = Change.of(series[-1], min(known, default=None), "mm")
    category = target_category(recist, growth, Change.of(series[-1], series[0], "mm"))
    return Statement(_BY_RECIST[category], sources) if category else None


def _new_since(look: Lookup, lesion: str, studies: Compared) -> bool:
    seen = look.measured_in([look.lesions[lesion]])
    marked = any(
        f.lesion == lesion and f.value == "new"
        for f in look.findings(FindingKind.CHANGE_FROM_PRIOR)
    )
    after = studies.baseline and seen and seen[0].day.latest > studies.baseline.day.latest
    return marked or bool(after)


def _described(setting: Setting, lesions: Iterable[Lesion]) -> Statement | None:
    """As a reader says of the lesions that are not measured then and now.

    One that increased is progression; that all is well takes a word on each of them.
    """
    unmeasured = [lesion for lesion in lesions if not _is_measured(setting, lesion)]
    said = [_change(setting, lesion) for lesion in unmeasured]
    known = [finding for finding in said if finding is not None]
    worst = min(known, key=_contrary_first, default=None)
    if worst is None:
        return None
    status = _BY_CHANGE[worst.value]
    if status in _FAVOURABLE and len(known) < len(said):
        return None
    return Statement(status, tuple(finding.source.reference for finding in known))


def _is_measured(setting: Setting, lesion: Lesion) -> bool:
    ends = (setting.studies.baseline, setting.studies.index)
    return all(end is not None and size_at(setting.look, lesion, end) is not None for end in ends)


def _change(setting: Setting, lesion: Lesion) -> Finding | None:
    """The newest word on a lesion; a favourable one only near the index study."""
    changes = setting.statements(FindingKind.CHANGE_FROM_PRIOR)
    found = newest([f for f in changes if f.lesion == lesion.id], tuple(_BY_CHANGE))
    if found is None or _BY_CHANGE[found.value] not in _FAVOURABLE:
        return found
    return found if setting.near(found, "evidence_window") else None


def _contrary_first(finding: Finding) -> int:
    return tuple(_BY_CHANGE).index(finding.value)
