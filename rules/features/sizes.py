"""Target lesions, their sums over time, and lesions that are new since baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.clinical_facts import Course
from rules.features.lookup import Lookup
from rules.features.studies import Compared
from rules.numbers import Numbers
from rules.timeline import FindingKind, Lesion, Organ, Study


@dataclass(frozen=True)
class Targets:
    """The lesions that are summed: all that were chosen, and those measured at both studies."""

    chosen: tuple[Lesion, ...]
    paired: tuple[Lesion, ...]

    @property
    def incomplete(self) -> bool:
        """Whether a target lacks a measurement at baseline or at the index study."""
        return len(self.paired) < len(self.chosen)


def liver_targets(look: Lookup, studies: Compared, numbers: Numbers) -> Targets:
    """The liver lesions that count as targets.

    Those marked as such; where none is, the largest at baseline that are measurable (RECIST 1.1
    allows two per organ).
    """
    baseline, index = studies.baseline, studies.index
    lesions = look.of_organ(Organ.LIVER)
    marked = tuple([lesion for lesion in lesions if lesion.target])
    chosen = marked or _largest(look, lesions, baseline, numbers)
    if baseline is None or index is None:
        return Targets(chosen, ())
    then, now = look.sizes(baseline.id), look.sizes(index.id)
    return Targets(chosen, tuple([le for le in chosen if le.id in then and le.id in now]))


def _largest(
    look: Lookup, lesions: Iterable[Lesion], baseline: Study | None, numbers: Numbers
) -> tuple[Lesion, ...]:
    if baseline is None:
        return ()
    sizes, smallest = look.sizes(baseline.id), Decimal(str(numbers["measurable_size"]))
    unmarked = [le for le in lesions if le.target is None and le.id in sizes]
    measurable = [le for le in unmarked if sizes[le.id] >= smallest]
    ranked = sorted(measurable, key=lambda le: (-sizes[le.id], le.id))
    return tuple(ranked[: int(numbers["max_targets"])])


def size_at(look: Lookup, lesion: Lesion, study: Study) -> Decimal | None:
    """The longest diameter of a lesion at a study, in mm; of a node its short axis (RECIST 1.1)."""
    return look.sizes(study.id).get(lesion.id)


def sum_at(look: Lookup, lesions: Sequence[Lesion], study: Study) -> Decimal | None:
    """The sum of longest diameters, or None unless every lesion is measured."""
    sizes = look.sizes(study.id)
    measured = [sizes[lesion.id] for lesion in lesions if lesion.id in sizes]
    if not measured or len(measured) < len(lesions):
        return None
    return sum(measured, Decimal(0))


def sums(look: Lookup, targets: Targets, studies: Compared) -> Course:
    """The sum at baseline, its nadir up to (not including) the index study, and at the index."""
    if studies.index is None or studies.baseline is None:
        return Course()
    at = {study.id: sum_at(look, targets.paired, study) for study in studies.followed}
    known = [s for study in studies.followed[:-1] if (s := at[study.id]) is not None]
    return Course(at[studies.baseline.id], min(known, default=None), at[studies.index.id])


def new_liver_lesions(look: Lookup, studies: Compared) -> tuple[Lesion, ...]:
    """Liver lesions first measured after the baseline study, or marked as new since then."""
    baseline, index = studies.baseline, studies.index
    if index is None:
        return ()
    said = [f for f in look.findings(FindingKind.CHANGE_FROM_PRIOR) if f.value == "new"]
    marked = {f.lesion for f in said if _within(look, f.study, studies)}
    return tuple(
        [
            lesion
            for lesion in look.of_organ(Organ.LIVER)
            if lesion.id in marked or _first_seen_after(look, lesion, baseline, index)
        ]
    )


def _within(look: Lookup, study_id: str | None, studies: Compared) -> bool:
    """Whether a study lies after the baseline and not after the index study."""
    study = look.studies.get(study_id or "")
    if study is None or studies.index is None:
        return study is None
    after = studies.baseline is None or study.day.latest > studies.baseline.day.latest
    return after and study.day.earliest <= studies.index.day.latest


def _first_seen_after(look: Lookup, lesion: Lesion, baseline: Study | None, index: Study) -> bool:
    if baseline is None or lesion.id in look.sizes(baseline.id):
        return False
    seen = look.measured_in([lesion])
    return bool(seen) and baseline.day.latest < seen[0].day.latest <= index.day.latest
