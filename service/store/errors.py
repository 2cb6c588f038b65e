"""What the store cannot do."""

from __future__ import annotations

from service.errors import LiverResponseError


class StoreAwayError(LiverResponseError):
    """The store does not answer, or not in time; what was to be kept is not kept."""

    status = 503
    code = "transient"

    def __init__(self) -> None:
        super().__init__("What was sent could not be stored, and nothing of it was. Send it again.")


class StoreUnusableError(ValueError):
    """The store cannot be used as it is set up; the message says what to do."""
