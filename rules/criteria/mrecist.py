"""mRECIST (Lencioni and Llovet 2010, Semin Liver Dis 30:52): viable hepatocellular carcinoma."""

from __future__ import annotations

from decimal import Decimal

from rules.criteria.arithmetic import at_least, at_most
from rules.criteria.hepatocellular import out_of_scope
from rules.criteria.measured import Change, Sums, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import CR, NE, PD, PR, SD, Response, in_one_line
from rules.criteria.ternary import all_of


def mrecist(page: CriterionPage, primary: str, viable: Sums, new_nodule: bool | None) -> Response:
    """mRECIST on sums of the arterially enhancing (viable) diameters in mm.

    ``new_nodule`` as ``is_new_nodule`` decides. Any primary but HCC is out of scope.
    """
    return out_of_scope(page, primary) or _response(page, viable, new_nodule)


def is_target(page: CriterionPage, viable_mm: Decimal, arterial_enhancement: bool) -> bool:
    """Whether a lesion may be a target: large enough, and enhancing in the arterial phase."""
    return arterial_enhancement and at_least(viable_mm, page["target"])


def is_new_nodule(
    page: CriterionPage, mm: Decimal | None, wash_in_and_wash_out: bool | None
) -> bool | None:
    """Whether a new nodule counts as new HCC: large enough, with the typical vascular pattern."""
    large = None if mm is None else at_least(mm, page["new_nodule"])
    return all_of(large, wash_in_and_wash_out)


def _response(page: CriterionPage, viable: Sums, new_nodule: bool | None) -> Response:
    growth, change = viable.from_nadir, viable.from_baseline
    numbers = in_one_line(described("from nadir", growth), described("from baseline", change))
    if new_nodule:
        return Response(PD, in_one_line("new nodule", numbers))
    if growth is None or change is None:
        return Response(NE, numbers)
    if at_least(growth.percent, page["progression"]):
        return Response(PD, numbers)
    if new_nodule is None:
        return Response(NE, in_one_line("new nodule not known", numbers))
    return Response(_without_progression(page, change), numbers)


def _without_progression(page: CriterionPage, change: Change) -> str:
    if change.value == 0:
        return CR
    return PR if at_most(change.percent, page["partial_response"]) else SD
