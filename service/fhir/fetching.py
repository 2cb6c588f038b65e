"""What a call did not send is asked from the EHR's FHIR server, and put in its place.

The result is a prefetch as the EHR could have sent it, so that one and the same reading follows.
What could not be had stays as it was and is named with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as StillRunning
from dataclasses import dataclass, field

from service.fhir.client import FhirClient, Server, next_page
from service.fhir.json_types import Json, JsonObject, list_of
from service.fhir.prefetch import State, recognise, sort_out
from service.fhir.prefetch_keys import MEDICATIONS
from service.fhir.queries import Query
from service.fhir.referred import MOST_REFERRED, referred
from service.outbound.deadline import Deadline
from service.outbound.errors import OutboundError, Trouble

REFERRED = "referred-to"
"""The key under which resources stand that the others refer to."""

# An optional key that could not be had must not look like one that was never offered.
_NOT_TO_BE_HAD: Json = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "incomplete"}],
}
# A key that came as an error is not asked for again: the EHR has tried.
_TO_FETCH = (State.ABSENT, State.TRUNCATED)


@dataclass(frozen=True)
class Completed:
    """A prefetch as far as it could be completed.

    Attributes:
        tried: why each key that was asked for is still missing.
        fetched: the keys that were asked for and came.
    """

    prefetch: JsonObject
    tried: Mapping[str, Trouble] = field(default_factory=dict)
    fetched: tuple[str, ...] = ()


class Fetching:
    """Completes prefetches. Shared by all calls; their queries run side by side."""

    def __init__(self, client: FhirClient, executor: Executor) -> None:
        self._client, self._executor = client, executor

    def complete(
        self, prefetch: JsonObject, queries: Mapping[str, Query], server: Server, deadline: Deadline
    ) -> Completed:
        """Ask for every key that is absent or cut short, then for what the data refers to.

        Raises:
            NotFhirError: the prefetch is not an object.
        """
        missing = [queries[name] for name in to_fetch(prefetch)]
        jobs = {
            query.key: self._start(self._key, query, server, prefetch.get(query.key), deadline)
            for query in missing
        }
        came, failed = _gather(jobs, deadline)
        tried = _offered(failed)
        known = dict.fromkeys(tried, _NOT_TO_BE_HAD) | prefetch | came
        referred_to = self._referred(known, server, deadline)
        return Completed(known | referred_to, tried, tuple(came))

    def _start(self, job: Callable[..., Json], *given: object) -> Future[Json]:
        return self._executor.submit(job, *given)

    def _key(self, query: Query, server: Server, sent: Json, deadline: Deadline) -> Json:
        """All that a key asks for; a first page that was sent is gone on from."""
        if query.kind == "Patient":
            return self._client.read(server, query.paths[0], deadline)
        first = sent if isinstance(sent, dict) and _goes_on(sent, server.base) else None
        if first:
            return self._client.search(server, "", deadline, first)
        parts = [self._client.search(server, path, deadline) for path in query.paths]
        entries = [entry for part in parts for entry in list_of(part, "entry")]
        return {**parts[0], "entry": entries}

    def _referred(self, prefetch: JsonObject, server: Server, deadline: Deadline) -> JsonObject:
        wanted = list(referred(prefetch.values()))[:MOST_REFERRED]
        jobs = {path: self._start(self._client.read, server, path, deadline) for path in wanted}
        came, _ = _gather(jobs, deadline)
        entries: list[Json] = [{"resource": resource} for resource in came.values()]
        bundle: JsonObject = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        return {REFERRED: bundle} if entries else {}


def to_fetch(prefetch: Json) -> list[str]:
    """The keys that were not sent, or not wholly.

    Raises:
        NotFhirError: the prefetch is not an object.
    """
    states = recognise(sort_out(prefetch))
    return [name for name, state in states.items() if state in _TO_FETCH]


def _goes_on(sent: JsonObject, base: str) -> bool:
    try:
        return next_page(sent, base) is not None
    except OutboundError:
        return False


def _gather(
    jobs: Mapping[str, Future[Json]], deadline: Deadline
) -> tuple[dict[str, Json], dict[str, Trouble]]:
    came: dict[str, Json] = {}
    tried: dict[str, Trouble] = {}
    for name, job in jobs.items():
        try:
            came[name] = job.result(timeout=deadline.left)
        except OutboundError as error:
            tried[name] = error.trouble
        except StillRunning:
            job.cancel()
            tried[name] = Trouble.TOO_SLOW
    return came, tried


def _offered(tried: Mapping[str, Trouble]) -> dict[str, Trouble]:
    """Without the medication records that a system does not have: few have all three kinds."""
    return {
        name: trouble
        for name, trouble in tried.items()
        if name not in MEDICATIONS or trouble is not Trouble.NOT_FOUND
    }
