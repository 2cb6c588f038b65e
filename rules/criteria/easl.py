"""EASL criteria (Bruix 2001, J Hepatol 35:421): area of enhancing tissue in HCC."""

from __future__ import annotations

from rules.criteria.arithmetic import above, at_most
from rules.criteria.hepatocellular import out_of_scope
from rules.criteria.measured import Change, Sums, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import CR, NE, PD, PR, SD, Response, in_one_line


def easl(
    page: CriterionPage, primary: str, enhancing: Sums, new_enhancement: bool | None
) -> Response:
    """EASL on sums of the cross-products of enhancing tissue in mm².

    ``new_enhancement`` is new enhancement in a treated lesion. Any primary but HCC is out of
    scope.
    """
    return out_of_scope(page, primary) or _response(page, enhancing, new_enhancement)


def _response(page: CriterionPage, enhancing: Sums, new_enhancement: bool | None) -> Response:
    growth, change = enhancing.from_nadir, enhancing.from_baseline
    numbers = in_one_line(described("from nadir", growth), described("from baseline", change))
    if new_enhancement:
        return Response(PD, in_one_line("new enhancement in a treated lesion", numbers))
    if growth is None or change is None:
        return Response(NE, numbers)
    if above(growth.percent, page["progression_above"]):
        return Response(PD, numbers)
    if new_enhancement is None:
        return Response(NE, in_one_line("new enhancement not known", numbers))
    return Response(_without_progression(page, change), numbers)


def _without_progression(page: CriterionPage, change: Change) -> str:
    if change.value == 0:
        return CR
    return PR if at_most(change.percent, page["partial_response"]) else SD
