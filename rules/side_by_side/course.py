"""Criteria on a course over time: scans under a checkpoint inhibitor, tumour markers."""

from __future__ import annotations

from collections.abc import Iterator

from rules.criteria.cea_kinetics import cea_kinetics
from rules.criteria.gcig_ca125 import gcig_ca125
from rules.criteria.irecist import irecist
from rules.criteria.irecist_scans import ImmuneScan
from rules.criteria.measured import Sample
from rules.criteria.response import NE, Response
from rules.dates import days_between
from rules.features.picture import Picture
from rules.features.sizes import sum_at
from rules.side_by_side.case import Case
from rules.timeline import Lesion, MarkerValue, Quantity


def irecist_of(case: Case) -> Response | None:
    """Only under a checkpoint inhibitor. New lesions and non-targets are known as far as coded."""
    picture, sums = case.picture, case.sums
    if case.judgement.exposure.checkpoint is None or sums.baseline is None:
        return None
    responses = irecist(
        case.pages["irecist_2017"],
        case.pages["recist_1_1"],
        sums.baseline,
        tuple(_scans(picture)),
        on_checkpoint_inhibitor=True,
    )
    return responses[-1] if responses else None


def _scans(picture: Picture) -> Iterator[ImmuneScan]:
    baseline, *later = picture.studies.followed
    for study in later:
        seen = frozenset(
            lesion.id
            for lesion in picture.new_lesions
            if picture.look.value(lesion.id, study.id, Quantity.LONG_AXIS) is not None
        )
        yield ImmuneScan(
            day=days_between(baseline.day, study.day).low,
            target_sum=sum_at(picture.look, picture.targets.paired, study),
            non_targets=None,
            new_lesions=seen,
            new_sum=sum_at(picture.look, _lesions(picture, seen), study) if seen else None,
        )


def _lesions(picture: Picture, ids: frozenset[str]) -> tuple[Lesion, ...]:
    return tuple(lesion for lesion in picture.new_lesions if lesion.id in ids)


def cea(case: Case) -> Response | None:
    """The slope of CEA since the start of the line; None where there is none."""
    samples = _samples(case.picture, "CEA")
    return (
        cea_kinetics(case.pages["cea_kinetics_2008"], [s for s, _ in samples]) if samples else None
    )


def ca125(case: Case) -> Response | None:
    """GCIG on CA-125 since the start of the line; None where there is none."""
    samples = _samples(case.picture, "CA-125")
    limits = [value.upper_limit for _, value in samples if value.upper_limit is not None]
    if not samples:
        return None
    if not limits:
        return Response(NE, "the laboratory's upper limit of normal is not stated")
    return gcig_ca125(case.pages["gcig_ca125_2011"], [s for s, _ in samples], limits[-1])


def _samples(picture: Picture, marker: str) -> list[tuple[Sample, MarkerValue]]:
    """The samples of one marker up to the index study in its commonest series, dated to the day."""
    line, index = picture.therapies.leading, picture.studies.index
    if line is None or line.start is None or index is None:
        return []
    values = [
        value
        for value in picture.look.timeline.markers
        if value.marker == marker and value.day.exact and value.day.latest <= index.day.latest
    ]
    series = [value.series for value in values]
    commonest = max(series, key=series.count, default="")
    return [
        (Sample(days_between(line.start, value.day).low, value.value), value)
        for value in sorted(values, key=lambda value: value.day.latest)
        if value.series == commonest
    ]
