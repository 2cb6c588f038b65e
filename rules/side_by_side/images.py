"""Criteria on size, attenuation and appearance of the liver metastases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rules.clinical_facts import NewLesion
from rules.criteria.choi import choi_2007
from rules.criteria.easl import easl
from rules.criteria.mass import MassTarget, mass
from rules.criteria.measured import Attenuation, Sums
from rules.criteria.modified_choi import modified_choi_nathan, modified_choi_smith
from rules.criteria.mrecist import mrecist
from rules.criteria.recist import target_response
from rules.criteria.recist_lesions import overall_response
from rules.criteria.response import NE, PD, Response, in_one_line
from rules.criteria.sact import Appearances, SactTarget, sact
from rules.features.attenuation import with_attenuation
from rules.features.picture import Picture
from rules.side_by_side.case import UNKNOWN, Case
from rules.timeline import FindingKind, Lesion, Phase, Quantity
from rules.working_memory import hu_comparable

_NOT_MEASURED = "a sum of diameters was not measured at both studies"
_ONE_NOT_MEASURED = "a target was not measured at both studies, of the others"
_NEW_ELSEWHERE = ("new", "progressing")


def recist(case: Case) -> Response:
    """The overall response: targets in the liver, new lesions, and what is known elsewhere."""
    elsewhere = case.picture.facts.extrahepatic
    targets = _targets(case)
    others = PD if elsewhere in _NEW_ELSEWHERE else NE if elsewhere == UNKNOWN else None
    overall = overall_response(targets.category, others, case.new_liver_lesion)
    parts = (
        f"targets {targets.category}: {targets.arithmetic}",
        "a new liver lesion" if case.new_liver_lesion else "",
        f"disease elsewhere {elsewhere}" if others is PD else "",
        "disease elsewhere not known" if others is NE else "",
    )
    return Response(overall, in_one_line(*parts))


def _targets(case: Case) -> Response:
    """The targets; with one of them not measured only progression of the others can be told."""
    sums, page = case.sums, case.pages["recist_1_1"]
    found = target_response(page, sums.baseline, sums.nadir, sums.index)
    if found is None:
        return Response(NE, _NOT_MEASURED)
    if not case.picture.targets.incomplete:
        return found
    category = PD if found.category == PD else NE
    return Response(category, in_one_line(_ONE_NOT_MEASURED, found.arithmetic))


def choi(case: Case) -> Response:
    """Choi on sums and mean portal venous attenuation."""
    sums, hu = case.sums, case.portal
    response = choi_2007(
        case.pages["choi_2007"],
        sums.baseline,
        sums.nadir,
        sums.index,
        hu.baseline,
        hu.index,
        case.new_liver_lesion,
        case.nodule,
    )
    return response or Response(NE, _NOT_MEASURED)


def nathan(case: Case) -> Response:
    """Modified Choi by Nathan: attenuation in the arterial phase."""
    return modified_choi_nathan(
        case.pages["mchoi_nathan_2010"],
        case.sums,
        _arterial(case.picture),
        new_lesion=case.new_liver_lesion,
        nodule=case.nodule,
    )


def smith(case: Case) -> Response:
    """Modified Choi by Smith: size or attenuation."""
    return modified_choi_smith(
        case.pages["mchoi_smith_2010"],
        case.sums,
        case.portal,
        new_lesion=case.new_liver_lesion,
        nodule=case.nodule,
    )


def _arterial(picture: Picture) -> Attenuation:
    """Mean attenuation of the targets in the arterial phase, in HU."""
    ends = (picture.studies.baseline, picture.studies.index)
    means = []
    for study in ends:
        values = [
            picture.look.in_phase(lesion.id, study.id, Quantity.ATTENUATION, Phase.ARTERIAL)
            for lesion in picture.targets.paired
            if study is not None
        ]
        known = [value.value for value in values if value is not None]
        complete = bool(known) and len(known) == len(values)
        means.append(sum(known, Decimal(0)) / len(known) if complete else None)
    return Attenuation(means[0], means[1], Phase.ARTERIAL)


def sact_of(case: Case) -> Response:
    """SACT on the sum and the attenuation of each target."""
    targets = [SactTarget(le.id, hu) for le, hu in _of_each_target(case)]
    return sact(case.pages["sact_2010"], case.sums, targets, _appearances(case))


def mass_of(case: Case) -> Response:
    """MASS; solidity and marked necrosis are no coded findings, so "not stated"."""
    targets = [MassTarget(le.id, hu, None, None) for le, hu in _of_each_target(case)]
    return mass(case.pages["mass_2010"], case.sums, targets, _appearances(case))


def _of_each_target(case: Case) -> Iterator[tuple[Lesion, Attenuation]]:
    picture, comparable = case.picture, hu_comparable(case.picture.facts)
    measured = {
        lesion.id for lesion in with_attenuation(picture.look, picture.targets, picture.studies)
    }
    rows = {row.id: row for row in picture.changes}
    for lesion in picture.targets.paired:
        row = rows[lesion.id]
        usable = comparable and lesion.id in measured
        yield (
            lesion,
            Attenuation(row.hu_baseline, row.hu_index) if usable else Attenuation(None, None),
        )


def _appearances(case: Case) -> Appearances:
    """What a reader saw; a new liver lesion counts as a metastasis unless it looks like a cyst."""
    return Appearances(
        new_metastasis=_new_metastasis(case),
        marked_central_fill_in=_stated(case, FindingKind.CENTRAL_FILL_IN),
        new_enhancement=_stated(case, FindingKind.RE_ENHANCEMENT),
    )


def _new_metastasis(case: Case) -> bool | None:
    facts = case.picture.facts
    if facts.extrahepatic == "new" or _solid(facts.new_lesion):
        return True
    unclear = facts.new_lesion is not None or facts.extrahepatic == UNKNOWN
    return None if unclear else False


def _solid(new: NewLesion | None) -> bool:
    return new is not None and new.character == "solid-enhancing"


def _stated(case: Case, kind: FindingKind) -> bool | None:
    """Whether a finding was seen at the index study; None where nobody says."""
    index = case.picture.studies.index
    said = {f.value for f in case.picture.look.findings(kind) if index and f.study == index.id}
    return "present" in said if said else None


def mrecist_of(case: Case) -> Response:
    """mRECIST: viable diameters are not read, so not evaluable at best."""
    nothing = Sums(None, None, None)
    return _enhancing(mrecist(case.pages["mrecist_2010"], _primary(case), nothing, None))


def easl_of(case: Case) -> Response:
    """EASL: enhancing areas are not read, so not evaluable at best."""
    nothing = Sums(None, None, None, "mm²")
    return _enhancing(easl(case.pages["easl_2001"], _primary(case), nothing, None))


def _enhancing(response: Response) -> Response:
    """With what was not measured, where the criterion is meant for the patient."""
    if response.category != NE:
        return response
    return Response(NE, in_one_line("the enhancing part was not measured", response.arithmetic))


def _primary(case: Case) -> str:
    return case.picture.facts.primary


def chun(case: Case) -> Response | None:
    """As a radiologist stated it; morphology is never inferred."""
    stated = case.picture.facts.chun
    return None if stated == UNKNOWN else Response(stated, "as stated by the reader")
