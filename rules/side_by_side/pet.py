"""Criteria on FDG uptake. Only its numbers are read from records: the rest is not known, and says so."""

from __future__ import annotations

from decimal import Decimal

from rules.criteria.eortc_pet import EortcFindings, eortc_pet
from rules.criteria.percist import PetFindings, PetStudy, percist
from rules.criteria.response import Response
from rules.features.uptake import UptakePair
from rules.side_by_side.case import Case
from rules.timeline import UptakeKind


def percist_of(case: Case) -> Response | None:
    """PERCIST on the SULpeak of the hottest lesion; None without a pair."""
    pair = _pair(case, UptakeKind.SUL_PEAK)
    if pair is None:
        return None
    return percist(
        case.pages["percist_1_0"],
        _study(pair.baseline.value),
        _study(pair.follow_up.value),
        PetFindings(new_avid_lesion=None, as_blood_pool=None, extent_increased=None),
    )


def eortc_of(case: Case) -> Response | None:
    """EORTC on the SUVmax of the hottest lesion; None without a pair."""
    pair = _pair(case, UptakeKind.SUV_MAX)
    if pair is None:
        return None
    return eortc_pet(
        case.pages["eortc_pet_1999"],
        pair.baseline.value,
        pair.follow_up.value,
        EortcFindings(new_avid_lesion=None, as_background=None, extent=None),
        after_one_cycle=None,
    )


def _pair(case: Case, kind: UptakeKind) -> UptakePair | None:
    return next((pair for pair in case.picture.uptake if pair.baseline.kind is kind), None)


def _study(peak: Decimal) -> PetStudy:
    return PetStudy(
        peak=peak,
        liver=None,
        blood_pool=None,
        liver_involved=True,
        uptake_minutes=None,
        scanner=None,
    )
