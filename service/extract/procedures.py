"""Liver-directed procedures: embolisation, radioembolisation, stereotactic radiation, ablation."""

from __future__ import annotations

from collections.abc import Iterable

from rules.timeline import LocalTherapy, Organ, Source
from rules.vocabulary import Term, Vocabulary
from service.extract.concepts import coded_or_named
from service.extract.notes import Notes
from service.extract.sites import organ_of
from service.fhir.records import ProcedureRecord

_ANYWHERE = "no"  # value of needs_liver: the procedure is of the liver by its name
_DONE = frozenset(("completed", "in-progress"))


class ProcedureReader:
    """Reads the liver-directed therapies of Procedures.

    Ablation and stereotactic radiation are done in many organs: they count where the text or the
    body site says liver. Where neither says any site, or the status leaves open whether it was
    done, the record is named, not guessed.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def local_therapies(
        self, records: Iterable[ProcedureRecord], notes: Notes
    ) -> tuple[LocalTherapy, ...]:
        """One therapy for each kind of treatment that each record names."""
        return tuple(
            LocalTherapy(term.name, record.performed, Source(record.reference))
            for record in records
            for term in coded_or_named(self._vocabulary, "procedures", record.code)
            if self._of_the_liver(term, record, notes) and _was_done(term, record, notes)
        )

    def _of_the_liver(self, term: Term, record: ProcedureRecord, notes: Notes) -> bool:
        if term.attributes["needs_liver"] == _ANYWHERE:
            return True
        named = self._vocabulary.find_in_text("organs", record.code.words)
        organs = {Organ(place.attributes["organ"]) for place in named}
        organs.add(organ_of(self._vocabulary, record.body_site))
        if organs == {Organ.UNKNOWN}:
            notes.cannot_read(record.reference, f"{term.name}, but not of which organ")
        return Organ.LIVER in organs


def _was_done(term: Term, record: ProcedureRecord, notes: Notes) -> bool:
    if record.status not in _DONE:
        notes.cannot_read(record.reference, f"{term.name}, but its status leaves open if done")
    return record.status in _DONE
