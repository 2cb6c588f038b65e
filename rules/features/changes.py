"""The lesion table: each lesion then and now, as measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.assessment import LesionChange
from rules.features.attenuation import size_phases
from rules.features.lookup import Lookup
from rules.features.sizes import Targets
from rules.features.studies import Compared
from rules.timeline import Lesion, Organ, Phase, Quantity, Study


def lesion_changes(
    look: Lookup, studies: Compared, targets: Targets, new: tuple[Lesion, ...]
) -> tuple[LesionChange, ...]:
    """One row for each lesion measured at baseline or index; targets first, then new ones."""
    targeted, fresh = {t.id for t in targets.chosen}, {n.id for n in new}
    lesions = (*look.of_organ(Organ.LIVER), *look.of_organ(Organ.ELSEWHERE))
    ranked = sorted(lesions, key=lambda le: (le.id not in targeted, le.id not in fresh, le.label))
    then, now = _at(look, ranked, studies.baseline), _at(look, ranked, studies.index)
    return tuple(
        [
            _row(lesion, before, after, lesion.id in targeted, lesion.id in fresh)
            for lesion, before, after in zip(ranked, then, now, strict=True)
            if before.measured or after.measured or lesion.id in fresh
        ]
    )


def _row(lesion: Lesion, then: _Side, now: _Side, target: bool, new: bool) -> LesionChange:
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


@dataclass(frozen=True)
class _Side:
    """A lesion at one study."""

    mm: Decimal | None = None
    hu: Decimal | None = None
    phase: Phase | None = None

    @property
    def measured(self) -> bool:
        """Whether it has a size or an attenuation."""
        return self.mm is not None or self.hu is not None


def _at(look: Lookup, lesions: Sequence[Lesion], study: Study | None) -> list[_Side]:
    """The side of each lesion at a study."""
    if study is None:
        return [_Side()] * len(lesions)
    sizes, read = look.sizes(study.id), look.values(study.id, Quantity.ATTENUATION)
    phases = size_phases(look, lesions, study)
    return [
        _Side(sizes.get(le.id), read[le.id].value if le.id in read else None, phase)
        for le, phase in zip(lesions, phases, strict=True)
    ]
