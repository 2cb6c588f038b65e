"""The base of every error that this product raises on purpose."""

from __future__ import annotations


class LiverResponseError(Exception):
    """Something that cannot be done, and what to do about it.

    The message holds no clinical value, no token and no name, so it may be shown and logged.

    Attributes:
        status: the HTTP status that it answers with.
        code: the FHIR issue type of its OperationOutcome.
        retry_seconds: after how long another try may succeed; None where it will not.
        where: the part of the request or file that it is about ("prefetch.imaging"), or "".
    """

    status: int = 500
    code: str = "exception"
    retry_seconds: int | None = None

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where
