"""Chun morphologic criteria (Chun 2009, JAMA 302:2338): colorectal metastases on bevacizumab.

Reader-dependent: only what a radiologist stated may go in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from rules.criteria.arithmetic import HUNDRED, above
from rules.criteria.pages import CriterionPage
from rules.criteria.response import NE, Response

OPTIMAL, INCOMPLETE, NONE = "optimal", "incomplete", "none"


class Group(IntEnum):
    """Morphologic group; the higher, the more active the metastasis looks."""

    ONE = auto()
    TWO = auto()
    THREE = auto()


class Texture(IntEnum):
    """Attenuation of the metastasis, by the group it belongs to."""

    HOMOGENEOUS_LOW = Group.ONE
    MIXED = Group.TWO
    HETEROGENEOUS = Group.THREE


class Interface(IntEnum):
    """Border between tumour and liver, by the group it belongs to."""

    SHARP = Group.ONE
    INTERMEDIATE = Group.TWO
    ILL_DEFINED = Group.THREE


class Rim(IntEnum):
    """Peripheral rim of enhancement, by the group it belongs to."""

    ABSENT = Group.ONE
    PARTLY_RESOLVED = Group.TWO
    PRESENT = Group.THREE


@dataclass(frozen=True)
class Morphology:
    """How one metastasis looks on one study; None is "not stated"."""

    texture: Texture | None
    interface: Interface | None
    rim: Rim | None


def group_of(morphology: Morphology) -> Group | None:
    """The group of a metastasis: that of its most active feature; None where not decided.

    Group three may lack a rim, so an absent rim never makes a metastasis look better than its
    texture and interface do.
    """
    features = (morphology.texture, morphology.interface, morphology.rim)
    stated = [feature for feature in features if feature is not None]
    most_active = max(stated, default=Group.ONE)
    decided = len(stated) == len(features) or most_active == Group.THREE
    return Group(most_active) if decided else None


def lesion_response(before: Group | None, after: Group | None) -> str | None:
    """The morphologic response of one metastasis: optimal, incomplete or none."""
    if before is None or after is None:
        return None
    if after >= before:
        return NONE
    return OPTIMAL if after is Group.ONE else INCOMPLETE


def chun(page: CriterionPage, lesions: Sequence[tuple[Group | None, Group | None]]) -> Response:
    """The response of the patient: the best that the majority of metastases reached.

    ``lesions`` holds the group before and after treatment of each. NE where those not graded
    could change the majority.
    """
    responses = [lesion_response(before, after) for before, after in lesions]
    unknown = responses.count(None)
    worst = _by_majority(page, [response or NONE for response in responses])
    best = _by_majority(page, [response or OPTIMAL for response in responses])
    counts = ", ".join(f"{responses.count(c)} {c}" for c in (OPTIMAL, INCOMPLETE, NONE))
    words = f"{len(responses)} metastases: {counts}, {unknown} not graded"
    return Response(worst if responses and worst == best else NE, words)


def _by_majority(page: CriterionPage, responses: Sequence[str]) -> str:
    if _is_majority(page, responses.count(OPTIMAL), len(responses)):
        return OPTIMAL
    changed = len(responses) - responses.count(NONE)
    return INCOMPLETE if _is_majority(page, changed, len(responses)) else NONE


def _is_majority(page: CriterionPage, count: int, of: int) -> bool:
    return of > 0 and above(HUNDRED * count / of, page["majority_above"])
