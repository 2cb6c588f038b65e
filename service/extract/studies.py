"""What an ImagingStudy tells of itself: day, modality, region, slice thickness and phases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from rules.dates import PartialDate
from rules.timeline import Organ, Phase, Study
from rules.vocabulary import Vocabulary
from service.extract.concepts import coded, spoken
from service.extract.sites import organ_of
from service.fhir.records import ImagingStudyRecord

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
_TEXTS_KEPT = 4096
_NO_SLICES = re.compile(r"\b(?:scout|locali[sz]er|topogram|surview|MIP|dose)\b", re.IGNORECASE)


class StudyReader:
    """Reads ImagingStudies.

    FHIR has no element for slice thickness and phase: both are inferred from the descriptions of
    the diagnostic series, as the thickest slices and as every phase that one of them names.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def study(self, record: ImagingStudyRecord, day: PartialDate) -> Study:
        """The study, of a day that the record may not know itself."""
        return Study(
            id=record.reference,
            day=day,
            modality=modality_of(record),
            covers_liver=self.covers_liver(record),
            description=record.description or spoken(record.procedure),
            slice_mm=_thickest(_diagnostic(record)),
            phases=self.phases(record),
        )

    def phases(self, record: ImagingStudyRecord) -> frozenset[Phase]:
        """Every phase that the description of a diagnostic series names."""
        found = (self._vocabulary.find_in_text("phases", text) for text in _diagnostic(record))
        return frozenset(Phase(term.name) for terms in found for term in terms)

    def covers_liver(self, record: ImagingStudyRecord) -> bool | None:
        """Whether codes or words say that the liver, or only some other region, was imaged."""
        if not shows_organs(record):
            return False
        region = " | ".join(
            (
                record.description,
                record.procedure.words,
                *(s.body_site.words for s in record.series),
            )
        )
        series = " | ".join(s.description for s in record.series)
        return True if self._names_liver(record) else _shown(region, series)

    def _names_liver(self, record: ImagingStudyRecord) -> bool:
        if coded(self._vocabulary, "imaging_orders", record.procedure):
            return True
        return any(organ_of(self._vocabulary, s.body_site) is Organ.LIVER for s in record.series)


def modality_of(record: ImagingStudyRecord) -> str | None:
    """The DICOM modality that the study was read on; None where none or several are possible.

    Reports, segmentations and whatever else goes with images are passed over. A PET/CT is a PET:
    its CT need not be a diagnostic one.
    """
    stated = {*record.modalities, *(series.modality for series in record.series)}
    codes = {_dicom(code) for code in stated}
    fused = next((code for code in _FUSED if code in codes), None)
    images = codes & _IMAGES or codes & _OTHER_IMAGES
    return fused or (images.pop() if len(images) == 1 else None)


def _dicom(modality: str) -> str:
    return _SPELLINGS.get(modality.upper(), modality.upper())


def shows_organs(record: ImagingStudyRecord) -> bool:
    """Whether a lesion of the liver could have been measured on the study, by its modality."""
    modality = modality_of(record)
    return modality is None or modality in _IMAGES


def _diagnostic(record: ImagingStudyRecord) -> list[str]:
    """The descriptions of the series that images are read from."""
    return [
        series.description
        for series in record.series
        if _is_diagnostic(series.modality, series.description)
    ]


# The same few descriptions, of one hospital's protocols, come again in every patient's studies.


@lru_cache(maxsize=_TEXTS_KEPT)
def _is_diagnostic(modality: str, description: str) -> bool:
    return _dicom(modality) in ("", *_IMAGES) and not _NO_SLICES.search(description)


@lru_cache(maxsize=_TEXTS_KEPT)
def _shown(region: str, series: str) -> bool | None:
    """Whether words say that the liver was imaged; None where they name no region."""
    if _WITH_LIVER.search(f"{region} | {series}"):
        return True
    return False if _WITHOUT_LIVER.search(region) else None


def _thickest(descriptions: Iterable[str]) -> Decimal | None:
    """The largest slice thickness that the descriptions name, in mm."""
    found = [mm for text in descriptions for mm in _THICKNESS.findall(text)]
    return max((Decimal(mm.replace(",", ".")) for mm in found), default=None)
