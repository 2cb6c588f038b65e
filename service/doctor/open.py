"""A doctor made ready, and a call for it to look at."""

from __future__ import annotations

from service.assessor import Assessor
from service.cds.answer import Parts
from service.cds.call import Call, read_call
from service.cds.errors import CallInvalidError
from service.cds.speaking import Hook
from service.doctor.examine import Doctor
from service.extract.relevance import Relevance
from service.fhir.json_types import Json, text_of
from service.fhir.models import ResourceReader
from service.fhir.prefetch_keys import templates


def doctor(assessor: Assessor, parts: Parts) -> Doctor:
    """A doctor that reads as the service does."""
    vocabulary = assessor.rulebook.knowledge.vocabulary
    normalise = vocabulary.normalise_system
    reader = ResourceReader(normalise, Relevance(vocabulary))
    return Doctor(parts, reader, templates(vocabulary), normalise)


def call_of(document: Json, found: Doctor) -> Call:
    """A call as the service of its own hook would read it.

    Raises:
        LiverResponseError: it cannot be read as a call, or is of a hook that is not answered.
    """
    try:
        hook = Hook(text_of(document, "hook") if isinstance(document, dict) else "")
    except ValueError:
        known = ", ".join(hook.value for hook in Hook)
        raise CallInvalidError(
            f"This is no call of a hook that is answered: {known}.", "hook"
        ) from None
    return read_call(document, hook, found.normalise)
