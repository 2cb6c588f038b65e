"""Looks at a call as the service would, and tells what it finds; nothing is asked of any server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.timeline import Timeline
from service.cds.answer import Parts, answer
from service.cds.call import Call
from service.cds.orders import DraftOrders
from service.doctor.facts import by_resource
from service.doctor.report import CodeFound, KeyFound, Report, ResourceFound
from service.errors import LiverResponseError
from service.fhir.bundle import Entry
from service.fhir.datatypes import Normalise, concept
from service.fhir.json_types import JsonObject, object_of, objects_of, text_of
from service.fhir.models import BESIDE_THE_POINT, Reading, ResourceReader
from service.fhir.prefetch import Held, State, recognise, sort_out
from service.fhir.prefetch_keys import MEDICATIONS, REQUIRED
from service.fhir.queries import Query, queries
from service.judged import Judged
from service.outbound.destinations import NOWHERE

_NO_FACT = "read; nothing that the rules look at"
_NOT_CONCLUDED = "can be read; the call is not answered, so nothing was made of it"
_NOT_A_TYPE = "a type that is not read"
_WHOSE = "says whose data this is; nothing else is read of it"
_OF_A_TYPE = ("code", "medicationCodeableConcept")


@dataclass(frozen=True)
class _Came:
    """By reference: the facts that came of a resource, and why something of it was not read.

    ``concluded`` is False where the call is refused before any facts are made.
    """

    facts: Mapping[str, tuple[str, ...]]
    unread: Mapping[str, str]
    concluded: bool


@dataclass(frozen=True)
class Doctor:
    """Examines calls, one after the other.

    Attributes:
        templates: the prefetch of discovery.
        normalise: from a code system as sent to its URI.
    """

    parts: Parts
    reader: ResourceReader
    templates: Mapping[str, str]
    normalise: Normalise

    def examine(self, call: Call) -> Report:
        """What of a call was read, what was not and why, and what would be answered.

        Raises:
            NotFhirError: its prefetch is not an object.
        """
        held = sort_out(call.prefetch)
        states = recognise(held)
        asked = queries(self.templates, call.patient_id)
        told, judged = self._answer(call)
        timeline = judged.timeline if judged else Timeline(call.patient_id)
        facts = by_resource(timeline)
        unread = {u.reference: u.reason for u in timeline.unread}
        came = _Came(facts, unread, judged is not None)
        ours = [self._key(name, states[name], held.get(name), came, asked) for name in asked]
        foreign = [
            self._key(name, item.state, item, came, asked)
            for name, item in held.items()
            if name not in asked
        ]
        return Report(
            keys=(*ours, *foreign),
            orders=tuple(_orders(self.parts.orders.read(call.drafts, call.selections))),
            answer=told,
            grade=judged.assessment.grade.value if judged else "",
            unread=tuple((u.reference, u.reason) for u in timeline.unread),
            remarks=timeline.remarks,
            unavailable=timeline.unavailable,
        )

    def _answer(self, call: Call) -> tuple[str, Judged | None]:
        try:
            answered = answer(call, self.parts)
        except LiverResponseError as error:
            return f"{error.status}: {error}", None
        if answered.judged is None:
            return "200 without a card: the orders do not bear on the question", self._judged(call)
        assessment = answered.judged.assessment
        topics = ", ".join(f"{c.source.topic.code} ({c.indicator.value})" for c in answered.cards)
        shown = f"a card: {topics}" if topics else "no card"
        return f"200 with {shown}; {assessment.label} ({assessment.because})", answered.judged

    def _judged(self, call: Call) -> Judged | None:
        """The record all the same, so that what was read of it can be told."""
        try:
            return self.parts.assess(call, NOWHERE, self.parts.today())
        except LiverResponseError:
            return None

    def _key(
        self,
        name: str,
        state: State,
        held: Held | None,
        came: _Came,
        asked: Mapping[str, Query],
    ) -> KeyFound:
        entries = [e for e in held.contents.entries if not e.contained] if held else []
        readings = [(entry, self._reading(entry)) for entry in entries]
        lost = [(u.reference, u.reason) for u in held.contents.unread] if held else []
        query = asked.get(name)
        return KeyFound(
            name=name,
            ours=query is not None,
            state=state.value,
            needed=name in REQUIRED or name in MEDICATIONS,
            resources=(
                *(_found(entry, reading, came) for entry, reading in readings),
                *(ResourceFound(reference, reason=reason) for reference, reason in lost),
            ),
            not_understood=tuple(self._codes(readings)),
            queries=query.paths if query else (),
            scopes=(query.scope, f"patient/{query.kind}.read") if query else ("", ""),
        )

    def _reading(self, entry: Entry) -> Reading:
        if not self.reader.reads(entry.kind):
            return Reading(passed_over=_WHOSE if entry.kind == "Patient" else _NOT_A_TYPE)
        return self.reader.read(entry.resource, entry.reference)

    def _codes(self, readings: list[tuple[Entry, Reading]]) -> Iterator[CodeFound]:
        """The codes of what was passed over as beside the point, the most frequent first."""
        passed = (e.resource for e, r in readings if r.passed_over == BESIDE_THE_POINT)
        found = Counter(code for resource in passed for code in self._told_by(resource))
        for (system, code, words), times in found.most_common():
            yield CodeFound(system, code, words, times)

    def _told_by(self, resource: JsonObject) -> Iterator[tuple[str, str, str]]:
        for holder in (resource, *objects_of(resource, "component")):
            for name in _OF_A_TYPE:
                asked = concept(object_of(holder, name), self.normalise)
                for coding in asked.codings:
                    yield coding.system, coding.code, coding.display or asked.text
                if not asked.codings and asked.text:
                    yield "", "", asked.text


def _found(entry: Entry, reading: Reading, came: _Came) -> ResourceFound:
    became = came.facts.get(entry.reference, ())
    unread = reading.unread.reason if reading.unread else came.unread.get(entry.reference, "")
    without = _NO_FACT if came.concluded else _NOT_CONCLUDED
    reason = unread or reading.passed_over or ("" if became else without)
    units = ", ".join(dict.fromkeys(_units(entry.resource))) if "unit" in unread else ""
    return ResourceFound(entry.reference, became, f"{reason}; sent: {units}" if units else reason)


def _units(resource: JsonObject) -> Iterator[str]:
    for holder in (resource, *objects_of(resource, "component")):
        amount = object_of(holder, "valueQuantity")
        yield from (u for u in [text_of(amount, "code") or text_of(amount, "unit")] if u)


def _orders(orders: DraftOrders) -> Iterator[str]:
    for drug in orders.drugs:
        kind = "" if drug.antineoplastic else " (no antineoplastic that is known here)"
        yield f"{drug.reference}: {drug.action.value} {drug.name}{kind}"
    for modality in orders.liver_imaging:
        yield f"liver imaging: {modality or 'modality not told'}"
    if orders.comfort:
        yield "comfort or hospice care is ordered: silence"
    for reference in orders.unresolved:
        yield f"{reference}: could not be read, so it may be a change of treatment"
    for reference in orders.dangling:
        yield f"{reference}: selected, but among the orders there is none of that name"
