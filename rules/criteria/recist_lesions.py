"""RECIST 1.1 lesion by lesion: targets, nodes by short axis, non-targets, new lesions, overall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.criteria.arithmetic import above, at_least, below, in_words
from rules.criteria.measured import Change
from rules.criteria.pages import CriterionPage
from rules.criteria.recist import has_progressed, target_response
from rules.criteria.response import CR, NE, PD, PR, Response, in_one_line

TARGET, NON_TARGET, NORMAL = "target", "non-target", "normal"


@dataclass(frozen=True)
class TargetLesion:
    """One target at one study.

    ``mm`` is the longest diameter, of a node its short axis; zero is "gone", None "not measured".
    ``too_small`` is "still seen, too small to measure"; a measured value, if any, comes first.
    """

    id: str
    organ: str
    mm: Decimal | None
    node: bool = False
    too_small: bool = False


def counted_size(page: CriterionPage, lesion: TargetLesion) -> Decimal | None:
    """The mm a target adds to the sum; None where it was not measured."""
    if lesion.mm is None and lesion.too_small:
        return page["too_small"]
    return lesion.mm


def target_sum(page: CriterionPage, lesions: Sequence[TargetLesion]) -> Decimal | None:
    """The sum over all targets in mm; None where there is none or one was not measured."""
    sizes = [counted_size(page, lesion) for lesion in lesions]
    measured = [size for size in sizes if size is not None]
    return sum(measured, Decimal(0)) if measured and len(measured) == len(sizes) else None


def response_of_targets(
    page: CriterionPage,
    baseline: Decimal | None,
    nadir: Decimal | None,
    lesions: Sequence[TargetLesion],
) -> Response:
    """The response of the targets at the index study, from its lesions and the earlier sums.

    A target that was not measured makes the response NE, unless the others alone already
    progressed: whatever the missing one measures cannot undo that.
    """
    if not lesions:
        return Response(NE, "no target lesion")
    total = target_sum(page, lesions)
    if total is None:
        return _with_targets_missing(page, nadir, lesions)
    response = target_response(page, baseline, nadir, total)
    if _all_gone(page, lesions):
        return Response(
            CR, in_one_line(_gone_in_words(page), response.arithmetic if response else "")
        )
    return response or Response(NE, "the baseline sum or the nadir was not measured")


def _with_targets_missing(
    page: CriterionPage, nadir: Decimal | None, lesions: Sequence[TargetLesion]
) -> Response:
    seen = [lesion for lesion in lesions if counted_size(page, lesion) is not None]
    count = f"{len(seen)} of {len(lesions)} targets measured"
    growth = Change.of(target_sum(page, seen), nadir, "mm")
    if growth is not None and has_progressed(page, growth):
        return Response(PD, f"{count}, and these alone from nadir {growth}")
    return Response(NE, f"{count}; a missing one is not zero")


def _all_gone(page: CriterionPage, lesions: Sequence[TargetLesion]) -> bool:
    return all(_gone(page, lesion) for lesion in lesions)


def _gone(page: CriterionPage, lesion: TargetLesion) -> bool:
    size = counted_size(page, lesion)
    if lesion.node:
        return size is not None and below(size, page["node_pathological"])
    return size == 0


def _gone_in_words(page: CriterionPage) -> str:
    return f"every target gone, every node under {in_words(page['node_pathological'])} mm"


def overall_response(targets: str | None, non_targets: str | None, new_lesion: bool | None) -> str:
    """The overall response of one time point: the two tables of the guideline in one.

    ``targets`` is CR, PR, SD, PD or NE; ``non_targets`` is CR, non-CR/non-PD, PD or NE (not all
    evaluated); None is "the patient has none". ``new_lesion`` means an unequivocal one: an
    equivocal one is not new until a later study confirms it. None is "not known".
    """
    if PD in (targets, non_targets) or new_lesion:
        return PD
    if new_lesion is None:
        return NE
    if targets is None:
        return non_targets or NE
    if targets == CR:
        return CR if non_targets in (CR, None) else PR
    return targets


def node_status(page: CriterionPage, short_axis: Decimal) -> str:
    """What a node may be by its short axis in mm: target, non-target or normal."""
    if at_least(short_axis, page["node_target"]):
        return TARGET
    return NON_TARGET if at_least(short_axis, page["node_pathological"]) else NORMAL


def is_measurable(
    page: CriterionPage, longest_diameter: Decimal, slice_mm: Decimal | None
) -> bool | None:
    """Whether a lesion that is no node can be a target on CT, by its size and slice thickness.

    Thick slices ask for a multiple of their thickness. None where only the unknown slice
    thickness decides.
    """
    if below(longest_diameter, page["measurable"]):
        return False
    if slice_mm is None:
        return None
    if above(slice_mm, page["slice_standard"]):
        return at_least(longest_diameter, page["slice_multiple"] * slice_mm)
    return True


def selection_faults(page: CriterionPage, lesions: Sequence[TargetLesion]) -> tuple[str, ...]:
    """What is wrong with a choice of targets: too many in all, or too many in an organ."""
    most, most_in_organ = page["targets_in_all"], page["targets_in_organ"]
    organs = Counter(lesion.organ for lesion in lesions)
    faults = [
        f"{count} targets in {organ}, at most {in_words(most_in_organ)} are allowed"
        for organ, count in sorted(organs.items())
        if count > most_in_organ
    ]
    if len(lesions) > most:
        faults.insert(0, f"{len(lesions)} targets, at most {in_words(most)} are allowed")
    return tuple(faults)


def new_lesion_on_pet(
    baseline_positive: bool | None, follow_up_positive: bool, new_site_on_ct: bool | None
) -> bool | None:
    """Whether FDG PET shows a new lesion.

    ``baseline_positive`` is the same site at baseline, None without a baseline PET: then CT has
    to confirm that the site is new, and as long as it has not been asked the answer is unknown.
    """
    if not follow_up_positive or baseline_positive:
        return False
    return True if baseline_positive is False else new_site_on_ct
