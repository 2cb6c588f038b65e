"""Which primary, and whether there are liver metastases: yes, no, or not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.clinical_facts import Known
from rules.features.lookup import Lookup
from rules.timeline import Diagnosis

LIVER_METASTASIS = "liver metastasis"
HCC = "HCC"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Disease:
    """The tumour under treatment. ``presumed``: metastases taken from measured liver lesions."""

    primary: str
    liver_metastases: Known
    presumed: bool
    sources: tuple[str, ...]


def disease(look: Lookup) -> Disease:
    """Read the problem list, and the liver lesions where it does not name metastases."""
    diagnoses = look.timeline.diagnoses
    metastases = [d for d in diagnoses if d.tumour == LIVER_METASTASIS]
    primary = _primary(diagnoses, metastases)
    known, presumed = _liver_metastases(look, bool(metastases), primary)
    sources = tuple(d.source.reference for d in diagnoses)
    return Disease(primary, known, presumed, sources)


def _primary(diagnoses: Sequence[Diagnosis], metastases: Sequence[Diagnosis]) -> str:
    """The one primary; of several, the one that the liver metastasis is tied to."""
    primaries = [d for d in diagnoses if d.tumour != LIVER_METASTASIS]
    tied = {m.primary for m in metastases if m.primary}
    named = {d.tumour for d in primaries if d.source.reference in tied}
    tumours = named or {d.tumour for d in primaries}
    return tumours.pop() if len(tumours) == 1 else UNKNOWN


def _liver_metastases(look: Lookup, coded: bool, primary: str) -> tuple[Known, bool]:
    if coded:
        return Known.YES, False
    measured = bool(look.liver_studies)
    if measured and primary not in (UNKNOWN, HCC):
        return Known.YES, True
    if measured or "conditions" in look.timeline.unavailable:
        return Known.UNKNOWN, False
    return Known.NO, False
