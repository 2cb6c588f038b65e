"""CodeSystems of this product's own codes, and a ValueSet for every term of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.vocabulary import Confidence, Term, TermCode, Vocabulary
from service.cds.wording import Wording
from service.fhir.json_types import Json, JsonObject
from service.fhir.records import Coding
from service.knowledge.heading import Publisher, identity, some

FINDINGS = "urn:liver-response-cds:finding"
_COMMENT = "http://hl7.org/fhir/StructureDefinition/valueset-concept-comments"


def code_systems(
    vocabulary: Vocabulary, wording: Wording, publisher: Publisher
) -> Iterator[JsonObject]:
    """Our findings, the topics of cards, and the reasons for setting a card aside."""
    topics = (Coding(wording.topic_system, **topic) for topic in wording.topics.values())
    own = (
        Coding(code.system, code.code, code.display)
        for name in vocabulary.topics
        for term in vocabulary.terms(name)
        for code in term.codes
        if code.system == FINDINGS
    )
    yield _code_system("lrc", "Findings of liver response", own, publisher)
    yield _code_system("topic", "Topics of cards", topics, publisher)
    yield _code_system("override", "Reasons for setting a card aside", wording.overrides, publisher)


def _code_system(
    name: str, title: str, codings: Iterable[Coding], publisher: Publisher
) -> JsonObject:
    by_code = {coding.code: coding for coding in codings}
    concepts: list[Json] = [
        some(code=code, display=coding.display) for code, coding in sorted(by_code.items())
    ]
    return {
        **publisher.heading("CodeSystem", name, title),
        "url": next(iter(by_code.values())).system,
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": concepts,
    }


def value_sets(vocabulary: Vocabulary, publisher: Publisher) -> Iterator[JsonObject]:
    """A set for every term that has codes, and one for every topic, made of those of its terms."""
    for topic in vocabulary.topics:
        terms = vocabulary.terms(topic)
        coded = [term for term in terms if term.codes]
        yield from (_of_term(topic, term, publisher) for term in coded)
        if coded:
            yield _of_topic(topic, coded, publisher)


def _of_topic(topic: str, terms: Iterable[Term], publisher: Publisher) -> JsonObject:
    parts: list[Json] = [
        publisher.canonical("ValueSet", identity(topic, term.name)) for term in terms
    ]
    title = topic.replace("_", " ").capitalize()
    heading = publisher.heading("ValueSet", identity(topic), title)
    include: list[Json] = [{"valueSet": [part]} for part in parts]
    return {**heading, "compose": {"include": include}}


def _of_term(topic: str, term: Term, publisher: Publisher) -> JsonObject:
    title = f"{topic.replace('_', ' ').capitalize()}: {term.name}"
    words = f"Also recognised in text by: {', '.join(term.names)}." if term.names else ""
    return {
        **publisher.heading("ValueSet", identity(topic, term.name), title),
        **some(description=words),
        "compose": {"include": list(_includes(term.codes))},
    }


def _includes(codes: tuple[TermCode, ...]) -> Iterator[Json]:
    for system in dict.fromkeys(code.system for code in codes):
        of_system = [code for code in codes if code.system == system]
        concepts: list[Json] = [_concept(code) for code in of_system if not code.prefix]
        if concepts:
            yield {"system": system, "concept": concepts}
        for code in of_system:
            if code.prefix:
                yield {"system": system, "filter": [_family(code)]}


def _family(code: TermCode) -> JsonObject:
    """Every code that begins with this one, as classifications are cut."""
    return {"property": "code", "op": "regex", "value": f"{code.code.replace('.', '[.]')}.*"}


def _concept(code: TermCode) -> JsonObject:
    weak = "; one informal source only" if code.confidence is Confidence.WEAK else ""
    comment: JsonObject = {"url": _COMMENT, "valueString": f"Seen in: {code.source}{weak}"}
    return some(code=code.code, display=code.display, extension=[comment])
