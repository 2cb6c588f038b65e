"""PERCIST 1.0 (Wahl 2009, J Nucl Med 50 Suppl 1:122S): FDG PET by SULpeak.

All uptake is SUL, normalised to lean body mass. The hottest lesion of each study is compared;
it need not be the same lesion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rules.criteria.arithmetic import above, at_least, at_most, below, in_words
from rules.criteria.measured import Change, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import CMR, NE, PMD, PMR, SMD, Response, findings_in_words, in_one_line
from rules.criteria.ternary import all_of, any_of


@dataclass(frozen=True)
class Reference:
    """Uptake of normal tissue: mean and standard deviation in SUL."""

    mean: Decimal
    deviation: Decimal


@dataclass(frozen=True)
class PetStudy:
    """One FDG PET. ``peak`` is the SULpeak of its hottest lesion; None is "not measured".

    ``liver`` is normal liver; with the liver involved or abnormal, blood pool takes its place.
    """

    peak: Decimal | None
    liver: Reference | None
    blood_pool: Reference | None
    liver_involved: bool
    uptake_minutes: Decimal | None
    scanner: str | None  # scanner and reconstruction, as one name


@dataclass(frozen=True)
class PetFindings:
    """What a reader said of the follow-up study; None is "not stated"."""

    new_avid_lesion: bool | None
    as_blood_pool: bool | None  # indistinguishable from blood pool
    extent_increased: bool | None
    glycolysis: Change | None = None  # total lesion glycolysis; None where not measured

    @property
    def words(self) -> str:
        """What was seen, and what was not stated."""
        seen = findings_in_words(
            {
                "new avid lesion": self.new_avid_lesion,
                "larger extent": self.extent_increased,
                "as blood pool": self.as_blood_pool,
            }
        )
        more = described("glycolysis", self.glycolysis) if self.glycolysis else ""
        return in_one_line(more, seen)


def measurable_above(page: CriterionPage, study: PetStudy) -> Decimal | None:
    """The SULpeak a baseline lesion must reach; None where the reference was not measured."""
    tissue = study.blood_pool if study.liver_involved else study.liver
    factor = page["blood_pool_factor" if study.liver_involved else "liver_factor"]
    if tissue is None:
        return None
    return factor * tissue.mean + page["deviations"] * tissue.deviation


def incomparable(page: CriterionPage, baseline: PetStudy, follow_up: PetStudy) -> tuple[str, ...]:
    """Why two studies may not be compared by number; empty where they may."""
    return tuple(_obstacles(page, baseline, follow_up))


def _obstacles(page: CriterionPage, baseline: PetStudy, follow_up: PetStudy) -> Iterator[str]:
    if None in (baseline.scanner, follow_up.scanner):
        yield "scanner not known"
    elif baseline.scanner != follow_up.scanner:
        yield "different scanner or reconstruction"
    uptake = Change.of(follow_up.uptake_minutes, baseline.uptake_minutes, "min")
    if uptake is None:
        yield "uptake time not known"
    elif above(abs(uptake.difference), page["uptake_time_difference"]):
        yield f"uptake time {uptake}"
    liver = _normal_liver(baseline, follow_up)
    if liver is None:
        yield "uptake of normal liver not known"
    elif not _same_liver(page, liver):
        yield f"uptake of normal liver {liver}"


def _normal_liver(baseline: PetStudy, follow_up: PetStudy) -> Change | None:
    if baseline.liver is None or follow_up.liver is None:
        return None
    return Change(follow_up.liver.mean, baseline.liver.mean, "SUL")


def _same_liver(page: CriterionPage, liver: Change) -> bool:
    return at_most(abs(liver.percent), page["liver_difference_percent"]) and below(
        abs(liver.difference), page["liver_difference"]
    )


def too_early(
    page: CriterionPage, after_chemotherapy: int | None, after_radiotherapy: int | None
) -> tuple[str, ...]:
    """Why a PET comes too early to be read, from the days since the last treatment, if any."""
    waits = (
        ("chemotherapy", after_chemotherapy, page["wait_after_chemotherapy"]),
        ("radiotherapy", after_radiotherapy, page["wait_after_radiotherapy"]),
    )
    return tuple(
        f"{days} d after {treatment}, at least {in_words(wait)} d are asked for"
        for treatment, days, wait in waits
        if days is not None and days < wait
    )


def percist(
    page: CriterionPage, baseline: PetStudy, follow_up: PetStudy, findings: PetFindings
) -> Response:
    """The metabolic response of the hottest lesion.

    A new avid lesion is PMD even where the numbers cannot be compared; anything else is NE then.
    """
    peak = Change.of(follow_up.peak, baseline.peak, "SUL")
    words = in_one_line(described("SULpeak", peak), findings.words)
    if findings.new_avid_lesion:
        return Response(PMD, words)
    obstacles = (*_unmeasurable(page, baseline), *incomparable(page, baseline, follow_up))
    if peak is None or obstacles:
        return Response(NE, in_one_line(*obstacles, words))
    return Response(_category(page, peak, follow_up, findings), words)


def _unmeasurable(page: CriterionPage, baseline: PetStudy) -> Iterator[str]:
    needed = measurable_above(page, baseline)
    if needed is None:
        yield "reference tissue at baseline not measured"
    elif baseline.peak is not None and below(baseline.peak, needed):
        yield f"baseline {in_words(baseline.peak)} SUL is under the {in_words(needed)} needed"


def _category(page: CriterionPage, peak: Change, follow_up: PetStudy, findings: PetFindings) -> str:
    if _progressed(page, peak, findings):
        return PMD
    # Neither reading of what is not stated may turn a possible progression into a response.
    if findings.new_avid_lesion is None or findings.extent_increased is None:
        return NE
    gone = all_of(_under_reference(follow_up), findings.as_blood_pool)
    if gone is None:
        return NE
    if gone:
        return CMR
    fell = at_most(peak.percent, page["response"]) and peak.fell_by(page["response_absolute"])
    return PMR if fell else SMD


def rose(page: CriterionPage, peak: Change) -> bool:
    """Whether SULpeak rose by enough per cent and enough SUL to be progression, by numbers alone."""
    return at_least(peak.percent, page["progression"]) and peak.rose_by(
        page["progression_absolute"]
    )


def _progressed(page: CriterionPage, peak: Change, findings: PetFindings) -> bool:
    glycolysis = findings.glycolysis
    more = glycolysis is not None and at_least(glycolysis.percent, page["progression_glycolysis"])
    return any_of(rose(page, peak), more, findings.extent_increased) is True


def _under_reference(study: PetStudy) -> bool | None:
    tissue = study.blood_pool if study.liver_involved else study.liver
    if tissue is None or study.peak is None:
        return None
    return below(study.peak, tissue.mean)
