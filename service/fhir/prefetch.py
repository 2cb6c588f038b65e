"""The prefetch of a CDS Hooks call, as the data of one patient or as what is missing of it.

A key is sorted out before anything is concluded from it: null and an empty Bundle mean that
there is nothing, and everything else that is not complete data means that it is not known.
Clinical data that came under an incomplete key is still read; the key is named as unavailable.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from service.fhir.bundle import Contents, open_up
from service.fhir.errors import MissingDataError, NotFhirError
from service.fhir.json_types import Json, JsonObject, text_of
from service.fhir.models import ResourceReader
from service.fhir.patient import assemble
from service.fhir.prefetch_keys import KEYS, MEDICATIONS, REQUIRED, Key
from service.fhir.records import PatientData

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OURS = {key.name: key for key in KEYS}


class State(str, Enum):
    """What became of a prefetch key, worst last."""

    PRESENT = "present"
    EMPTY = "empty"
    ABSENT = "absent"
    TRUNCATED = "truncated"
    INVALID = "invalid"
    ERROR = "error"

    @property
    def available(self) -> bool:
        """Whether everything is known that the key asks for."""
        return self in (State.PRESENT, State.EMPTY)


@dataclass(frozen=True)
class Held:
    """What a key holds."""

    state: State
    contents: Contents = field(default_factory=Contents)


_NOTHING = Held(State.EMPTY)


def read_prefetch(prefetch: Json, patient: str, reader: ResourceReader) -> PatientData:
    """Read the ``prefetch`` member of a call.

    Args:
        prefetch: the member as sent; None where there is none.
        patient: ``context.patientId``.
        reader: what reads each resource.

    Raises:
        NotFhirError: the member is not an object.
        MissingDataError: needed keys are not available.
        OtherPatientError: a resource is of another patient.
    """
    held = sort_out(prefetch)
    return read_held(held, recognise(held), patient, reader)


def read_held(
    held: Mapping[str, Held], states: Mapping[str, State], patient: str, reader: ResourceReader
) -> PatientData:
    """Read what the keys of a call hold, sorted out and recognised before.

    Raises:
        MissingDataError: needed keys are not available.
        OtherPatientError: a resource is of another patient.
    """
    contents = [item.contents for item in held.values()]
    data = assemble(contents, reader, patient, _unavailable(held, states))
    _demand(states)
    return data


def sort_out(prefetch: Json) -> dict[str, Held]:
    """What each key of a call holds, under the name it was sent by.

    Raises:
        NotFhirError: the member is not an object.
    """
    if not isinstance(prefetch, dict | None):
        raise NotFhirError("The prefetch of a call must be a JSON object.", where="prefetch")
    return {name: _hold(name, value) for name, value in (prefetch or {}).items()}


def _hold(name: str, value: Json) -> Held:
    if value is None:
        return _NOTHING
    if not isinstance(value, dict) or not text_of(value, "resourceType"):
        return Held(State.INVALID)
    if _is_empty(value):
        return _NOTHING
    ours = _OURS.get(name)
    where = f"prefetch.{name}" if ours or _PLAIN_NAME.fullmatch(name) else "prefetch"
    contents = open_up(value, where)
    return Held(_state(value, contents, ours.kind if ours else None), contents)


def _is_empty(source: JsonObject) -> bool:
    """Whether this is a Bundle that says nothing but that there is nothing: most keys hold one."""
    is_bundle = source["resourceType"] == "Bundle" and "link" not in source
    return is_bundle and source.get("entry") in (None, []) and not _counts_more(source)


def _counts_more(source: JsonObject) -> bool:
    """Whether a Bundle without resources says that there are some: it counts what it did not send."""
    total = source.get("total")
    return isinstance(total, int) and total > 0


def _state(value: JsonObject, contents: Contents, expected: str | None) -> State:
    if contents.failed or text_of(value, "resourceType") == "OperationOutcome":
        return State.ERROR
    if contents.truncated:
        return State.TRUNCATED
    if not contents.entries and not contents.unread:
        return State.TRUNCATED if _counts_more(value) else State.EMPTY
    if not contents.entries:
        return State.INVALID
    return State.INVALID if expected and expected not in contents.kinds else State.PRESENT


def recognise(held: Mapping[str, Held]) -> dict[str, State]:
    """The state of each of our keys.

    Some EHRs have each site type the names of the keys. A key with a name of its own stands for
    ours of the types inside it, as far as no key of ours of that type was sent: Observations
    under such a name stand for all our keys of Observations. Of several the worst counts.
    """
    sent = {_OURS[name].kind for name in held if name in _OURS}
    foreign = [item for name, item in held.items() if name not in _OURS]
    return {
        name: held[name].state if name in held else _stood_in(key, sent, foreign)
        for name, key in _OURS.items()
    }


def _stood_in(key: Key, sent: Collection[str], foreign: Iterable[Held]) -> State:
    """The state of a key of ours that was not sent by that name."""
    stand_in = [i.state for i in foreign if key.kind in _kinds(i) and key.kind not in sent]
    return max(stand_in, key=list(State).index, default=State.ABSENT)


def _kinds(held: Held) -> set[str]:
    """The types a key is about: those found, and those that its search asked for."""
    return held.contents.kinds | held.contents.searched


def _unavailable(held: Mapping[str, Held], states: Mapping[str, State]) -> Iterator[str]:
    for name, key in _OURS.items():
        # No system has all three kinds of medication record: that one is not offered is no loss.
        not_offered = name in MEDICATIONS and states[name] is State.ABSENT
        if name != "patient" and not states[name].available and not not_offered:
            yield key.plain
    yield from _not_recognised(held)


def _not_recognised(held: Mapping[str, Held]) -> Iterator[str]:
    """Keys of a site that failed and may have been any of ours."""
    ours = {key.kind for key in KEYS}
    foreign = {name: item for name, item in held.items() if name not in _OURS}
    if any(ours & _kinds(item) for item in foreign.values()):
        for name, item in foreign.items():
            if not item.state.available and not ours & _kinds(item):
                shown = name if _PLAIN_NAME.fullmatch(name) else "of another name"
                yield f"what the prefetch key {shown} asks for"


def _demand(states: Mapping[str, State]) -> None:
    """Raise unless the required keys are available."""
    missing = {name: states[name].value for name in REQUIRED if not states[name].available}
    if not any(states[name].available for name in MEDICATIONS):
        missing |= {name: states[name].value for name in MEDICATIONS}
    if missing:
        raise MissingDataError(missing)
