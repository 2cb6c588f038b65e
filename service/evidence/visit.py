"""The evidence of the patient whose chart is open, read with the rights of who looks at it.

The same road as the hook: the same queries, the same reading, the same rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date

from rules.assessment import Assessment
from service.cds.authorization import Authorization
from service.cds.call import Call
from service.cds.speaking import Hook
from service.cds.wording import Wording
from service.configuration.tables import Client
from service.consulting import Consulting
from service.errors import LiverResponseError
from service.evidence.page import EvidencePage, evidence_page
from service.evidence.whose import Whose, read_whose
from service.fhir.errors import MissingDataError
from service.fhir.fetching import Completed
from service.fhir.json_types import Json
from service.fhir.listing import listing, of_bundle
from service.fhir.prefetch import State
from service.fhir.prefetch_keys import KEYS
from service.fhir.referred import referred
from service.judged import Judged
from service.smart.scopes import not_granted
from service.smart.sessions import Session
from service.smart.told import Told

_NOT_GRANTED = "the EHR did not grant reading it, or not all of it"
_NOT_AS_NEEDED = "what came could not be read"
_REFERRED_TO = {"Medication": "drugs referred to", "BodyStructure": "places of lesions referred to"}
# A type that was not granted is not asked for: some servers answer with an empty list, which would
# look like a record without any.
_REFUSED: Json = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}


@dataclass(frozen=True)
class Failed:
    """A query that brought nothing: what it asks for, of which type, and why it failed."""

    what: str
    kind: str
    why: str


@dataclass(frozen=True)
class Difference:
    """What stands otherwise now than on the card that the page was opened from."""

    what: str
    then: str
    now: str


@dataclass(frozen=True)
class Visit:
    """What is shown on one visit to the page."""

    whose: Whose
    page: EvidencePage
    failed: tuple[Failed, ...]
    differences: tuple[Difference, ...]


class NotReadError(LiverResponseError):
    """Without what could not be read, nothing can be judged.

    Attributes:
        failed: the queries that brought nothing.
    """

    status = 502
    code = "incomplete"

    def __init__(self, failed: tuple[Failed, ...]) -> None:
        super().__init__(
            "The record could not be read as far as it is needed; nothing is concluded."
        )
        self.failed = failed


@dataclass(frozen=True)
class Visiting:
    """Reads and judges the patient of a session, anew on every visit; keeps nothing."""

    consulting: Consulting
    wording: Wording

    def __call__(self, session: Session, client: Client, as_of: date) -> Visit:
        """What is to be seen of the patient of a session.

        Raises:
            NotReadError: needed data is not to be had.
            LiverResponseError: the data is not of this patient alone.
        """
        refused = _refused(session)
        completed = self.consulting.completed(_call(session, refused), client.destinations)
        assessor = self.consulting.assessor
        try:
            judged = assessor.of_prefetch(completed.prefetch, session.patient, as_of)
        except MissingDataError as error:
            raise NotReadError(tuple(_failed(completed, refused, error.keys))) from None
        return Visit(
            whose=read_whose(session.patient, completed.prefetch.get("patient")),
            page=evidence_page(
                judged.timeline,
                judged.assessment,
                assessor.rulebook,
                self.wording,
                listing(_resources(completed)),
            ),
            failed=tuple(_failed(completed, refused, _spoilt(judged))),
            differences=tuple(_differences(session.told, judged.assessment, self.wording)),
        )


def _resources(completed: Completed) -> Iterator[Json]:
    for part in completed.prefetch.values():
        yield from (part, *of_bundle(part))


def _refused(session: Session) -> dict[str, Json]:
    kinds = not_granted(session.scope) if session.scope is not None else frozenset()
    return {key.name: _REFUSED for key in KEYS if key.kind in kinds}


def _call(session: Session, prefetch: dict[str, Json]) -> Call:
    """A call as an EHR could have made it on opening the chart, without its data."""
    return Call(
        hook=Hook.PATIENT_VIEW,
        hook_instance="",
        user_id="",
        patient_id=session.patient,
        fhir_server=session.server,
        authorization=Authorization(session.token, 1),
        prefetch=prefetch,
    )


def _spoilt(judged: Judged) -> frozenset[str]:
    """The keys that came otherwise than as whole data."""
    return frozenset(
        name
        for name, state in judged.states.items()
        if not state.available and state is not State.ABSENT
    )


def _failed(
    completed: Completed, refused: Container[str], spoilt: Container[str]
) -> Iterator[Failed]:
    for key in KEYS:
        if key.name in refused:
            yield Failed(key.plain, key.kind, _NOT_GRANTED)
        elif key.name in completed.tried:
            yield Failed(key.plain, key.kind, completed.tried[key.name].value)
        elif key.name in spoilt:
            yield Failed(key.plain, key.kind, _NOT_AS_NEEDED)
    left = referred(completed.prefetch.values())
    for kind, count in Counter(name.partition("/")[0] for name in left).items():
        yield Failed(_REFERRED_TO[kind], kind, f"{count} of them could not be read")


def _differences(told: Told, assessment: Assessment, wording: Wording) -> Iterator[Difference]:
    index, grade = assessment.index_study, assessment.grade.value
    if told.study and told.study != (index.id if index else ""):
        now = f"{index.id} of {index.day}" if index else "none"
        yield Difference("index study", told.study, now)
    if told.grade and told.grade != grade:
        yield Difference("grade", wording.settled_as[told.grade], wording.settled_as[grade])
