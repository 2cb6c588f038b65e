"""Mean attenuation of the target lesions over time, and the phases it was measured in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.clinical_facts import Course
from rules.features.lookup import Lookup
from rules.features.sizes import Targets
from rules.features.studies import Compared
from rules.timeline import Lesion, Measurement, Phase, Quantity, Study


def attenuation_at(look: Lookup, lesion: Lesion, study: Study) -> Measurement | None:
    """The mean attenuation of a lesion at a study, portal venous where there is one."""
    return look.value(lesion.id, study.id, Quantity.ATTENUATION)


def with_attenuation(look: Lookup, targets: Targets, studies: Compared) -> tuple[Lesion, ...]:
    """The target lesions whose attenuation is measured at baseline and at the index study."""
    baseline, index = studies.baseline, studies.index
    if baseline is None or index is None:
        return ()
    return tuple(
        lesion
        for lesion in targets.paired
        if attenuation_at(look, lesion, baseline) and attenuation_at(look, lesion, index)
    )


def mean_attenuation(look: Lookup, lesions: Sequence[Lesion], study: Study) -> Decimal | None:
    """The mean over the lesions, in HU, or None unless every one is measured."""
    values = [attenuation_at(look, lesion, study) for lesion in lesions]
    if not values or any(value is None for value in values):
        return None
    return sum((v.value for v in values if v), Decimal(0)) / len(values)


def attenuations(look: Lookup, targets: Targets, studies: Compared) -> Course:
    """Mean attenuation at baseline, at its lowest before the index study, and at the index."""
    lesions = with_attenuation(look, targets, studies)
    if studies.baseline is None or studies.index is None or not lesions:
        return Course()
    earlier = [
        mean_attenuation(look, lesions, study)
        for study in studies.followed[:-1]
        if phases_at(look, lesions, study) <= {Phase.PORTAL_VENOUS}
    ]
    known = [value for value in earlier if value is not None]
    baseline = mean_attenuation(look, lesions, studies.baseline)
    return Course(
        baseline,
        min(known, default=baseline),
        mean_attenuation(look, lesions, studies.index),
    )


def phases_at(look: Lookup, lesions: Sequence[Lesion], study: Study) -> set[Phase | None]:
    """The phases of the attenuation values that are read at a study."""
    values = (attenuation_at(look, lesion, study) for lesion in lesions)
    return {value.phase for value in values if value}


def size_phase(look: Lookup, lesion: Lesion, study: Study) -> Phase | None:
    """The phase in which a lesion's size was taken.

    Where the size does not say, it is that of the attenuation read beside it, if there is one.
    """
    size = look.value(lesion.id, study.id, Quantity.LONG_AXIS)
    if size is not None and size.phase is not None:
        return size.phase
    attenuation = attenuation_at(look, lesion, study)
    return attenuation.phase if attenuation else None
