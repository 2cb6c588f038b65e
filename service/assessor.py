"""The one road from FHIR to an assessment, for every door: hook, command line, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.assessment import Assessment
from rules.rulebook import Rulebook, load_rulebook
from rules.timeline import Timeline
from service.extract import Extractor, UnitConverter
from service.fhir.json_types import Json
from service.fhir.models import ResourceReader
from service.fhir.patient import read_patient
from service.fhir.prefetch import read_prefetch
from service.fhir.records import Concept, PatientData


@dataclass(frozen=True)
class Assessor:
    """The rule book with what reads FHIR for it. Immutable, shared by all calls and threads."""

    rulebook: Rulebook
    reader: ResourceReader
    extractor: Extractor

    def read_prefetch(self, prefetch: Json, patient: str) -> PatientData:
        """The data of a hook call."""
        return read_prefetch(prefetch, patient, self.reader)

    def timeline(self, data: PatientData) -> Timeline:
        """What is known of the patient."""
        return self.extractor.timeline(data)

    def of_bundle(self, bundle: Json, as_of: date) -> Assessment:
        """Assess a file of FHIR.

        Raises:
            LiverResponseError: it is no FHIR, or not of one patient.
        """
        return self.rulebook.assess(self.timeline(read_patient(bundle, self.reader)), as_of)

    def of_call(self, call: Json, as_of: date) -> Assessment:
        """Assess the patient of a whole hook call, whatever its orders.

        Raises:
            LiverResponseError: needed data is missing, or not of the patient of the context.
        """
        context = call.get("context") if isinstance(call, dict) else None
        patient = context.get("patientId") if isinstance(context, dict) else None
        prefetch = call.get("prefetch") if isinstance(call, dict) else None
        data = self.read_prefetch(prefetch, str(patient))
        return self.rulebook.assess(self.timeline(data), as_of)


# An Observation with none of these among its codes does not bear on the question.
_TOPICS = ("measurements", "findings", "markers", "performance", "disease_status")


def load_assessor() -> Assessor:
    """Read the rule book and the vocabulary; done once at start-up."""
    rulebook = load_rulebook()
    vocabulary = rulebook.knowledge.vocabulary

    def concerns(codes: Concept) -> bool:
        return any(
            vocabulary.find(topic, coding.system, coding.code)
            for coding in codes.codings
            for topic in _TOPICS
        )

    reader = ResourceReader(vocabulary.normalise_system, concerns)
    units = UnitConverter()
    units.prepare()
    return Assessor(rulebook, reader, Extractor(vocabulary, units))
