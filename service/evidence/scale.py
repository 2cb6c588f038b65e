"""From a value to its place in a panel, so that words can be put where they do not collide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_HEAD_ROOM = 0.16  # of the span of the values, above and below them


@dataclass(frozen=True)
class Scale:
    """The values that a panel spans, and its height in pixels."""

    low: float
    high: float
    height: int

    @classmethod
    def of(cls, values: Iterable[float], height: int) -> Scale:
        """One that holds all values with some room; any where there is none."""
        every = tuple(values)
        low, high = min(every, default=0.0), max(every, default=1.0)
        room = (high - low) * _HEAD_ROOM or abs(high) * _HEAD_ROOM or 1.0
        return cls(low - room, high + room, height)

    def down(self, value: float) -> float:
        """Where a value stands, in pixels from the top."""
        return round((self.high - value) / (self.high - self.low) * self.height, 1)
