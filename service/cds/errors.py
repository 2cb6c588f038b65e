"""Why a call is no call of ours."""

from __future__ import annotations

from service.errors import LiverResponseError


class CallInvalidError(LiverResponseError):
    """A request that is not what the standard, or this service's hook, asks for."""

    status = 400

    def __init__(self, message: str, where: str, code: str = "value") -> None:
        """Name the fault. ``code`` is a FHIR issue type: required, structure, value."""
        super().__init__(message, where)
        self.code = code


class ServiceUnknownError(LiverResponseError):
    """No service has this id."""

    status = 404
    code = "not-found"
