"""Mean attenuation of the target lesions over time, and the phases it was measured in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from rules.clinical_facts import Course
from rules.features.lookup import ByLesion, Lookup
from rules.features.sizes import Targets
from rules.features.studies import Compared
from rules.timeline import Lesion, Measurement, Phase, Quantity, Study


def with_attenuation(look: Lookup, targets: Targets, studies: Compared) -> tuple[Lesion, ...]:
    """The target lesions whose attenuation is measured at baseline and at the index study."""
    baseline, index = studies.baseline, studies.index
    if baseline is None or index is None:
        return ()
    then, now = _read_at(look, baseline), _read_at(look, index)
    return tuple([le for le in targets.paired if le.id in then and le.id in now])


def _read_at(look: Lookup, study: Study) -> ByLesion:
    """The mean attenuation of each lesion at a study, portal venous where there is one."""
    return look.values(study.id, Quantity.ATTENUATION)


def mean_attenuation(look: Lookup, lesions: Sequence[Lesion], study: Study) -> Decimal | None:
    """The mean over the lesions, in HU, or None unless every one is measured."""
    read = _read_at(look, study)
    values = [read[lesion.id].value for lesion in lesions if lesion.id in read]
    if not values or len(values) < len(lesions):
        return None
    return sum(values, Decimal(0)) / len(values)


def attenuations(look: Lookup, targets: Targets, studies: Compared) -> Course:
    """Mean attenuation at baseline, at its lowest before the index study, and at the index."""
    lesions = with_attenuation(look, targets, studies)
    if studies.baseline is None or studies.index is None or not lesions:
        return Course()
    means = {study.id: mean_attenuation(look, lesions, study) for study in studies.followed}
    earlier = [
        mean
        for study in studies.followed[:-1]
        if (mean := means[study.id]) is not None
        and phases_at(look, lesions, study) <= {Phase.PORTAL_VENOUS}
    ]
    baseline = means[studies.baseline.id]
    return Course(baseline, min(earlier, default=baseline), means[studies.index.id])


def phases_at(look: Lookup, lesions: Sequence[Lesion], study: Study) -> set[Phase | None]:
    """The phases of the attenuation values that are read at a study."""
    read = _read_at(look, study)
    return {read[lesion.id].phase for lesion in lesions if lesion.id in read}


def size_phases(look: Lookup, lesions: Iterable[Lesion], study: Study) -> tuple[Phase | None, ...]:
    """The phase in which the size of each lesion was taken.

    Where the size does not say, it is that of the attenuation read beside it, if there is one.
    """
    sizes, read = look.values(study.id, Quantity.LONG_AXIS), _read_at(look, study)
    return tuple([_size_phase(sizes.get(le.id), read.get(le.id)) for le in lesions])


def _size_phase(size: Measurement | None, attenuation: Measurement | None) -> Phase | None:
    if size is not None and size.phase is not None:
        return size.phase
    return attenuation.phase if attenuation else None
