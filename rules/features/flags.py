"""Quality flags: what limits the comparison of baseline and index study.

Source: the page rules/catalog/image_quality, which holds every number used here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.clinical_facts import Flag
from rules.dates import PartialDate, days_between
from rules.features.attenuation import phases_at, size_phases, with_attenuation
from rules.features.lines import Line
from rules.features.lookup import Lookup
from rules.features.sizes import Targets
from rules.features.studies import Compared, speaks_of
from rules.numbers import Numbers
from rules.timeline import FindingKind, Lesion, Organ, Phase, Quantity, Study


@dataclass(frozen=True)
class Comparison:
    """Everything that a flag may look at."""

    look: Lookup
    baseline: Study
    index: Study
    targets: Targets
    enhanced: tuple[Lesion, ...]  # the targets whose attenuation is compared
    line: Line | None
    numbers: Numbers

    @property
    def pair(self) -> tuple[Study, Study]:
        """Baseline and index study."""
        return self.baseline, self.index


def quality_flags(
    look: Lookup, studies: Compared, targets: Targets, line: Line | None, numbers: Numbers
) -> frozenset[Flag]:
    """The flags that stand; none where there is nothing to compare."""
    baseline, index = studies.baseline, studies.index
    if baseline is None or index is None:
        return frozenset()
    enhanced = with_attenuation(look, targets, studies)
    comparison = Comparison(look, baseline, index, targets, enhanced, line, numbers)
    return frozenset([flag for flag, stands in _CHECKS.items() if stands(comparison)])


def _phase(c: Comparison) -> bool:
    """Size or attenuation pair from different phases, or a phase unknown."""
    then, now = [size_phases(c.look, c.targets.paired, study) for study in c.pair]
    if None in then or then != now:
        return True
    phases = [phases_at(c.look, c.enhanced, study) for study in c.pair]
    return not all(found <= {Phase.PORTAL_VENOUS} for found in phases)


def _modality(c: Comparison) -> bool:
    return c.baseline.modality is None or c.baseline.modality != c.index.modality


def _slice(c: Comparison) -> bool:
    known = [study.slice_mm for study in c.pair if study.slice_mm is not None]
    if any(mm > c.numbers["slice_thickness_max"] for mm in known):
        return True
    both = len(known) == len(c.pair)
    return both and abs(known[0] - known[1]) > c.numbers["slice_thickness_difference"]


def _small(c: Comparison) -> bool:
    return _any_below(c, c.targets.paired, "measurable_size") or _any_below(
        c, c.enhanced, "measurable_attenuation_size"
    )


def _any_below(c: Comparison, lesions: Sequence[Lesion], number: str) -> bool:
    limit = c.numbers[number]
    measured = [c.look.sizes(study.id) for study in c.pair]
    sizes = [found[le.id] for found in measured for le in lesions if le.id in found]
    return bool(sizes) and min(sizes) < limit


def _steatosis(c: Comparison) -> bool:
    lesions = c.look.timeline.lesions
    liver = [le for le in lesions if le.reference_region and le.organ is Organ.LIVER]
    return (
        _stated(c, FindingKind.STEATOSIS)
        or any(_low_unenhanced(c, region) for region in liver)
        or any(_background_fell(c, region) for region in liver)
    )


def _low_unenhanced(c: Comparison, region: Lesion) -> bool:
    return any(
        value < c.numbers["steatosis_unenhanced_liver"]
        for study in c.pair
        if (value := _attenuation(c, region, study, Phase.UNENHANCED)) is not None
    )


def _background_fell(c: Comparison, region: Lesion) -> bool:
    pairs = ([_attenuation(c, region, study, phase) for study in c.pair] for phase in Phase)
    limit = c.numbers["liver_attenuation_fall"]
    return any(then - now >= limit for then, now in pairs if then is not None and now is not None)


def _attenuation(c: Comparison, lesion: Lesion, study: Study, phase: Phase) -> Decimal | None:
    found = c.look.in_phase(lesion.id, study.id, Quantity.ATTENUATION, phase)
    return found.value if found else None


def _haemorrhage(c: Comparison) -> bool:
    if _stated(c, FindingKind.HAEMORRHAGE):
        return True
    limit = c.numbers["haemorrhage_unenhanced_lesion"]
    dense = [
        _attenuation(c, lesion, study, Phase.UNENHANCED)
        for lesion in c.targets.chosen
        for study in c.pair
    ]
    return any(value >= limit for value in dense if value is not None)


def _stated(c: Comparison, kind: FindingKind) -> bool:
    present = [finding for finding in c.look.findings(kind) if finding.value == "present"]
    return any(f.study == c.baseline.id or speaks_of(f, c.index, c.look) for f in present)


def _baseline_old(c: Comparison) -> bool:
    if c.line is None or c.line.start is None:
        return False
    before = days_between(c.baseline.day, c.line.start)
    return before.high > c.numbers["baseline_before"] or -before.low > c.numbers["baseline_after"]


def _dose_gap(c: Comparison) -> bool:
    """An interruption that ended shortly before the index study, or goes on at it."""
    if c.line is None or not c.line.periods:
        return False
    return any(_recent_gap(off, on, c) for off, on in (*c.line.gaps, *_open_gap(c)))


def _open_gap(c: Comparison) -> tuple[tuple[PartialDate, PartialDate], ...]:
    last = c.line.last_dose if c.line else None
    if last is None or last.earliest >= c.index.day.latest:
        return ()
    return ((last, c.index.day),)


def _recent_gap(off: PartialDate, on: PartialDate, c: Comparison) -> bool:
    ended = days_between(on, c.index.day)
    return (
        days_between(off, on).high >= c.numbers["dose_gap"]
        and ended.high >= 0
        and ended.low <= c.numbers["dose_gap_before_index"]
    )


def _missing_target(c: Comparison) -> bool:
    partly = bool(c.enhanced) and len(c.enhanced) < len(c.targets.paired)
    return c.targets.incomplete or partly


_CHECKS: dict[Flag, Callable[[Comparison], bool]] = {
    Flag.PHASE: _phase,
    Flag.MODALITY: _modality,
    Flag.SLICE: _slice,
    Flag.SMALL: _small,
    Flag.STEATOSIS: _steatosis,
    Flag.HAEMORRHAGE: _haemorrhage,
    Flag.BASELINE_OLD: _baseline_old,
    Flag.DOSE_GAP: _dose_gap,
    Flag.MISSING_TARGET: _missing_target,
}
