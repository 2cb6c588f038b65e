"""What criteria compare: sums, attenuations, samples, and the change between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rules.criteria.arithmetic import at_least, in_words, percent_change, percent_in_words
from rules.timeline import Phase

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Change:
    """A value against its reference, both in one unit."""

    value: Decimal
    reference: Decimal
    unit: str

    @classmethod
    def of(cls, value: Decimal | None, reference: Decimal | None, unit: str) -> Change | None:
        """The change, or None where one end was not measured."""
        if value is None or reference is None:
            return None
        return cls(value, reference, unit)

    @property
    def difference(self) -> Decimal:
        """Value minus reference, in the unit."""
        return self.value - self.reference

    @property
    def percent(self) -> Decimal:
        """The difference in per cent of the reference; may be infinite."""
        return percent_change(self.value, self.reference)

    def fell_by(self, amount: Decimal) -> bool:
        """Whether the value fell by at least an amount of the unit."""
        return at_least(-self.difference, amount)

    def rose_by(self, amount: Decimal) -> bool:
        """Whether the value rose by at least an amount of the unit."""
        return at_least(self.difference, amount)

    def __str__(self) -> str:
        reference = in_words(self.reference)
        if self.reference < 0:
            reference = f"({reference})"
        share = (
            percent_in_words(self.percent)
            if self.reference > 0
            else "no percentage: the reference is not above zero"
        )
        difference = in_words(self.difference)
        return f"{in_words(self.value)} − {reference} = {difference} {self.unit}, {share}"


@dataclass(frozen=True)
class Sums:
    """One sum over the targets at three times; None where one of its lesions was not measured.

    ``nadir`` is the smallest sum before ``index``, ``baseline`` included.
    """

    baseline: Decimal | None
    nadir: Decimal | None
    index: Decimal | None
    unit: str = "mm"

    @property
    def from_baseline(self) -> Change | None:
        """Index against baseline: the reference for response."""
        return Change.of(self.index, self.baseline, self.unit)

    @property
    def from_nadir(self) -> Change | None:
        """Index against nadir: the reference for progression."""
        return Change.of(self.index, self.nadir, self.unit)


@dataclass(frozen=True)
class Attenuation:
    """Mean attenuation in HU at baseline and index, both in one contrast phase."""

    baseline: Decimal | None
    index: Decimal | None
    phase: Phase | None = None
    unit: str = "HU"

    @property
    def change(self) -> Change | None:
        """Index against baseline, or None where one was not measured."""
        return Change.of(self.index, self.baseline, self.unit)


@dataclass(frozen=True)
class Sample:
    """One marker value. ``day`` counts from the start of treatment, negative before it."""

    day: int
    value: Decimal


def described(name: str, change: Change | None) -> str:
    """A change under its name, or that it was not measured."""
    return f"{name} {change or NOT_MEASURED}"
