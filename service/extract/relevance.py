"""Which resources bear on the question, told by their codes before anything is validated."""

from __future__ import annotations

from rules.vocabulary import Vocabulary
from service.extract.concepts import OBSERVED, coded
from service.extract.lookalikes import Lookalikes
from service.fhir.records import Concept

_DRUGS = ("agents", "excluded_products")


class Relevance:
    """Most of what an EHR sends is about something else: blood counts, blood pressure, other drugs.

    A drug that only a reference or a code without words names cannot be told, so it counts as
    relevant; so does an Observation that seems to ask what is read, by a code that is not known.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lookalikes = Lookalikes(vocabulary)

    def __call__(self, kind: str, concept: Concept) -> bool:
        """Whether a resource with these codes and words is worth reading."""
        if kind == "Observation":
            return self._coded(OBSERVED, concept) or self._lookalikes.resembles(concept)
        words = concept.words
        return not words or self._coded(_DRUGS, concept) or self._spoken(words)

    def _coded(self, topics: tuple[str, ...], concept: Concept) -> bool:
        return any(coded(self._vocabulary, topic, concept) for topic in topics)

    def _spoken(self, words: str) -> bool:
        return any(self._vocabulary.find_in_text(topic, words) for topic in _DRUGS)
