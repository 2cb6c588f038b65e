"""EORTC criteria for FDG PET (Young 1999, Eur J Cancer 35:1773): change of SUV."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rules.criteria.arithmetic import above, at_most, below
from rules.criteria.measured import Change, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import CMR, NE, PMD, PMR, SMD, Response, findings_in_words, in_one_line
from rules.criteria.ternary import any_of

UPTAKE_UNIT = "SUV"


@dataclass(frozen=True)
class EortcFindings:
    """What a reader said of the follow-up study; None is "not stated" or "not measured"."""

    new_avid_lesion: bool | None
    as_background: bool | None  # uptake indistinguishable from surrounding tissue
    extent: Change | None  # longest dimension of the uptake in mm

    @property
    def words(self) -> str:
        """What was seen, and what was not stated."""
        return findings_in_words(
            {"new avid lesion": self.new_avid_lesion, "as background": self.as_background}
        )


def eortc_pet(
    page: CriterionPage,
    baseline: Decimal | None,
    follow_up: Decimal | None,
    findings: EortcFindings,
    *,
    after_one_cycle: bool | None,
) -> Response:
    """The metabolic response from SUV then and now.

    After one cycle a smaller fall is response than after more; None is "not known which".
    """
    uptake = Change.of(follow_up, baseline, UPTAKE_UNIT)
    words = in_one_line(
        described("uptake", uptake), described("extent", findings.extent), findings.words
    )
    if _progressed(page, uptake, findings):
        return Response(PMD, words)
    known = None not in (findings.new_avid_lesion, findings.as_background, findings.extent)
    if uptake is None or not known:
        return Response(NE, words)
    if findings.as_background:
        return Response(CMR, words)
    return Response(_category(page, uptake, after_one_cycle), words)


def _progressed(page: CriterionPage, uptake: Change | None, findings: EortcFindings) -> bool:
    rose = uptake is not None and above(uptake.percent, page["progression_above"])
    spread = findings.extent is not None and above(findings.extent.percent, page["extent_above"])
    return any_of(rose, spread, findings.new_avid_lesion) is True


def _category(page: CriterionPage, uptake: Change, after_one_cycle: bool | None) -> str:
    enough_after_one = at_most(uptake.percent, page["response_after_one_cycle"])
    enough_after_more = below(uptake.percent, page["response_after_more_below"])
    if after_one_cycle is None and enough_after_one != enough_after_more:
        return NE
    enough = enough_after_one if after_one_cycle else enough_after_more
    return PMR if enough else SMD
