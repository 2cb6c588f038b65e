"""The evidence page of one assessment, ready for its template: words, tables and plots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from rules.assessment import Assessment, CriterionResult, ItemKind
from rules.explain import Explanation, RuleReading, Truth
from rules.rulebook import Rulebook
from rules.timeline import Timeline
from service.cds.wording import Wording
from service.evidence.collect import evidence
from service.evidence.plots import specification
from service.evidence.rows import Point

_FOR = (ItemKind.PATTERN, ItemKind.CONCORDANT)
_AGAINST = (ItemKind.MAJOR, ItemKind.MINOR)
_OPEN = (ItemKind.OBSTACLE, ItemKind.FLAG, ItemKind.CAP, ItemKind.CONFOUNDER)


@dataclass(frozen=True)
class Statement:
    """A sentence of the rule book with the resources behind it."""

    code: str
    sentence: str
    evidence: tuple[str, ...]


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
    points: tuple[Point, ...]
    plots: str  # the specification as JSON, safe within a script element
    sources: tuple[tuple[str, str], ...]  # label, address
    limits: str


def evidence_page(
    timeline: Timeline, assessment: Assessment, book: Rulebook, wording: Wording
) -> EvidencePage:
    """Everything that the page shows of one patient.

    Raises:
        ExplanationError: the explanation does not say what the engine fired.
    """
    explanation = book.explain(assessment.facts, assessment.silence)
    drawn = evidence(timeline, assessment, book)
    return EvidencePage(
        assessment=assessment,
        speaks_for=tuple(_statements(assessment, _FOR)),
        speaks_against=tuple(_statements(assessment, _AGAINST)),
        holds_back=tuple(_statements(assessment, _OPEN)),
        settling=tuple(_settling(explanation, assessment, wording)),
        criteria=assessment.criteria,
        readings=tuple(r for r in explanation.readings if r.truth is not Truth.FALSE),
        points=drawn.points,
        plots=_within_script(orjson.dumps(specification(drawn))),
        sources=tuple((s["label"], s["url"]) for s in wording.guidance(assessment.grade)),
        limits=wording.limits,
    )


def _statements(assessment: Assessment, kinds: tuple[ItemKind, ...]) -> Iterator[Statement]:
    for kind in kinds:
        for item in assessment.of_kind(kind):
            yield Statement(item.code, item.sentence, item.evidence)


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
