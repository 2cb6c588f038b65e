"""What a finding leaves open so that it may be passed over, though it may speak for progression.

Such a finding stays in the timeline and its record is named as well, which holds the grade.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rules.dates import PartialDate
from rules.timeline import Finding, FindingKind, Lesion, Organ

# Whenever they were made, the newest of them counts: a coarse day is no way to be passed over.
_OF_ANY_DAY = frozenset((FindingKind.EXTRAHEPATIC, FindingKind.PET, FindingKind.BIOPSY))
# What changes the question only where it is known of which lesion it is.
_OF_A_LESION = frozenset(
    (
        (FindingKind.CHANGE_FROM_PRIOR, "new"),
        (FindingKind.LESION_CHARACTER, "solid-enhancing"),
    )
)


def doubts_about(
    finding: Finding, lesion: Lesion | None, followed_from: date | None
) -> Iterable[str]:
    """Why a finding may not be seen for what it is; none where it will be.

    Args:
        finding: as it was read.
        lesion: the one that it is of, None where that cannot be told.
        followed_from: the day of the first measurements; what was over before is no matter.
    """
    if finding.day is None:
        yield f"{finding.kind.value}: undated, and it names no study"
    elif finding.study is None and _is_coarse(finding, finding.day, followed_from):
        yield f"{finding.kind.value}: its day is not known, and it names no study"
    nowhere = lesion is None or lesion.organ is Organ.UNKNOWN
    if nowhere and (finding.kind, finding.value) in _OF_A_LESION:
        yield f"{finding.kind.value}: of which lesion is not known"


def _is_coarse(finding: Finding, day: PartialDate, followed_from: date | None) -> bool:
    if day.exact or finding.kind in _OF_ANY_DAY:
        return False
    return followed_from is None or day.latest >= followed_from
