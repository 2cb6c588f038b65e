"""What iRECIST looks at: scans under checkpoint inhibitors, and where a patient stands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Burden(str, Enum):
    """Disease followed by eye, against the scan before."""

    ABSENT = "absent"
    DECREASED = "decreased"
    UNCHANGED = "unchanged"
    INCREASED = "increased"  # not unequivocally progressed
    UNEQUIVOCAL = "unequivocally progressed"

    @property
    def worse(self) -> bool:
        """Whether there is more of it than before."""
        return self in (Burden.INCREASED, Burden.UNEQUIVOCAL)


class Kind(str, Enum):
    """In what a progression showed itself."""

    TARGETS = "targets"
    NON_TARGETS = "non-target lesions"
    NEW = "new lesions"


@dataclass(frozen=True)
class ImmuneScan:
    """One scan under treatment. ``day`` counts from the start; sums in mm; None is "not known".

    ``new_lesions`` names the unequivocal new lesions seen on this scan. ``new_sum`` is the sum of
    those measured, ``new_unmeasured`` the course of the others.
    """

    day: int
    target_sum: Decimal | None
    non_targets: Burden | None = Burden.ABSENT
    new_lesions: frozenset[str] | None = frozenset()
    new_sum: Decimal | None = None
    new_unmeasured: Burden = Burden.ABSENT
    for_new_symptom: bool = False

    @property
    def new_lesions_known(self) -> bool:
        """Whether new lesions were looked for, and those there are were followed."""
        followed = self.new_sum is not None or self.new_unmeasured is not Burden.ABSENT
        return self.new_lesions is not None and (not self.new_lesions or followed)


@dataclass(frozen=True)
class Unconfirmed:
    """A progression that waits for confirmation, and the least disease seen since it began."""

    day: int
    kinds: frozenset[Kind]
    targets: str  # response of the targets when it began
    lowest_sum: Decimal | None
    lowest_new_sum: Decimal | None


@dataclass(frozen=True)
class ImmuneState:
    """Where a patient stands after a scan."""

    status: str
    baseline: Decimal
    nadir: Decimal
    seen: frozenset[str] = frozenset()  # all new lesions so far
    new_nadir: Decimal | None = None
    waiting: Unconfirmed | None = None
    arithmetic: str = ""
