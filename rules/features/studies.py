"""Which study is judged, which is the baseline, and what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.dates import PartialDate, days_between
from rules.features.lookup import Lookup, by_day
from rules.numbers import Numbers
from rules.timeline import Finding, FindingKind, Study

# What a reader says of the liver at a study.
LIVER_FINDINGS = frozenset(
    {
        FindingKind.LESION_CHARACTER,
        FindingKind.QUALITATIVE,
        FindingKind.CONSPICUITY,
        FindingKind.NODULE,
        FindingKind.CENTRAL_FILL_IN,
        FindingKind.RE_ENHANCEMENT,
        FindingKind.HAEMORRHAGE,
        FindingKind.STEATOSIS,
        FindingKind.CHUN,
    }
)
CROSS_SECTIONAL = ("CT", "MR")


@dataclass(frozen=True)
class Compared:
    """The studies of the liver up to the call, and the two that are compared.

    ``followed`` are the measured studies from baseline to index, both included.
    ``unmeasured`` is a newer study, of the liver as far as is known, without measurements.
    """

    index: Study | None
    baseline: Study | None
    followed: tuple[Study, ...]
    unmeasured: Study | None


def index_study(look: Lookup, as_of: date) -> Study | None:
    """The newest study with liver measurements or findings up to the call.

    Findings that name no study make one only where there is nothing else: a report signed a day
    later is not a new study.
    """
    past = [s for s in look.timeline.studies if s.day.earliest <= as_of]
    measured = {s.id for s in look.liver_studies}
    described = {f.study for f in look.findings_of(LIVER_FINDINGS)}
    candidates = (
        [s for s in past if s.id in measured or (s.recorded and s.id in described)]
        or [s for s in past if s.id in described]
        or [s for s in past if s.covers_liver and s.modality in CROSS_SECTIONAL]
    )
    return by_day(candidates)[-1] if candidates else None


def compared(
    look: Lookup,
    index: Study | None,
    line_start: PartialDate | None,
    as_of: date,
    numbers: Numbers,
) -> Compared:
    """Choose the baseline for a line and gather what lies between."""
    if index is None:
        return Compared(None, None, (), None)
    measured = look.liver_studies
    earlier = [s for s in measured if s.day.latest < index.day.latest and s.id != index.id]
    baseline = _baseline(earlier, line_start, numbers)
    followed = [s for s in earlier if baseline and s.day.latest >= baseline.day.latest]
    return Compared(index, baseline, (*followed, index), _newer_unmeasured(look, index, as_of))


def _baseline(
    earlier: Sequence[Study], line_start: PartialDate | None, numbers: Numbers
) -> Study | None:
    """The study before line start; one shortly after it only where no recent one was before."""
    if not earlier:
        return None
    if line_start is None:
        return earlier[0]
    before = [s for s in earlier if s.day.latest <= line_start.latest]
    after = [s for s in earlier if s.day.latest > line_start.latest]
    if not before:
        return after[0]
    recent = days_between(before[-1].day, line_start).high <= numbers["baseline_before"]
    soon = after and days_between(line_start, after[0].day).high <= numbers["baseline_after"]
    return after[0] if soon and not recent else before[-1]


def _newer_unmeasured(look: Lookup, index: Study, as_of: date) -> Study | None:
    newer = [
        s
        for s in look.timeline.studies
        if s.recorded
        and s.covers_liver is not False
        and s.modality in CROSS_SECTIONAL
        and index.day.latest < s.day.earliest <= as_of
    ]
    return by_day(newer)[-1] if newer else None


def speaks_of(finding: Finding, study: Study, look: Lookup) -> bool:
    """Whether a finding is about a study: it names it, or names none and was made since."""
    if finding.study == study.id:
        return True
    named = look.studies.get(finding.study or "")
    if named is not None and named.recorded:
        return False
    day = finding.day or (named.day if named else None)
    return day is not None and day.earliest >= study.day.earliest
