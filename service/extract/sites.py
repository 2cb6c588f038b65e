"""Where something is: liver, elsewhere, or not said."""

from __future__ import annotations

from rules.timeline import Organ
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded_or_named
from service.fhir.records import Concept


def organ_of(vocabulary: Vocabulary, site: Concept) -> Organ:
    """The organ that a body site names.

    Any site in words that is not of the liver is elsewhere. A code without words that the
    vocabulary does not have may be anywhere: unknown. Words or codes that name the liver and
    another site at once are unknown as well.
    """
    found = {term.attributes["organ"] for term in coded_or_named(vocabulary, "organs", site)}
    if len(found) == 1:
        return Organ(found.pop())
    return Organ.ELSEWHERE if site.words and not found else Organ.UNKNOWN
