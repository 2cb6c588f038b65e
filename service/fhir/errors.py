"""Why a call or a file cannot be read as the data of one patient."""

from __future__ import annotations

from collections.abc import Mapping

from service.errors import LiverResponseError
from service.outbound.errors import Trouble


class NotFhirError(LiverResponseError):
    """What was given is not FHIR JSON at all."""

    status = 400
    code = "structure"


class OtherPatientError(LiverResponseError):
    """Data of more than one patient, or of another one than was asked for."""

    status = 400
    code = "business-rule"


class UnknownPatientError(LiverResponseError):
    """Nothing says whose data this is."""

    status = 400
    code = "required"


class MissingDataError(LiverResponseError):
    """Needed data was not sent, nor to be had where it may be asked for.

    Attributes:
        keys: the state of each prefetch key that is needed and not available.
    """

    status = 412
    code = "incomplete"

    def __init__(self, keys: Mapping[str, str]) -> None:
        self.keys = dict(keys)
        named = ", ".join(f"{key} ({state})" for key, state in keys.items())
        super().__init__(
            f"Needed data is not available: {named}. Send these prefetch keys as discovery "
            "describes them, each complete; of the medication keys one is enough.",
            where="prefetch",
        )

    def after(self, tried: Mapping[str, Trouble]) -> MissingDataError:
        """The same error, with why asking the FHIR server for the keys was in vain."""
        vain = {
            key: f"not sent; of the FHIR server: {tried[key].value}"
            for key in self.keys
            if key in tried
        }
        return MissingDataError({**self.keys, **vain})
