"""MASS criteria (Smith 2010, AJR 194:1470): morphology, attenuation, size and structure.

Of the published sets the only one that exempts growth with marked necrosis or a marked fall of
attenuation from progression. Portal venous CT, renal cell carcinoma.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.criteria.arithmetic import in_words
from rules.criteria.measured import Attenuation, Sums, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import Response, in_one_line
from rules.criteria.sact import Appearances, graded, size_grew, size_shrank
from rules.criteria.ternary import all_of, any_of, opposite


@dataclass(frozen=True)
class MassTarget:
    """One target: attenuation in HU and what a reader said of it; None is "not stated".

    ``solid_enhancing`` is "predominantly solid and enhancing at baseline".
    """

    id: str
    attenuation: Attenuation
    solid_enhancing: bool | None
    marked_central_necrosis: bool | None


def mass(
    page: CriterionPage, sums: Sums, targets: Sequence[MassTarget], appearances: Appearances
) -> Response:
    """Favourable, indeterminate or unfavourable; sizes are compared with baseline."""
    size = sums.from_baseline
    marked = any_of(*(_marked_change(page, target) for target in targets))
    unfavourable = any_of(all_of(size_grew(page, size), opposite(marked)), appearances.any)
    favourable = all_of(
        opposite(appearances.new_metastasis),
        any_of(size_shrank(page, size, "favourable_size"), marked),
    )
    words = in_one_line(
        described("from baseline", size), _marked_in_words(page, marked), appearances.words
    )
    return Response(graded(unfavourable, favourable), words)


def _marked_change(page: CriterionPage, target: MassTarget) -> bool | None:
    change = target.attenuation.change
    fell = None if change is None else change.fell_by(page["marked_fall"])
    return all_of(target.solid_enhancing, any_of(target.marked_central_necrosis, fell))


def _marked_in_words(page: CriterionPage, marked: bool | None) -> str:
    finding = f"marked central necrosis or a fall of at least {in_words(page['marked_fall'])} HU"
    answer = {True: "in a solid lesion", False: "in no solid lesion", None: "not known"}[marked]
    return f"{finding}: {answer}"
