"""Choi criteria (Choi 2007, J Clin Oncol 25:1753): size or attenuation, portal venous CT."""

from __future__ import annotations

from decimal import Decimal

from rules.criteria.arithmetic import at_least, at_most, in_words
from rules.criteria.measured import Attenuation, Change, Sums, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import NE, PD, PR, SD, Response, in_one_line


def choi_2007(  # noqa: PLR0913, PLR0917 - what the criterion measures, in its order
    page: CriterionPage,
    baseline_mm: Decimal | None,
    nadir_mm: Decimal | None,
    index_mm: Decimal | None,
    baseline_hu: Decimal | None,
    index_hu: Decimal | None,
    new_lesion: bool,
    nodule: bool,
) -> Response | None:
    """Choi 2007 on sums in mm and mean portal venous attenuation in HU.

    Progression is judged from nadir, response from baseline. A new lesion, or a new or growing
    nodule inside a lesion, is PD whatever the numbers. Where attenuation was not measured and
    would decide, the category is NE; where a sum was not measured, there is no answer (None).
    """
    return size_or_attenuation(
        page,
        Sums(baseline_mm, nadir_mm, index_mm),
        Attenuation(baseline_hu, index_hu).change,
        new_lesion=new_lesion,
        nodule=nodule,
    )


def size_or_attenuation(
    page: CriterionPage,
    sums: Sums,
    attenuation: Change | None,
    *,
    new_lesion: bool,
    nodule: bool,
) -> Response | None:
    """The common form of criteria in which either a smaller size or a lower attenuation counts."""
    growth, change = sums.from_nadir, sums.from_baseline
    appeared = new_lesion or nodule
    category = choi_category(page, growth, change, attenuation, appeared=appeared)
    if category is None:
        return None
    words = in_one_line(
        appearance_in_words(new_lesion, nodule),
        described("from nadir", growth),
        described("from baseline", change),
        attenuation_in_words(page, attenuation),
    )
    return Response(category, words)


def choi_category(
    page: CriterionPage,
    growth: Change | None,
    change: Change | None,
    attenuation: Change | None,
    *,
    appeared: bool,
) -> str | None:
    """The category alone; ``growth`` is the change of size from nadir, ``change`` from baseline.

    ``appeared``: a new lesion, or a nodule inside one. None where a sum was not measured.
    """
    if appeared:
        return PD
    fell = attenuation_fell(page, attenuation)
    if growth is None or (change is None and not _grew_without_fall(page, growth, fell)):
        return None
    return _category(page, growth, change, fell)


def attenuation_fell(page: CriterionPage, attenuation: Change | None) -> bool | None:
    """Whether attenuation fell far enough to be a response; None where it was not measured."""
    if attenuation is None:
        return None
    return at_most(attenuation.percent, page["response_attenuation"])


def attenuation_in_words(page: CriterionPage, attenuation: Change | None) -> str:
    """The change of attenuation, or that it is not available and what it would have to be."""
    if attenuation is not None:
        return described("attenuation", attenuation)
    needed = in_words(-page["response_attenuation"])
    return f"attenuation not available (a fall of at least {needed} % would be a response)"


def appearance_in_words(new_lesion: bool, nodule: bool) -> str:
    """Which appearance makes it progression whatever the numbers."""
    return in_one_line(
        "new lesion" if new_lesion else "", "nodule inside a lesion" if nodule else ""
    )


def _grew_without_fall(page: CriterionPage, growth: Change, fell: bool | None) -> bool:
    """Progression, which is told from the nadir alone."""
    return fell is False and at_least(growth.percent, page["progression_size"])


def _category(page: CriterionPage, growth: Change, change: Change | None, fell: bool | None) -> str:
    if fell:
        return PR
    if at_least(growth.percent, page["progression_size"]):
        return NE if fell is None else PD
    if change is not None and at_most(change.percent, page["response_size"]):
        return PR
    return NE if fell is None else SD
