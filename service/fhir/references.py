"""References: what they name, and the joining of a medication to the record that refers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.fhir.datatypes import joined
from service.fhir.names import relative
from service.fhir.readers.medication import Drug
from service.fhir.records import (
    BodyStructureRecord,
    Concept,
    ConditionRecord,
    ImagingStudyRecord,
    MedicationRecord,
    ObservationRecord,
    ProcedureRecord,
    Record,
)

_LINKS: Mapping[type[Record], tuple[str, ...]] = {
    ObservationRecord: ("subject", "focus", "derived_from", "part_of", "has_member"),
    MedicationRecord: ("subject", "prior", "medication_reference"),
    ImagingStudyRecord: ("subject",),
    ConditionRecord: ("subject", "related_primary"),
    ProcedureRecord: ("subject",),
    BodyStructureRecord: ("subject",),
}


@dataclass(frozen=True)
class References:
    """What references lead to within one call or file.

    Attributes:
        names: from ``urn:uuid:`` to "Type/id".
        drugs: the medications and substances by reference.
    """

    names: Mapping[str, str]
    drugs: Mapping[str, Drug]

    def name(self, reference: str, owner: str) -> str:
        """The name of what a reference of ``owner`` leads to, as far as it is known."""
        return self.names.get(reference) or relative(reference, owner)

    def link(self, record: Record) -> Record:
        """The record with its references by name, and with the medication it refers to."""
        changes: dict[str, Any] = {}
        for field in _LINKS[type(record)]:
            given = getattr(record, field)
            named = self._named(given, record.reference) if given else given
            if named != given:
                changes[field] = named
        linked = replace(record, **changes) if changes else record
        return self._with_drug(linked) if isinstance(linked, MedicationRecord) else linked

    def _named(self, given: str | tuple[str, ...], owner: str) -> str | tuple[str, ...]:
        if isinstance(given, str):
            return self.name(given, owner)
        return tuple(self.name(reference, owner) for reference in given)

    def _with_drug(self, record: MedicationRecord) -> MedicationRecord:
        drug = self.drugs.get(record.medication_reference or "")
        if drug is None:
            return record
        found = self._whole(drug)
        words = found.text or record.medication.text
        return replace(record, medication=Concept(found.codings, words), resolved=True)

    def _whole(self, drug: Drug) -> Concept:
        """A drug with its ingredients; one that leads nowhere counts by the words it is named by.

        Ingredients of ingredients are not followed: no system seen nests them.
        """
        parts = [drug.concept]
        for reference, words in drug.parts:
            part = self.drugs.get(self.name(reference, drug.reference))
            parts.append(part.concept if part else Concept(text=words))
        return joined(parts)
