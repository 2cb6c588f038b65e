"""By when something must be done, whatever steps it has."""

from __future__ import annotations

import time
from dataclasses import dataclass

from service.outbound.errors import OutboundError, Trouble


@dataclass(frozen=True)
class Deadline:
    """A moment of the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The moment that is so many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds that are left; never below zero."""
        return max(self.at - time.monotonic(), 0.0)

    def check(self) -> None:
        """Go on only in time.

        Raises:
            OutboundError: the time is over.
        """
        if not self.left:
            raise OutboundError(Trouble.TOO_SLOW)
