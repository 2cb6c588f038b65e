"""Tumours on the problem list: liver metastasis and primaries."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rules.timeline import Diagnosis, Organ, Source
from rules.vocabulary import Term, Vocabulary
from service.extract.concepts import coded
from service.extract.notes import Notes
from service.extract.sites import organ_of
from service.fhir.records import ConditionRecord

LIVER_METASTASIS = "liver metastasis"

_SECONDARY = re.compile(r"\b(?:metasta\w+|secondary malignant)", re.IGNORECASE)
# words that say where a metastasis is, not where it comes from: "of lung" is no lung cancer
_DEPOSIT = re.compile(
    r"\b(?:secondary|metastatic malignant neoplasm (?:to|of)|metastas[ei]s (?:to|of|in))\b"
    r"(?!.*\bfrom\b)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:family history|screening|suspected|no|not(?! (?:otherwise )?specified)|without"
    r"|ruled? out|negative)\b",
    re.IGNORECASE,
)


class ConditionReader:
    """Reads the diagnoses of Conditions.

    Refuted and mistaken entries never come here. A resolved one, or one in remission, still tells
    which tumour the patient has had, and is said to be so. Words count only where no code is
    known, and not beside words that may deny them.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def diagnoses(self, records: Iterable[ConditionRecord], notes: Notes) -> tuple[Diagnosis, ...]:
        """One diagnosis for each tumour that each record names."""
        found: list[Diagnosis] = []
        for record in records:
            for tumour, note in self._tumours(record):
                source = Source(record.reference, note)
                found.append(Diagnosis(tumour, source, _primary_of(tumour, record)))
            if self._is_denied(record):
                notes.remark(f"{record.reference}: not used, its words may deny the tumour")
        return tuple(found)

    def is_primary(self, record: ConditionRecord) -> bool:
        """Whether the record is of a primary tumour, as far as the vocabulary knows."""
        return any(term.attributes["kind"] == "primary" for term, _ in self._terms(record))

    def _tumours(self, record: ConditionRecord) -> list[tuple[str, str]]:
        found = {term.name: note for term, note in self._terms(record)}
        if LIVER_METASTASIS not in found and self._secondary_in_liver(record):
            found[LIVER_METASTASIS] = "matched by body site"
        state = _state(record)
        return [(name, "; ".join(filter(None, (note, state)))) for name, note in found.items()]

    def _terms(self, record: ConditionRecord) -> list[tuple[Term, str]]:
        by_code = coded(self._vocabulary, "conditions", record.code)
        if by_code:
            return [(term, "") for term in by_code]
        if _DENIED.search(record.code.words):
            return []
        return [(term, "matched by text") for term in self._named(record)]

    def _named(self, record: ConditionRecord) -> list[Term]:
        words = record.code.words
        named = self._vocabulary.find_in_text("conditions", words)
        deposit = _DEPOSIT.search(words) is not None
        return [t for t in named if not deposit or t.attributes["kind"] == "metastasis"]

    def _is_denied(self, record: ConditionRecord) -> bool:
        """Whether a tumour is named, in words alone, beside words that may deny it."""
        by_code = coded(self._vocabulary, "conditions", record.code)
        named = not by_code and bool(self._named(record))
        return named and _DENIED.search(record.code.words) is not None

    def _secondary_in_liver(self, record: ConditionRecord) -> bool:
        words = record.code.words
        if not _SECONDARY.search(words) or _DENIED.search(words):
            return False
        return organ_of(self._vocabulary, record.body_site) is Organ.LIVER


def _primary_of(tumour: str, record: ConditionRecord) -> str | None:
    """The primary that a metastasis is recorded to come from, if exactly one is."""
    if tumour != LIVER_METASTASIS or len(record.related_primary) != 1:
        return None
    return record.related_primary[0]


def _state(record: ConditionRecord) -> str:
    """What a reader should know of the entry: not confirmed, or not present any more."""
    certain = record.verification_status in ("", "confirmed")
    present = record.clinical_status in ("", "active", "recurrence", "relapse")
    stated = (not certain, record.verification_status), (not present, record.clinical_status)
    return "; ".join(status for remarkable, status in stated if remarkable)
