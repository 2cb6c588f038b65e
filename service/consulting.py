"""From a call to the assessment of its patient: what was sent, and what is asked for besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from service.assessor import Assessor
from service.cds.call import Call
from service.fhir.client import Server
from service.fhir.errors import MissingDataError
from service.fhir.fetching import Completed, Fetching, to_fetch
from service.fhir.queries import queries
from service.judged import Judged
from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations
from service.outbound.errors import OutboundError, Trouble


@dataclass(frozen=True)
class Consulting:
    """Reads and judges the patient of a call, once for all calls.

    Attributes:
        templates: the prefetch of discovery.
        seconds: how long all queries of a call may take together.
    """

    assessor: Assessor
    fetching: Fetching
    templates: Mapping[str, str]
    seconds: float

    def __call__(self, call: Call, allowed: Destinations, as_of: date) -> Judged:
        """Assess the patient of a call.

        Args:
            call: with its prefetch, and where the rest may be had.
            allowed: the FHIR servers that may be asked on behalf of who calls.
            as_of: the day of the call.

        Raises:
            LiverResponseError: needed data is neither sent nor to be had, or another patient's.
        """
        completed = self.completed(call, allowed)
        try:
            judged = self.assessor.of_prefetch(completed.prefetch, call.patient_id, as_of)
        except MissingDataError as error:
            raise error.after(completed.tried) from None
        return replace(judged, fetched=completed.fetched, tried=completed.tried)

    def completed(self, call: Call, allowed: Destinations) -> Completed:
        """The prefetch of a call with what was not sent, as far as it is to be had.

        Raises:
            NotFhirError: the prefetch is not an object.
        """
        own = allowed.own_tokens
        address = call.fhir_server or (own.base if own else None)
        if address is None:
            return Completed(call.prefetch)
        deadline = Deadline.after(self.seconds)
        try:
            server = _server(call, address, allowed, deadline)
        except OutboundError as error:
            return Completed(call.prefetch, dict.fromkeys(to_fetch(call.prefetch), error.trouble))
        wanted = queries(self.templates, call.patient_id)
        completed = self.fetching.complete(call.prefetch, wanted, server, deadline)
        if own and server.token and _refused(completed):
            own.forget(server.token)
        return completed


def _refused(completed: Completed) -> bool:
    """Whether the token was refused altogether, not merely what its scope does not reach."""
    return not completed.fetched and {*completed.tried.values()} == {Trouble.NOT_AUTHORISED}


def _server(call: Call, address: str, allowed: Destinations, deadline: Deadline) -> Server:
    """Whom to ask, and with what: the token of the call, else one of our own.

    Raises:
        OutboundError: it may not be asked, or there is no token to ask with.
    """
    base = allowed.base_of(address)
    token = call.authorization.token if call.authorization else None
    own = allowed.own_tokens
    if token is None and own is not None and own.base == base:
        token = own.token(deadline)
    if token is None and not allowed.without_token:
        raise OutboundError(Trouble.UNAUTHENTICATED)
    return Server(address.rstrip("/"), allowed, token)
