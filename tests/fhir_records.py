"""FHIR records for tests of the extraction, and the timeline of some of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

from rules.dates import PartialDate
from rules.timeline import Timeline
from rules.vocabulary import load_vocabulary
from service.extract import Extractor, UnitConverter
from service.fhir.records import (
    Amount,
    BodyStructureRecord,
    Coding,
    Component,
    Concept,
    ConditionRecord,
    ImagingStudyRecord,
    MedicationRecord,
    ObservationRecord,
    PatientData,
    ProcedureRecord,
    Record,
    SeriesRecord,
    Value,
)

SYSTEMS = {
    "LNC": "http://loinc.org",
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "LRC": "urn:liver-response-cds:finding",
    "RADLEX": "http://radlex.org",
    "GAMUTS": "https://gamuts.net",
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "RXN": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ATC": "http://www.whocc.no/atc",
    "UNII": "http://fdasis.nlm.nih.gov",
    "HCPCS": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "NDC": "http://hl7.org/fhir/sid/ndc",
}
NOTHING = Concept()
HU = "[hnsf'U]"
BASELINE, INDEX = "2026-03-27", "2026-06-05"
SEGMENT_VI = "SCT:277960005"
LIVER = "SCT:10200004"


@cache
def extractor() -> Extractor:
    """An extractor with the vocabulary that ships."""
    return Extractor(load_vocabulary(), UnitConverter())


def timeline(*records: Record, **data: object) -> Timeline:
    """The timeline of some records of one patient."""
    return extractor().timeline(PatientData("p", records, **data))  # type: ignore[arg-type]


def concept(*codes: str, text: str = "") -> Concept:
    """A concept of codes such as ``LNC:21889-1``, with a display after a space."""
    return Concept(tuple(_coding(code) for code in codes), text)


def _coding(code: str) -> Coding:
    system, _, rest = code.partition(":")
    plain, _, display = rest.partition(" ")
    return Coding(SYSTEMS[system], plain, display)


def on(day: str | None) -> PartialDate | None:
    """A FHIR date."""
    return PartialDate.parse(day) if day else None


def amount(value: str, unit: str, comparator: str = "") -> Amount:
    """A quantity."""
    return Amount(Decimal(value), unit, comparator)


def component(code: str, value: Value) -> Component:
    """A component of an Observation."""
    return Component(concept(code), value)


def observation(
    name: str,
    code: str | Concept,
    value: Value = None,
    *components: Component,
    day: str | None = INDEX,
    **fields: object,
) -> ObservationRecord:
    """A final Observation."""
    record = ObservationRecord(
        reference=f"Observation/{name}",
        subject="Patient/p",
        status="final",
        code=concept(code) if isinstance(code, str) else code,
        value=value,
        components=components,
        day=on(day),
        dated_by_issue=False,
        categories=(),
        body_site=NOTHING,
        focus=(),
        derived_from=(),
        part_of=(),
        method=NOTHING,
        identifiers=(),
        upper_limit=None,
    )
    return replace(record, **fields)  # type: ignore[arg-type]


def size(name: str, mm: str, *components: Component, **fields: object) -> ObservationRecord:
    """A size in mm, of lesion A unless said otherwise."""
    place: dict[str, object] = {"focus": ("BodyStructure/a",), "body_site": concept(SEGMENT_VI)}
    value = amount(mm, "mm")
    return observation(name, "LNC:33728-7", value, *components, **{**place, **fields})  # type: ignore[arg-type]


def attenuation(name: str, hu: str, *components: Component, **fields: object) -> ObservationRecord:
    """A mean attenuation, of lesion A unless said otherwise."""
    record = size(name, "0", *components, **fields)
    return replace(record, code=concept("DCM:112031"), value=amount(hu, HU))


def lesion(name: str, **fields: object) -> BodyStructureRecord:
    """A lesion in segment VI."""
    record = BodyStructureRecord(
        f"BodyStructure/{name}", "Patient/p", concept(SEGMENT_VI, text="segment VI"), ()
    )
    return replace(record, **fields)  # type: ignore[arg-type]


def study(name: str, started: str | None = INDEX, **fields: object) -> ImagingStudyRecord:
    """A CT of the abdomen."""
    record = ImagingStudyRecord(
        reference=f"ImagingStudy/{name}",
        subject="Patient/p",
        status="available",
        started=on(started),
        modalities=("CT",),
        description="CT abdomen",
        procedure=NOTHING,
        series=(),
    )
    return replace(record, **fields)  # type: ignore[arg-type]


def series(description: str, modality: str = "CT", site: str = "") -> SeriesRecord:
    """A series."""
    return SeriesRecord(modality, description, concept(site) if site else NOTHING)


def statement(drug: Concept, **fields: object) -> MedicationRecord:
    """An active MedicationStatement since 6 April."""
    record = MedicationRecord(
        reference="MedicationStatement/m",
        subject="Patient/p",
        resource_type="MedicationStatement",
        status="active",
        intent="",
        medication=drug,
        resolved=True,
        start=on("2026-04-06"),
        end=None,
        authored=None,
        route=NOTHING,
    )
    return replace(record, **fields)  # type: ignore[arg-type]


def condition(code: Concept, name: str = "c", **fields: object) -> ConditionRecord:
    """An active, confirmed Condition."""
    record = ConditionRecord(
        f"Condition/{name}", "Patient/p", "active", "confirmed", code, NOTHING, ()
    )
    return replace(record, **fields)  # type: ignore[arg-type]


def procedure(code: Concept, **fields: object) -> ProcedureRecord:
    """A completed Procedure."""
    record = ProcedureRecord(
        "Procedure/x", "Patient/p", "completed", code, NOTHING, on("2026-05-02")
    )
    return replace(record, **fields)  # type: ignore[arg-type]


def reasons(found: Timeline) -> list[str]:
    """Why records were not read."""
    return [entry.reason for entry in found.unread]
