"""RECIST 1.1 on sums of diameters (Eisenhauer 2009, Eur J Cancer 45:228).

Size alone: attenuation has no place in RECIST. Single lesions, nodes, non-targets and new
lesions are in ``recist_lesions``.
"""

from __future__ import annotations

from decimal import Decimal

from rules.criteria.arithmetic import at_least, at_most
from rules.criteria.measured import Change, Sums, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import CR, PD, PR, SD, Response, in_one_line


def target_response(
    page: CriterionPage,
    baseline: Decimal | None,
    nadir: Decimal | None,
    index: Decimal | None,
) -> Response | None:
    """The response of the target lesions, from their sums in mm.

    ``nadir`` is the smallest sum before the index study, the baseline included. None where a
    sum that would decide was not measured: a missing sum is never zero. Progression is told from
    the nadir alone.
    """
    sums = Sums(baseline, nadir, index)
    growth, change = sums.from_nadir, sums.from_baseline
    category = target_category(page, growth, change)
    if category is None:
        return None
    numbers = in_one_line(described("from nadir", growth), described("from baseline", change))
    return Response(category, numbers)


def target_category(
    page: CriterionPage, growth: Change | None, change: Change | None
) -> str | None:
    """The category alone, from the change since nadir and since baseline; None as above."""
    if growth is None or (change is None and not has_progressed(page, growth)):
        return None
    return _category(page, growth, change)


def has_progressed(page: CriterionPage, growth: Change) -> bool:
    """Whether growth from nadir is progression: by percentage *and* by millimetres."""
    return at_least(growth.percent, page["progression"]) and growth.rose_by(
        page["progression_absolute"]
    )


def _category(page: CriterionPage, growth: Change, change: Change | None) -> str:
    if growth.value == 0:
        return CR
    if change is None or has_progressed(page, growth):
        return PD
    return PR if at_most(change.percent, page["partial_response"]) else SD
