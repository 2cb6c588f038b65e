"""The one road from FHIR to an assessment, for every door: hook, command line, pages."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from hashlib import sha256
from threading import Lock

import orjson
from cachetools import LRUCache, cached

from rules.assessment import Assessment
from rules.rulebook import Rulebook, load_rulebook
from rules.timeline import Timeline
from rules.until import until
from service.extract import Extractor, UnitConverter
from service.extract.relevance import Relevance
from service.fhir.json_types import Json
from service.fhir.models import ResourceReader
from service.fhir.patient import read_patient
from service.fhir.prefetch import read_held, read_prefetch, recognise, sort_out
from service.fhir.records import PatientData
from service.judged import Judged
from service.turns import Turns

_RECORDS_KEPT = 256
_DIGEST_LENGTH = 32  # hexadecimal: 128 bits


class Assessor:
    """The rule book with what reads FHIR for it. Shared by all calls and threads.

    An EHR asks of the same record again and again while one order is being written: chart opened,
    orders selected, order signed. What the last such records led to is kept in memory, by a
    digest of their content and the day, so that it is read and reasoned from once.
    """

    def __init__(self, rulebook: Rulebook, reader: ResourceReader, extractor: Extractor) -> None:
        self.rulebook, self._reader, self._extractor = rulebook, reader, extractor
        cache: LRUCache[Hashable, Judged] = LRUCache(_RECORDS_KEPT)
        # Threads share one interpreter: call after call is as fast as all at once, and each but
        # the last is answered sooner. What waits for an EHR's server waits outside of this.
        self._turn = Turns()
        self._kept = cached(cache, key=_known_by, lock=Lock())(self._of_prefetch)

    def of_prefetch(self, prefetch: Json, patient: str, as_of: date) -> Judged:
        """Assess the patient of a hook call from its prefetch.

        Raises:
            LiverResponseError: needed data is missing, or not of the patient of the context.
        """
        return self._kept(_digest(prefetch), prefetch, patient, as_of)

    def of_bundle(self, bundle: Json, as_of: date) -> Assessment:
        """Assess a file of FHIR as on a day, be it long past: what came later is not looked at.

        Raises:
            LiverResponseError: it is no FHIR, or not of one patient.
        """
        return self.rulebook.assess(until(self.timeline_of(bundle), as_of), as_of)

    def timeline_of(self, bundle: Json) -> Timeline:
        """What a file of FHIR tells.

        Raises:
            LiverResponseError: it is no FHIR, or not of one patient.
        """
        return self.timeline(read_patient(bundle, self._reader))

    def of_call(self, call: Json, as_of: date) -> Assessment:
        """Assess the patient of a whole hook call, whatever its orders.

        Raises:
            LiverResponseError: needed data is missing, or not of the patient of the context.
        """
        context = call.get("context") if isinstance(call, dict) else None
        patient = context.get("patientId") if isinstance(context, dict) else None
        prefetch = call.get("prefetch") if isinstance(call, dict) else None
        return self.of_prefetch(prefetch, str(patient), as_of).assessment

    def timeline(self, data: PatientData) -> Timeline:
        """What is known of the patient."""
        return self._extractor.timeline(data)

    def read_prefetch(self, prefetch: Json, patient: str) -> PatientData:
        """The data of a hook call."""
        return read_prefetch(prefetch, patient, self._reader)

    def _of_prefetch(self, digest: str | None, prefetch: Json, patient: str, as_of: date) -> Judged:
        with self._turn:
            held = sort_out(prefetch)
            states = recognise(held)
            timeline = self.timeline(read_held(held, states, patient, self._reader))
            assessment = self.rulebook.assess(timeline, as_of)
        return Judged(assessment, timeline, states, digest)


def _digest(prefetch: Json) -> str | None:
    """A digest of the content of a record; None where it has none, and is not worth keeping."""
    try:
        content = orjson.dumps(prefetch)
    except TypeError:  # nested too deeply, or a number beyond 64 bits
        return None
    return sha256(content).hexdigest()[:_DIGEST_LENGTH]


def _known_by(digest: str | None, _prefetch: Json, patient: str, as_of: date) -> Hashable:
    """What a record is known by: its content, whose it is, and the day."""
    return (digest or object()), patient, as_of


def load_assessor() -> Assessor:
    """Read the rule book and the vocabulary; done once at start-up."""
    rulebook = load_rulebook()
    vocabulary = rulebook.knowledge.vocabulary
    reader = ResourceReader(vocabulary.normalise_system, Relevance(vocabulary))
    units = UnitConverter()
    units.prepare()
    return Assessor(rulebook, reader, Extractor(vocabulary, units))
