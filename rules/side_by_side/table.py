"""The table: which criteria are shown, in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rules.assessment import CriterionResult
from rules.criteria.pages import CriterionPage
from rules.criteria.response import Response
from rules.features.picture import Picture
from rules.judge import Judgement
from rules.side_by_side import course, images, pet
from rules.side_by_side.case import Case

_Criterion = Callable[[Case], Response | None]

# By the id of the page. None: nothing of this patient is for this criterion to read.
_CRITERIA: Mapping[str, _Criterion] = {
    "recist_1_1": images.recist,
    "choi_2007": images.choi,
    "mchoi_nathan_2010": images.nathan,
    "mchoi_smith_2010": images.smith,
    "sact_2010": images.sact_of,
    "mass_2010": images.mass_of,
    "chun_2009": images.chun,
    "irecist_2017": course.irecist_of,
    "cea_kinetics_2008": course.cea,
    "gcig_ca125_2011": course.ca125,
    "percist_1_0": pet.percist_of,
    "eortc_pet_1999": pet.eortc_of,
    "mrecist_2010": images.mrecist_of,
    "easl_2001": images.easl_of,
}


def side_by_side(
    picture: Picture, judgement: Judgement, pages: Mapping[str, CriterionPage]
) -> tuple[CriterionResult, ...]:
    """Every criterion that has something to say of this patient, in a fixed order.

    Without an index study there is nothing to compare, and nothing is shown.
    """
    if picture.studies.index is None:
        return ()
    case = Case(picture, judgement, pages)
    found = ((name, criterion(case)) for name, criterion in _CRITERIA.items())
    return tuple(_result(pages[name], response) for name, response in found if response)


def _result(page: CriterionPage, response: Response) -> CriterionResult:
    return CriterionResult(
        page.id, page.title, response.category, response.arithmetic, page.population
    )
