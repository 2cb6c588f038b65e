"""The evidence page of one assessment, ready for its template: words, tables and plots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import orjson

from rules.assessment import Assessment, CriterionResult, ItemKind
from rules.explain import Explanation, RuleReading, Truth
from rules.rulebook import Rulebook
from rules.timeline import Timeline
from service.cds.wording import Wording
from service.evidence.collect import evidence
from service.evidence.figures import Figures, figures
from service.evidence.plots import specification
from service.evidence.records import Record, records
from service.evidence.rows import Evidence, Point
from service.evidence.values import letters
from service.fhir.listing import Recorded

_FOR = (ItemKind.PATTERN, ItemKind.CONCORDANT)
_AGAINST = (ItemKind.MAJOR, ItemKind.MINOR)
_OPEN = (ItemKind.OBSTACLE, ItemKind.FLAG, ItemKind.CAP, ItemKind.CONFOUNDER)


@dataclass(frozen=True)
class Statement:
    """A sentence of the rule book with the resources behind it."""

    code: str
    sentence: str
    evidence: tuple[str, ...]
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Settling:
    """One thing not known, and what each of its values would lead to."""

    name: str
    ways: tuple[tuple[str, str], ...]  # the value in words, the grade in words


@dataclass(frozen=True)
class EvidencePage:
    """What the template shows; every string is text to escape."""

    assessment: Assessment
    speaks_for: tuple[Statement, ...]
    speaks_against: tuple[Statement, ...]
    holds_back: tuple[Statement, ...]
    settling: tuple[Settling, ...]
    criteria: tuple[CriterionResult, ...]
    readings: tuple[RuleReading, ...]  # those that are true or not known
    drawn: Evidence
    plots: str  # the specification as JSON, safe within a script element
    sources: tuple[tuple[str, str], ...]  # label, address
    limits: str
    figures: Figures
    records: tuple[Record, ...]
    titles: Mapping[str, str]  # of the rules, by their ids

    @property
    def points(self) -> tuple[Point, ...]:
        """Every value that is drawn."""
        return self.drawn.points

    @property
    def fired(self) -> tuple[str, ...]:
        """The rules that hold, in the order in which they fired."""
        return tuple(dict.fromkeys(firing.rule for firing in self.assessment.trace))

    def record(self, reference: str) -> Record | None:
        """The record of a reference, where the page lists it."""
        return next((record for record in self.records if record.reference == reference), None)


def evidence_page(
    timeline: Timeline,
    assessment: Assessment,
    book: Rulebook,
    wording: Wording,
    listed: Mapping[str, Recorded] = MappingProxyType({}),
) -> EvidencePage:
    """Everything that the page shows of one patient.

    Args:
        timeline: what is known of the patient.
        assessment: what is concluded of it.
        book: the rule book that concluded it.
        wording: the words of cards, which the page shares.
        listed: the resources read, by reference: the date, the status and, where a browser may
            open it, the address of each.

    Raises:
        ExplanationError: the explanation does not say what the engine fired.
    """
    explanation = book.explain(assessment.facts, assessment.silence)
    drawn = evidence(timeline, assessment, book)
    numbered = records(drawn, assessment, listed)
    numbers = {record.reference: record.number for record in numbered}
    by_letter = letters(timeline, assessment.measurements.lesions)
    speaks_for, against, held = (
        tuple(_statements(assessment, kinds, numbered)) for kinds in (_FOR, _AGAINST, _OPEN)
    )
    return EvidencePage(
        assessment=assessment,
        speaks_for=speaks_for,
        speaks_against=against,
        holds_back=held,
        settling=tuple(_settling(explanation, assessment, wording)),
        criteria=assessment.criteria,
        readings=tuple(r for r in explanation.readings if r.truth is not Truth.FALSE),
        drawn=drawn,
        plots=_within_script(orjson.dumps(specification(drawn, numbers))),
        sources=tuple((s["label"], s["url"]) for s in wording.guidance(assessment.grade)),
        limits=wording.limits,
        figures=figures(assessment, drawn, by_letter),
        records=numbered,
        titles={code: text.title for p in book.pages.values() for code, text in p.items.items()},
    )


def _statements(
    assessment: Assessment, kinds: tuple[ItemKind, ...], numbered: tuple[Record, ...]
) -> Iterator[Statement]:
    by_reference = {record.reference: record for record in numbered}
    for kind in kinds:
        for item in assessment.of_kind(kind):
            behind = tuple(by_reference[e] for e in item.evidence if e in by_reference)
            yield Statement(item.code, item.sentence, item.evidence, behind)


def _settling(
    explanation: Explanation, assessment: Assessment, wording: Wording
) -> Iterator[Settling]:
    for settles in explanation.settles:
        ways = tuple(
            (" or ".join(words), wording.settled_as[grade.value])
            for grade, words in settles.grades
            if grade is not assessment.grade
        )
        yield Settling(settles.name, ways)


def _within_script(content: bytes) -> str:
    """JSON that cannot end the script element it stands in, whatever a record holds."""
    text = content.decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
