"""Evidence beside the liver images: elsewhere, PET, biopsy, clinical state, local therapy.

Favourable evidence must be near the index study; contrary evidence counts until something newer
replaces it (page rules/catalog/reading).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rules.criteria.pages import CriterionPage
from rules.criteria.percist import rose
from rules.dates import Days, PartialDate, days_between
from rules.features.lookup import Lookup
from rules.features.studies import Compared, speaks_of
from rules.features.uptake import UptakePair
from rules.numbers import Numbers
from rules.timeline import Finding, FindingKind, LocalTherapy, UptakeKind

UNKNOWN = "unknown"
NONE = "none"
# From the most contrary to the most favourable; the more contrary of two statements is taken.
CLINICAL = ("crisis", "worse", UNKNOWN, "stable", "improved")
PET = ("PMD", "SMD", "PMR", "CMR")
BIOPSY = ("viable-tumour", "necrosis")


@dataclass(frozen=True)
class Statement:
    """What the record says on one question, and where."""

    value: str
    sources: tuple[str, ...] = ()
    days: int | None = None  # a number of days that belongs to it
    ambiguous: bool = False  # a date too coarse for the number of days to be used


@dataclass(frozen=True)
class Setting:
    """The index study as seen from beside the images."""

    look: Lookup
    studies: Compared
    index: PartialDate
    line_start: PartialDate | None
    as_of: date
    numbers: Numbers

    @property
    def since(self) -> PartialDate | None:
        """From when on contrary evidence counts: line start, else the baseline study."""
        if self.line_start is not None:
            return self.line_start
        return self.studies.baseline.day if self.studies.baseline else None

    def statements(self, kind: FindingKind) -> list[Finding]:
        """The dated findings of a kind that are not from before the line, up to the call."""
        dated = [(f, f.day) for f in self.look.findings(kind) if f.day is not None]
        since = self.since.earliest if dated and self.since else date.min
        return [f for f, day in dated if day.latest >= since and day.earliest <= self.as_of]

    def near(self, finding: Finding, window: str) -> bool:
        """Whether a finding is near enough to the index study, for certain."""
        if finding.day is None:
            return False
        if self.studies.index is not None and finding.study == self.studies.index.id:
            return True
        apart = days_between(finding.day, self.index)
        return max(abs(apart.low), abs(apart.high)) <= self.numbers[window]


def newest(findings: Sequence[Finding], order: Sequence[str]) -> Finding | None:
    """The newest finding; of one day, the more contrary."""
    return max(
        [f for f in findings if f.day is not None and f.value in order],
        key=lambda f: (f.day.latest if f.day else date.min, -order.index(f.value)),
        default=None,
    )


def stated(
    setting: Setting, kind: FindingKind, order: Sequence[str], favourable: Iterable[str], none: str
) -> tuple[Statement, Finding | None]:
    """The newest statement of a kind; a favourable one only near the index study."""
    finding = newest(setting.statements(kind), order)
    if finding is None:
        return Statement(none), None
    if finding.value in favourable and not setting.near(finding, "evidence_window"):
        return Statement(none), None
    return Statement(finding.value, (finding.source.reference,)), finding


def pet(setting: Setting, uptake: Iterable[UptakePair], percist: CriterionPage) -> Statement:
    """The newest metabolic response since line start, with days from line start to the PET.

    A SULpeak that rose as PERCIST asks for progression is PMD, whatever is stated. A fall is no
    response by itself: that asks for comparable studies, which records do not tell.
    """
    rising = _risen(setting, uptake, percist)
    if rising is not None:
        return _on_day(setting, "PMD", rising.sources, rising.follow_up.day)
    statement, finding = stated(setting, FindingKind.PET, PET, ("SMD", "PMR", "CMR"), NONE)
    if finding is None or finding.day is None:
        return statement
    return _on_day(setting, statement.value, statement.sources, finding.day)


def _risen(
    setting: Setting, uptake: Iterable[UptakePair], percist: CriterionPage
) -> UptakePair | None:
    peaks = [pair for pair in uptake if pair.baseline.kind is UptakeKind.SUL_PEAK]
    found = next((pair for pair in peaks if rose(percist, pair.change)), None)
    if found is None:
        return None
    since = setting.since
    return found if since is None or found.follow_up.day.latest >= since.earliest else None


def _on_day(setting: Setting, value: str, sources: tuple[str, ...], day: PartialDate) -> Statement:
    if setting.line_start is None:
        return Statement(value, sources)
    days = days_between(setting.line_start, day)
    matters = days.crosses([setting.numbers["pet_reliable_after"]]) and value == "PMD"
    return Statement(value, sources, max(days.low, 0), ambiguous=matters)


def biopsy(setting: Setting) -> Statement:
    """The newest biopsy since line start."""
    return stated(setting, FindingKind.BIOPSY, BIOPSY, ("necrosis",), NONE)[0]


def clinical(setting: Setting) -> Statement:
    """The clinical state as stated and by ECOG near the index study; the worse holds.

    A crisis counts from the moment it is recorded.
    """
    findings = setting.statements(FindingKind.CLINICAL)
    near = [f for f in findings if f.value == "crisis" or setting.near(f, "clinical_window")]
    stated = newest(near, CLINICAL)
    found = [Statement(stated.value, (stated.source.reference,))] if stated else []
    ecog = _by_ecog(setting)
    found += [ecog] if ecog else []
    return min(found, key=lambda s: CLINICAL.index(s.value), default=Statement(UNKNOWN))


def _by_ecog(setting: Setting) -> Statement | None:
    """ECOG against the last value before line start; None without both."""
    if setting.line_start is None:
        return None
    window = setting.numbers["clinical_window"]
    values = setting.look.timeline.performance
    before = [v for v in values if v.day.latest <= setting.line_start.latest]
    near = [
        v
        for v in values
        if v not in before and _apart(days_between(v.day, setting.index)) <= window
    ]
    if not before or not near:
        return None
    reference = max(before, key=lambda v: (v.day.latest, v.ecog))
    worst = max(near, key=lambda v: v.ecog)
    value = "worse" if worst.ecog > reference.ecog else "stable"
    return Statement(value, (reference.source.reference, worst.source.reference))


def _apart(days: Days) -> int:
    return max(abs(days.low), abs(days.high))


def at_index(setting: Setting, kind: FindingKind, order: Sequence[str], none: str) -> Statement:
    """What is said of the index study itself."""
    index, said = setting.studies.index, setting.look.findings(kind)
    if index is None or not said:
        return Statement(none)
    findings = [f for f in said if f.value in order and speaks_of(f, index, setting.look)]
    if not findings:
        return Statement(none)
    contrary = min(findings, key=lambda f: order.index(f.value))
    return Statement(contrary.value, tuple([f.source.reference for f in findings]))


def local_therapy(setting: Setting) -> tuple[Statement | None, Statement | None]:
    """The last liver-directed therapy before the index study, and one that is not dated."""
    dated = [
        t
        for t in setting.look.timeline.local_therapies
        if t.day is not None and t.day.earliest <= setting.index.latest
    ]
    undated = [t for t in setting.look.timeline.local_therapies if t.day is None]
    last = max(dated, key=lambda t: t.day.latest if t.day else date.min, default=None)
    return _local(last, setting), (
        Statement("undated", tuple(t.source.reference for t in undated)) if undated else None
    )


def _local(therapy: LocalTherapy | None, setting: Setting) -> Statement | None:
    if therapy is None or therapy.day is None:
        return None
    days = days_between(therapy.day, setting.index)
    matters = days.crosses([setting.numbers["local_therapy_window"]])
    return Statement(therapy.name, (therapy.source.reference,), max(days.low, 0), matters)
