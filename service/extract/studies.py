"""What an ImagingStudy tells of itself: day, modality, region, slice thickness and phases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rules.dates import PartialDate
from rules.timeline import Organ, Phase, Study
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded, spoken
from service.extract.sites import organ_of
from service.fhir.records import Concept, ImagingStudyRecord, SeriesRecord

# Where the images of another modality are fused with it, the study is named after the first.
_FUSED = ("PT", "NM")
_IMAGES = frozenset(("CT", "MR", "US", "PT"))  # those that a lesion of the liver is measured on
_OTHER_IMAGES = frozenset(("NM", "CR", "DX", "MG", "XA", "RF", "ES", "BMD"))
_SPELLINGS = {"PET": "PT", "MRI": "MR"}

_WITH_LIVER = re.compile(
    r"\b(?:abdomen|abdominale?|abdomino\w*|Oberbauch|liver|hepatic|Leber\w*|foie|TAP|CAP|trunk"
    r"|torso|whole[ -]?body|skull[ -]base to (?:the )?(?:mid[ -]?)?thighs?)\b",
    re.IGNORECASE,
)
_WITHOUT_LIVER = re.compile(
    r"\b(?:chest|thorax|thoracic|lungs?|brain|head|skull|neck|cardiac|heart|coronary|spine"
    r"|spinal|lumbar|cervical|breasts?|mammo\w*|pelvis|pelvic|prostate|hips?|knees?|shoulders?"
    r"|extremit\w+|legs?|arms?|bones?|thyroid)\b",
    re.IGNORECASE,
)
_THICKNESS = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d+)?)\s?mm\b", re.IGNORECASE)
_TECHNIQUES_KEPT = 2048
_NO_SLICES = re.compile(r"\b(?:scout|locali[sz]er|topogram|surview|MIP|dose)\b", re.IGNORECASE)


class Imaged(NamedTuple):
    """What an ImagingStudy says of its images: all that is read of it but whose and when.

    Patients of one hospital share it, as they share its protocols.
    """

    modalities: tuple[str, ...]
    description: str
    procedure: Concept
    series: tuple[SeriesRecord, ...]


@dataclass(frozen=True)
class Technique:
    """How a study was made.

    ``shows_organs`` tells whether a lesion of the liver could have been measured on it, by its
    modality; ``covers_liver`` is None where neither codes nor words say what was imaged.
    """

    modality: str | None
    shows_organs: bool
    covers_liver: bool | None
    slice_mm: Decimal | None
    phases: frozenset[Phase]


class StudyReader:
    """Reads ImagingStudies.

    FHIR has no element for slice thickness and phase: both are inferred from the descriptions of
    the diagnostic series, as the thickest slices and as every phase that one of them names.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known = lru_cache(maxsize=_TECHNIQUES_KEPT)(self._technique)

    def technique(self, record: ImagingStudyRecord) -> Technique:
        """How a study was made, as far as its codes and words tell."""
        return self._known(
            Imaged(record.modalities, record.description, record.procedure, record.series)
        )

    def _technique(self, imaged: Imaged) -> Technique:
        modality = _modality(imaged)
        shows_organs = modality is None or modality in _IMAGES
        diagnostic = [s.description for s in imaged.series if _is_diagnostic(s)]
        return Technique(
            modality=modality,
            shows_organs=shows_organs,
            covers_liver=self._covers_liver(imaged) if shows_organs else False,
            slice_mm=_thickest(diagnostic),
            phases=self._phases(diagnostic),
        )

    def _phases(self, descriptions: Iterable[str]) -> frozenset[Phase]:
        """Every phase that a description names."""
        found = (self._vocabulary.find_in_text("phases", text) for text in descriptions)
        return frozenset(Phase(term.name) for terms in found for term in terms)

    def _covers_liver(self, imaged: Imaged) -> bool | None:
        """Whether codes or words say that the liver, or only some other region, was imaged."""
        if self._names_liver(imaged):
            return True
        sites = (series.body_site.words for series in imaged.series)
        region = " | ".join((imaged.description, imaged.procedure.words, *sites))
        return _shown(region, " | ".join(series.description for series in imaged.series))

    def _names_liver(self, imaged: Imaged) -> bool:
        if coded(self._vocabulary, "imaging_orders", imaged.procedure):
            return True
        return any(organ_of(self._vocabulary, s.body_site) is Organ.LIVER for s in imaged.series)


def study_of(record: ImagingStudyRecord, technique: Technique, day: PartialDate) -> Study:
    """The study, of a day that the record may not know itself."""
    return Study(
        id=record.reference,
        day=day,
        modality=technique.modality,
        covers_liver=technique.covers_liver,
        description=record.description or spoken(record.procedure),
        slice_mm=technique.slice_mm,
        phases=technique.phases,
    )


def _modality(imaged: Imaged) -> str | None:
    """The DICOM modality that the study was read on; None where none or several are possible.

    Reports, segmentations and whatever else goes with images are passed over. A PET/CT is a PET:
    its CT need not be a diagnostic one.
    """
    stated = {*imaged.modalities, *(series.modality for series in imaged.series)}
    codes = {_dicom(code) for code in stated}
    fused = next((code for code in _FUSED if code in codes), None)
    images = codes & _IMAGES or codes & _OTHER_IMAGES
    return fused or (images.pop() if len(images) == 1 else None)


def _dicom(modality: str) -> str:
    return _SPELLINGS.get(modality.upper(), modality.upper())


def _is_diagnostic(series: SeriesRecord) -> bool:
    """Whether images are read from a series."""
    return _dicom(series.modality) in ("", *_IMAGES) and not _NO_SLICES.search(series.description)


def _shown(region: str, series: str) -> bool | None:
    """Whether words say that the liver was imaged; None where they name no region."""
    if _WITH_LIVER.search(f"{region} | {series}"):
        return True
    return False if _WITHOUT_LIVER.search(region) else None


def _thickest(descriptions: Iterable[str]) -> Decimal | None:
    """The largest slice thickness that the descriptions name, in mm."""
    found = [mm for text in descriptions for mm in _THICKNESS.findall(text)]
    return max((Decimal(mm.replace(",", ".")) for mm in found), default=None)
