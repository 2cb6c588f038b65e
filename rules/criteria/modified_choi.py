"""Two criteria that share the name "modified Choi", both made in renal cell carcinoma.

Nathan 2010 asks for a smaller size *and* a lower attenuation, measured in the arterial phase.
Smith 2010, the comparator in the SACT and MASS papers, takes either one. Never mix them.
"""

from __future__ import annotations

from rules.criteria.arithmetic import at_least, at_most
from rules.criteria.choi import (
    appearance_in_words,
    attenuation_fell,
    attenuation_in_words,
    size_or_attenuation,
)
from rules.criteria.measured import Attenuation, Change, Sums, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import CR, NE, PD, PR, SD, Response, in_one_line
from rules.criteria.ternary import all_of
from rules.timeline import Phase

SIZE_MISSING = "a sum was not measured"


def modified_choi_nathan(
    page: CriterionPage, sums: Sums, attenuation: Attenuation, *, new_lesion: bool, nodule: bool
) -> Response:
    """Nathan 2010: response needs both; attenuation of another phase than arterial is not used."""
    arterial = attenuation.change if attenuation.phase is Phase.ARTERIAL else None
    growth, change = sums.from_nadir, sums.from_baseline
    numbers = in_one_line(
        described("from nadir", growth),
        described("from baseline", change),
        attenuation_in_words(page, arterial),
    )
    if new_lesion or nodule:
        return Response(PD, in_one_line(appearance_in_words(new_lesion, nodule), numbers))
    if growth is None or change is None:
        return Response(NE, in_one_line(SIZE_MISSING, numbers))
    fell = attenuation_fell(page, arterial)
    return Response(_category_nathan(page, growth, change, fell), numbers)


def _category_nathan(page: CriterionPage, growth: Change, change: Change, fell: bool | None) -> str:
    if growth.value == 0:
        return CR
    if at_least(growth.percent, page["progression_size"]) and not fell:
        return NE if fell is None else PD
    smaller = at_most(change.percent, page["response_size"])
    both = all_of(smaller, fell)
    if both is None:
        return NE
    return PR if both else SD


def modified_choi_smith(
    page: CriterionPage, sums: Sums, attenuation: Attenuation, *, new_lesion: bool, nodule: bool
) -> Response:
    """Smith 2010: either a smaller size or a lower (volumetric mean) attenuation is response."""
    if sums.index == 0 and not (new_lesion or nodule):
        return Response(CR, described("from baseline", sums.from_baseline))
    response = size_or_attenuation(
        page, sums, attenuation.change, new_lesion=new_lesion, nodule=nodule
    )
    return response or Response(NE, SIZE_MISSING)
