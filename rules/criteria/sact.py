"""SACT criteria (Smith 2010, AJR 194:157): size and attenuation on CT in renal cell carcinoma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.criteria.arithmetic import HUNDRED, at_least, at_most, in_words
from rules.criteria.measured import Attenuation, Change, Sums, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import (
    FAVOURABLE,
    INDETERMINATE,
    NE,
    UNFAVOURABLE,
    Response,
    findings_in_words,
    in_one_line,
)
from rules.criteria.ternary import all_of, any_of, opposite


@dataclass(frozen=True)
class SactTarget:
    """One target lesion: its volumetric mean attenuation in HU, and whether it is in the lung."""

    id: str
    attenuation: Attenuation
    lung: bool = False


@dataclass(frozen=True)
class Appearances:
    """What a reader saw beside the measurements; None is "not stated"."""

    new_metastasis: bool | None
    marked_central_fill_in: bool | None
    new_enhancement: bool | None  # of a homogeneous, hypoattenuating, non-enhancing mass

    @property
    def any(self) -> bool | None:
        """Whether one of them makes the response unfavourable."""
        return any_of(self.new_metastasis, self.marked_central_fill_in, self.new_enhancement)

    @property
    def words(self) -> str:
        """Those that were seen, and those not stated."""
        return findings_in_words(
            {
                "new metastasis": self.new_metastasis,
                "marked central fill-in": self.marked_central_fill_in,
                "new enhancement of a non-enhancing mass": self.new_enhancement,
            }
        )


def sact(
    page: CriterionPage, sums: Sums, targets: Sequence[SactTarget], appearances: Appearances
) -> Response:
    """Favourable, indeterminate or unfavourable, from sums in mm and HU of each target.

    Sizes are compared with baseline. What is unfavourable comes first where both would hold.
    """
    size = sums.from_baseline
    outside_lung = [target for target in targets if not target.lung]
    unfavourable = any_of(size_grew(page, size), appearances.any)
    favourable = all_of(
        opposite(appearances.new_metastasis),
        any_of(
            size_shrank(page, size, "favourable_size"),
            all_of(
                size_shrank(page, size, "favourable_size_with_fall"),
                _enough_fell(page, outside_lung),
            ),
            any_of(*(_fell(target, page["marked_fall"]) for target in outside_lung)),
        ),
    )
    words = in_one_line(
        described("from baseline", size), _falls_in_words(page, outside_lung), appearances.words
    )
    return Response(graded(unfavourable, favourable), words)


def size_grew(page: CriterionPage, size: Change | None) -> bool | None:
    """Whether the sum grew enough to be unfavourable; None where it was not measured."""
    return None if size is None else at_least(size.percent, page["unfavourable_size"])


def size_shrank(page: CriterionPage, size: Change | None, by: str) -> bool | None:
    """Whether the sum shrank as far as a number of the page asks; None where not measured."""
    return None if size is None else at_most(size.percent, page[by])


def graded(unfavourable: bool | None, favourable: bool | None) -> str:
    """One category out of two findings; NE where what is not known could still decide."""
    if unfavourable:
        return UNFAVOURABLE
    if None in (unfavourable, favourable):
        return NE
    return FAVOURABLE if favourable else INDETERMINATE


def _fell(target: SactTarget, amount: Decimal) -> bool | None:
    change = target.attenuation.change
    return None if change is None else change.fell_by(amount)


def _enough_fell(page: CriterionPage, targets: Sequence[SactTarget]) -> bool | None:
    falls = [_fell(target, page["fall"]) for target in targets]
    if not falls:
        return False
    # Those not measured may all have fallen, or none of them.
    fewest, most = falls.count(True), falls.count(True) + falls.count(None)
    if _is_enough(page, fewest, len(falls)):
        return True
    return None if _is_enough(page, most, len(falls)) else False


def _is_enough(page: CriterionPage, fallen: int, of: int) -> bool:
    return at_least(HUNDRED * fallen / of, page["share_falling"])


def _falls_in_words(page: CriterionPage, targets: Sequence[SactTarget]) -> str:
    counts = [f"{len(targets)} {'target' if len(targets) == 1 else 'targets'} outside the lung"]
    for amount in (page["fall"], page["marked_fall"]):
        fallen = sum(_fell(target, amount) is True for target in targets)
        counts.append(f"{fallen} fell by at least {in_words(amount)} HU")
    unknown = sum(target.attenuation.change is None for target in targets)
    return ", ".join((*counts, *([f"{unknown} not measured"] if unknown else ())))
