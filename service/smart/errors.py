"""Why a launch, or a page that was launched, cannot go on: in words for whoever sees it."""

from __future__ import annotations

from enum import Enum

from service.errors import LiverResponseError


class Stop(Enum):
    """What stopped it: the HTTP status, what happened, and what to do."""

    NO_SERVER = (400, "The launch names no FHIR server (iss).", "open")
    UNKNOWN_SERVER = (
        403,
        "The launch names a FHIR server that is not one of this service's.",
        "tell",
    )
    NOT_REACHED = (502, "The EHR's FHIR server does not answer.", "again")
    NO_SMART = (
        502,
        "The EHR's FHIR server does not say how to sign in (SMART App Launch).",
        "tell",
    )
    OTHER_SERVER = (
        502,
        "The EHR names a sign-in server that this service is not set up for.",
        "tell",
    )
    NOT_STARTED = (400, "This launch was not started in this browser, or was used before.", "open")
    OTHER_STATE = (400, "The answer of the EHR does not belong to this launch.", "open")
    OTHER_ISSUER = (400, "The answer to this launch comes from another sign-in server.", "tell")
    DENIED = (403, "Access to the record was not granted.", "open")
    SIGN_IN_FAILED = (502, "The EHR's sign-in server could not complete the launch.", "again")
    NO_CODE = (400, "The answer of the EHR holds no authorization code.", "open")
    CODE_REFUSED = (502, "The EHR's sign-in server did not accept the launch.", "again")
    NO_TOKEN = (502, "The EHR's sign-in server sent no access token that can be used.", "tell")
    NO_PATIENT = (502, "The EHR did not say whose chart is open.", "patient")
    OVER = (403, "This session is over.", "open")
    BUSY = (503, "Many evidence pages are being read at this moment.", "reload")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def words(self) -> str:
        """What happened."""
        return self.value[1]

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _ADVICE[self.value[2]]


_ADVICE = {
    "open": "Open the evidence page again from the patient's chart.",
    "again": "Try again from the patient's chart; if it persists, tell those who run this service.",
    "tell": "Tell those who run this service: it is a matter of its configuration.",
    "patient": "Choose a patient in the EHR, then open the evidence page again.",
    "reload": "Reload this page in a few seconds; if it persists, open it again from the chart.",
}


class LaunchError(LiverResponseError):
    """A launch, or a page that was launched, that cannot go on.

    Attributes:
        stop: what stopped it.
        client: the name of the client, for the log; "" where it is not known.
    """

    code = "login"

    def __init__(self, stop: Stop, client: str = "") -> None:
        super().__init__(stop.words)
        self.stop, self.client = stop, client
        self.status = stop.status
