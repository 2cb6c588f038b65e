"""The few elements of a FHIR resource that this product reads, as frozen records.

R4 is the form; R5 and STU3 shapes are brought to it before. Past this package no dict travels.
A ``reference`` is always relative ("Observation/x", "#contained" resolved to its owner's name);
``subject`` likewise, or None where the resource names no patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rules.dates import PartialDate


@dataclass(frozen=True)
class Coding:
    """One code. ``system`` is normalised: aliases and OIDs of known systems to their URI."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True)
class Concept:
    """A CodeableConcept."""

    codings: tuple[Coding, ...] = ()
    text: str = ""

    def code_in(self, system: str) -> str | None:
        """The first code of a system, or None."""
        return next((c.code for c in self.codings if c.system == system), None)

    def has(self, system: str, code: str) -> bool:
        """Whether one of the codings is this code."""
        return any(c.system == system and c.code == code for c in self.codings)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # the same few concepts are kept for all patients, and much is looked up by them
        return hash((self.codings, self.text))

    @cached_property
    def codes(self) -> tuple[tuple[str, str], ...]:
        """System and code of each coding: what a concept is looked up by."""
        return tuple((c.system, c.code) for c in self.codings)

    @cached_property
    def words(self) -> str:
        """Text and displays, for matching and for showing: text first."""
        return " | ".join(
            dict.fromkeys(w for w in (self.text, *(c.display for c in self.codings)) if w)
        )


@dataclass(frozen=True)
class Amount:
    """A Quantity as reported. ``unit`` is the UCUM code where coded, else the unit text."""

    value: Decimal
    unit: str
    comparator: str = ""


Value = Amount | Concept | str | bool | int | None
"""The value of an Observation or component; a Range or Ratio is kept as its text."""


@dataclass(frozen=True)
class Component:
    """One component of an Observation."""

    code: Concept
    value: Value


@dataclass(frozen=True)
class ObservationRecord:
    """An Observation. ``values`` that could not be read are None with the reason in ``unread``."""

    reference: str
    subject: str | None
    status: str
    code: Concept
    value: Value
    components: tuple[Component, ...]
    day: PartialDate | None  # effective, else issued
    dated_by_issue: bool
    categories: tuple[str, ...]  # category codes: imaging, laboratory
    body_site: Concept
    focus: tuple[str, ...]  # focus, or R5 bodyStructure
    derived_from: tuple[str, ...]
    part_of: tuple[str, ...]
    method: Concept
    identifiers: tuple[Coding, ...]  # system, value
    upper_limit: Amount | None  # referenceRange.high
    has_member: tuple[str, ...] = ()

    @cached_property
    def answers(self) -> tuple[tuple[Concept, Value], ...]:
        """What it asks and answers: itself, then each component."""
        return (self.code, self.value), *[(c.code, c.value) for c in self.components]

    @property
    def questions(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The codes of what it asks, in the order of ``answers``."""
        return self.code.codes, *[c.code.codes for c in self.components]


@dataclass(frozen=True)
class MedicationRecord:
    """A MedicationStatement, MedicationRequest or MedicationAdministration."""

    reference: str
    subject: str | None
    resource_type: str
    status: str
    intent: str  # MedicationRequest only
    medication: Concept  # of the concept, or of the Medication it refers to, ingredients joined
    resolved: bool  # False: a reference that leads nowhere; ``medication`` is its display at most
    start: PartialDate | None
    end: PartialDate | None
    authored: PartialDate | None  # authoredOn or dateAsserted
    route: Concept
    dose: Amount | None = None
    doses_a_day: Decimal | None = None  # None where not stated in a form that is read
    prior: str | None = None  # MedicationRequest.priorPrescription
    do_not_perform: bool = False
    medication_reference: str | None = None  # where the medication is a reference: to what


@dataclass(frozen=True)
class SeriesRecord:
    """One series of an ImagingStudy."""

    modality: str
    description: str
    body_site: Concept

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # likewise kept for all patients: the series of a hospital's protocols
        return hash((self.modality, self.description, self.body_site))


@dataclass(frozen=True)
class ImagingStudyRecord:
    """An ImagingStudy."""

    reference: str
    subject: str | None
    status: str
    started: PartialDate | None
    modalities: tuple[str, ...]
    description: str
    procedure: Concept  # all procedure codes and texts, joined
    series: tuple[SeriesRecord, ...]
    identifiers: tuple[Coding, ...] = ()


@dataclass(frozen=True)
class ConditionRecord:
    """A Condition."""

    reference: str
    subject: str | None
    clinical_status: str
    verification_status: str
    code: Concept
    body_site: Concept
    related_primary: tuple[str, ...]  # mCODE relatedPrimaryCancerCondition


@dataclass(frozen=True)
class ProcedureRecord:
    """A Procedure."""

    reference: str
    subject: str | None
    status: str
    code: Concept
    body_site: Concept
    performed: PartialDate | None  # performedDateTime, or the end of performedPeriod


@dataclass(frozen=True)
class BodyStructureRecord:
    """A BodyStructure: where a lesion is, and its tracking identifiers."""

    reference: str
    subject: str | None
    location: Concept
    identifiers: tuple[Coding, ...]
    description: str = ""


Record = (
    ObservationRecord
    | MedicationRecord
    | ImagingStudyRecord
    | ConditionRecord
    | ProcedureRecord
    | BodyStructureRecord
)


@dataclass(frozen=True)
class UnreadRecord:
    """A resource that could not be read: its reference and the reason, without its values."""

    reference: str
    resource_type: str
    reason: str


@dataclass(frozen=True)
class PatientData:
    """Everything a call or a file holds of one patient.

    ``unavailable`` names kinds of data that were asked for and not to be had ("conditions").
    """

    patient: str  # the id, without "Patient/"
    records: tuple[Record, ...]
    unread: tuple[UnreadRecord, ...] = ()
    unavailable: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()  # "3 resources of kinds that are not read"
