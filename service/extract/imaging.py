"""Lesions, studies, measurements and findings, put together from the records that tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.timeline import Finding, FindingKind, Lesion, Measurement, Organ, Source, Study
from rules.vocabulary import Vocabulary
from service.extract.conflicts import settled
from service.extract.findings import FindingReader
from service.extract.lesion_names import UNNAMED, LesionNames, paired_by_site
from service.extract.lesions import LesionReader
from service.extract.measurements import MeasurementReader
from service.extract.notes import Notes, Unusable
from service.extract.observations import note_of, with_panels
from service.extract.studies import StudyReader
from service.extract.study_index import StudyIndex
from service.extract.units import UnitConverter
from service.fhir.records import BodyStructureRecord, ImagingStudyRecord, ObservationRecord


@dataclass(frozen=True)
class Imaging:
    """What imaging tells of a patient."""

    studies: Sequence[Study]
    lesions: Sequence[Lesion]
    measurements: Sequence[Measurement]
    findings: Sequence[Finding]
