"""What the command line works with: the same road and the same cards as the hooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rules.assessment import Assessment, Outcome
from rules.explain import Explanation
from service.app import make_parts
from service.assessor import Assessor, load_assessor
from service.cds.answer import Parts
from service.cds.response import wire
from service.cds.speaking import Indicator
from service.cds.suggestions import Whose
from service.fhir.json_types import Json, JsonObject
from service.settings import Settings


@dataclass(frozen=True)
class Desk:
    """An assessor and a card maker for one day."""

    assessor: Assessor
    parts: Parts

    @classmethod
    def open(cls, settings: Settings, day: date) -> Desk:
        """Load everything; takes about a second."""
        assessor = load_assessor()
        return cls(assessor, make_parts(assessor, settings, lambda: day))

    def assess(self, document: Json, day: date) -> Assessment:
        """Assess a FHIR Bundle, or the patient of a whole hook call.

        Raises:
            LiverResponseError: it is neither, or what is needed is missing.
        """
        if isinstance(document, Mapping) and "hook" in document:
            return self.assessor.of_call(document, day)
        return self.assessor.of_bundle(document, day)

    def explain(self, assessment: Assessment) -> Explanation:
        """Why an assessment says what it says, rule by rule.

        Raises:
            ExplanationError: the explanation does not say what the engine fired.
        """
        return self.assessor.rulebook.explain(assessment.facts, assessment.silence)

    def card(self, assessment: Assessment) -> JsonObject | None:
        """The card about an assessment, without an order behind it; None where there is none."""
        if assessment.outcome is Outcome.SILENCE:
            return None
        whose = Whose(assessment.patient, None)
        card = wire(self.parts.cards.about(assessment, Indicator.INFO, whose))
        return card if isinstance(card, dict) else None
