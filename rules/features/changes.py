"""The lesion table: each lesion then and now, as measured."""

from __future__ import annotations

from rules.assessment import LesionChange
from rules.features.attenuation import attenuation_at, size_phase
from rules.features.lookup import Lookup
from rules.features.sizes import Targets, size_at
from rules.features.studies import Compared
from rules.timeline import Lesion, Organ, Phase, Study


def lesion_changes(
    look: Lookup, studies: Compared, targets: Targets, new: tuple[Lesion, ...]
) -> tuple[LesionChange, ...]:
    """One row for each lesion measured at baseline or index; targets first, then new ones."""
    targeted, fresh = {t.id for t in targets.chosen}, {n.id for n in new}
    lesions = (*look.of_organ(Organ.LIVER), *look.of_organ(Organ.ELSEWHERE))
    ranked = sorted(lesions, key=lambda le: (le.id not in targeted, le.id not in fresh, le.label))
    rows = [_row(look, studies, le, le.id in targeted, le.id in fresh) for le in ranked]
    return tuple([row for row in rows if row is not None])


def _row(
    look: Lookup, studies: Compared, lesion: Lesion, target: bool, new: bool
) -> LesionChange | None:
    then, now = _Side(look, lesion, studies.baseline), _Side(look, lesion, studies.index)
    if then.empty and now.empty and not new:
        return None
    return LesionChange(
        id=lesion.id,
        label=lesion.label,
        site=lesion.site,
        new=new,
        target=target,
        mm_baseline=then.mm,
        mm_index=now.mm,
        hu_baseline=then.hu,
        hu_index=now.hu,
        phase_baseline=then.phase,
        phase_index=now.phase,
    )


class _Side:
    """A lesion at one study."""

    def __init__(self, look: Lookup, lesion: Lesion, study: Study | None) -> None:
        attenuation = attenuation_at(look, lesion, study) if study else None
        self.mm = size_at(look, lesion, study) if study else None
        self.hu = attenuation.value if attenuation else None
        self.phase: Phase | None = size_phase(look, lesion, study) if study else None
        self.empty = self.mm is None and self.hu is None
