"""What all readers of Observations share: what each asks, reservations, panels with their members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from rules.vocabulary import Term, Vocabulary
from service.extract.concepts import OBSERVED, coded, spoken, terms_of
from service.fhir.records import Component, ObservationRecord, Value

_TOPIC = "measurements"
_FORMS_KEPT = 4096

Codes: TypeAlias = "tuple[tuple[str, str], ...]"
"""System and code of each coding of a question."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What an Observation asks by its code, at place 0, and by those of its components.

    A place is that of the answer in ``ObservationRecord.answers``. Nothing here is of a patient.
    """

    places: Mapping[str, tuple[int, ...]]  # of the answers to each term of measurements, by name
    quantities: tuple[tuple[int, str], ...]  # each with its place: "long axis"
    uptakes: tuple[tuple[int, str], ...]  # likewise: "SUV"
    findings: tuple[tuple[Term, ...], ...]  # at every place; empty where none asks for any
    markers: tuple[Term, ...]  # these three by its own code alone
    performance: tuple[str, ...]  # names of terms: "ECOG"
    disease_status: tuple[str, ...]  # roles of terms: "question"
    unknown: tuple[int, ...]  # places of codes that none of the topics has


@dataclass(frozen=True, eq=False)
class Observed:
    """An Observation and what it asks; it is equal to itself alone, so that it may be a key."""

    record: ObservationRecord
    asked: Asked

    def values(self, name: str) -> list[Value]:
        """The answers to a term of measurements."""
        places = self.asked.places.get(name, ())
        return [self.record.answers[place][1] for place in places]


def observed(vocabulary: Vocabulary, record: ObservationRecord) -> Observed:
    """An Observation, its codes looked up once for all its readers."""
    return Observed(record, _asked(vocabulary, record.questions))


def note_of(record: ObservationRecord, *further: str) -> str:
    """What a reader should know of an Observation: not final, dated by its issue, or more."""
    preliminary = "preliminary" if record.status == "preliminary" else ""
    issued = "dated by its issue" if record.dated_by_issue else ""
    return "; ".join(filter(None, (preliminary, issued, *further)))


def with_panels(vocabulary: Vocabulary, observations: Sequence[Observed]) -> list[Observed]:
    """The Observations, each member of a measurement group completed with what the group says.

    In a group (DICOM SR template 1501, FHIR ``hasMember``) lesion, site, study, phase and day are
    often stated once, on the group.
    """
    panels = {member: o.record for o in observations for member in o.record.has_member}
    if not panels:
        return list(observations)
    return [
        observed(vocabulary, _completed(vocabulary, o.record, panels[o.record.reference]))
        if o.record.reference in panels
        else o
        for o in observations
    ]


def _completed(
    vocabulary: Vocabulary, member: ObservationRecord, panel: ObservationRecord
) -> ObservationRecord:
    return replace(
        member,
        focus=member.focus or panel.focus,
        components=(*member.components, *_inherited(vocabulary, member, panel)),
        body_site=member.body_site if spoken(member.body_site) else panel.body_site,
        derived_from=member.derived_from or panel.derived_from,
        part_of=member.part_of or panel.part_of,
        day=member.day or panel.day,
        dated_by_issue=member.dated_by_issue if member.day else panel.dated_by_issue,
    )


def _inherited(
    vocabulary: Vocabulary, member: ObservationRecord, panel: ObservationRecord
) -> Iterator[Component]:
    """The circumstances that only the panel states: what goes with a quantity and is none."""
    stated = {t.name for c in member.components for t in coded(vocabulary, _TOPIC, c.code)}
    for component in panel.components:
        terms = coded(vocabulary, _TOPIC, component.code)
        if any("quantity" not in t.attributes and t.name not in stated for t in terms):
            yield component


@lru_cache(maxsize=_FORMS_KEPT)
def _asked(vocabulary: Vocabulary, questions: tuple[Codes, ...]) -> Asked:
    # the records of one hospital are made of a few forms, each filled in again and again
    by_topic = {topic: [terms_of(vocabulary, topic, q) for q in questions] for topic in OBSERVED}
    measured = [(place, term) for place, terms in enumerate(by_topic[_TOPIC]) for term in terms]
    findings = by_topic["findings"]
    return Asked(
        places=_by_name(measured),
        quantities=_attributed("quantity", measured),
        uptakes=_attributed("uptake", measured),
        findings=tuple(findings) if any(findings) else (),
        markers=by_topic["markers"][0],
        performance=tuple(term.name for term in by_topic["performance"][0]),
        disease_status=tuple(t.attributes["role"] for t in by_topic["disease_status"][0]),
        unknown=tuple(
            place
            for place, known in enumerate(zip(*by_topic.values(), strict=True))
            if not any(known)
        ),
    )


def _by_name(measured: Sequence[tuple[int, Term]]) -> Mapping[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for place, term in measured:
        places[term.name] = (*places.get(term.name, ()), place)
    return MappingProxyType(places)


def _attributed(name: str, measured: Sequence[tuple[int, Term]]) -> tuple[tuple[int, str], ...]:
    return tuple((place, t.attributes[name]) for place, t in measured if name in t.attributes)
