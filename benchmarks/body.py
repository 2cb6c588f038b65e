"""The call that is measured: 63 KB, with everything that a real prefetch carries along.

20 Observations (8 lesion values, 3 findings, 4 marker values, 1 ECOG, 4 laboratory results that do not
bear on the question), 5 MedicationStatements, 5 ImagingStudies, a Patient, a Condition, a draft order.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson

Resource = dict[str, Any]
SIZE = 63_000
PATIENT = {"reference": "Patient/bench"}
LOINC, SCT, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
LRC = "urn:liver-response-cds:finding"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
INDEX, BASELINE, START = 10, 80, 70  # days before the call


def call(today: date, apart: float = 0.0) -> Resource:
    """The call as of a day. ``apart`` is added to every measured value, to tell patients apart."""
    observations = [
        *_lesions(today, apart),
        *_findings(today),
        *_markers(today, apart),
        *_noise(today, apart),
    ]
    document = {
        "hook": "order-sign",
        "hookInstance": "7d1f7a0e-4b1c-4a57-9d29-0c1a5d1d6a01",
        "context": {
            "userId": "Practitioner/1",
            "patientId": "bench",
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [_order()]},
        },
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "bench", "name": [{"family": "Bench"}]},
            "imaging": _bundle(_studies(today)),
            "observations": _bundle(observations),
            "findings": _bundle([]),
            "markers": _bundle([]),
            "performance": _bundle([]),
            "statements": _bundle(_statements(today)),
            "requests": _bundle([]),
            "administrations": _bundle([]),
            "conditions": _bundle([_condition()]),
            "procedures": _bundle([]),
        },
    }
    return _padded(document)


def other_contents(today: date, count: int) -> list[bytes]:
    """As many calls that share no resource: the same story, each of another patient.

    Each has its own ids, days and values, as patients of one hospital have; what they share is what
    these share too: the codes and their displays.
    """
    return [_of_patient(today, number) for number in range(count)]


def _of_patient(today: date, number: int) -> bytes:
    """The same story of another patient, some days earlier, with somewhat other values."""
    document = call(today - timedelta(days=number % 25), apart=(number % 97) / 10)
    bundles = document["prefetch"].values()
    names = {entry["resource"]["id"] for bundle in bundles for entry in bundle.get("entry", ())}
    raw = orjson.dumps(document)
    for name in (*names, "bench"):  # as an id, and at the end of a reference
        for before in ('"', "/"):
            raw = raw.replace(f'{before}{name}"'.encode(), f'{before}{name}-{number}"'.encode())
    return raw


def _day(today: date, before: int) -> str:
    return (today - timedelta(days=before)).isoformat()


def _bundle(resources: list[Resource]) -> Resource:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def _concept(system: str, code: str, text: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _observation(name: str, code: Resource, day: str, **members: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": members.pop("category", "imaging"),
        }]}],
        "code": code,
        "subject": PATIENT,
        "effectiveDateTime": day,
        **members,
    }  # fmt: skip


def _quantity(value: float, unit: str) -> Resource:
    return {"value": round(value, 1), "unit": unit, "system": UCUM, "code": unit}


def _lesions(today: date, apart: float) -> list[Resource]:
    size, attenuation = _concept(LOINC, "33728-7", "Size"), _concept(DCM, "112031", "Attenuation")
    values = {("a", BASELINE): (30, 75.0), ("b", BASELINE): (23, 70.6),
              ("a", INDEX): (34, 46.0), ("b", INDEX): (26, 44.0)}  # fmt: skip
    phase = {"code": _concept(DCM, "109058", "Contrast Phase"),
             "valueCodeableConcept": _concept(LRC, "portal-venous", "portal venous")}  # fmt: skip
    found = []
    for (name, before), (mm, hu) in values.items():
        where = {
            "focus": [{"reference": f"BodyStructure/{name}"}],
            "bodySite": _concept(SCT, "10200004", "Liver structure"),
            "derivedFrom": [{"reference": f"ImagingStudy/ct-{before}"}],
            "component": [phase],
        }
        day = _day(today, before)
        for kind, code, value in (("size", size, _quantity(mm + apart, "mm")),
                                  ("hu", attenuation, _quantity(hu + apart, "[hnsf'U]"))):  # fmt: skip
            found.append(
                _observation(f"{kind}-{name}-{before}", code, day, valueQuantity=value, **where)
            )
    return found


def _findings(today: date) -> list[Resource]:
    said = (("extrahepatic-status", "stable"), ("clinical-status", "stable"),
            ("conspicuity", "increased"))  # fmt: skip
    day = _day(today, INDEX)
    return [
        _observation(f"finding-{code}", _concept(LRC, code, code), day,
                     valueCodeableConcept=_concept(LRC, value, value),
                     derivedFrom=[{"reference": f"ImagingStudy/ct-{INDEX}"}])
        for code, value in said
    ]  # fmt: skip


def _markers(today: date, apart: float) -> list[Resource]:
    cea = _concept(LOINC, "2039-6", "CEA")
    values = [
        _observation(f"cea-{before}", cea, _day(today, before), category="laboratory",
                     valueQuantity=_quantity(value + apart, "ng/mL"))
        for before, value in ((75, 120.0), (45, 90.0), (25, 60.0), (8, 50.0))
    ]  # fmt: skip
    ecog = _observation("ecog", _concept(LOINC, "89247-1", "ECOG"), _day(today, INDEX),
                        category="survey", valueInteger=1)  # fmt: skip
    return [*values, ecog]


def _noise(today: date, apart: float) -> list[Resource]:
    codes = (("718-7", "Hemoglobin", "g/dL"), ("2160-0", "Creatinine", "mg/dL"),
             ("1742-6", "ALT", "U/L"), ("777-3", "Platelets", "10*3/uL"))  # fmt: skip
    return [
        _observation(f"lab-{code}", _concept(LOINC, code, text), _day(today, 5),
                     category="laboratory", valueQuantity=_quantity(7.5 + apart, unit))
        for code, text, unit in codes
    ]  # fmt: skip


def _statements(today: date) -> list[Resource]:
    drugs = (("282388", "imatinib"), ("7646", "omeprazole"), ("26225", "ondansetron"),
             ("8152", "phenytoin"), ("6809", "metformin"))  # fmt: skip
    return [
        {
            "resourceType": "MedicationStatement",
            "id": f"drug-{name}",
            "status": "active",
            "medicationCodeableConcept": _concept(RXNORM, code, name),
            "subject": PATIENT,
            "effectivePeriod": {"start": _day(today, START)},
            "dosage": [{"text": "once daily", "route": _concept(SCT, "26643006", "Oral route")}],
        }
        for code, name in drugs
    ]


def _studies(today: date) -> list[Resource]:
    ct = {"system": DCM, "code": "CT"}
    series = ("Topogram", "Abdomen nativ 3.0 mm", "Abdomen portal venous 3.0 mm", "Lung 1.0 mm")
    return [
        {
            "resourceType": "ImagingStudy",
            "id": f"ct-{before}",
            "status": "available",
            "subject": PATIENT,
            "started": f"{_day(today, before)}T09:30:00Z",
            "modality": [ct],
            "description": "CT abdomen with contrast",
            "series": [
                {"uid": f"2.25.{before}{n}", "number": n, "modality": ct, "description": text}
                for n, text in enumerate(series)
            ],
        }
        for before in (INDEX, BASELINE, 200, 300, 400)
    ]


def _condition() -> Resource:
    return {
        "resourceType": "Condition",
        "id": "gist",
        "clinicalStatus": _concept(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"
        ),
        "code": _concept(SCT, "420120006", "Gastrointestinal stromal tumor"),
        "subject": PATIENT,
    }


def _order() -> Resource:
    return {
        "resource": {
            "resourceType": "MedicationRequest",
            "id": "draft-1",
            "status": "draft",
            "intent": "order",
            "medicationCodeableConcept": _concept(RXNORM, "357977", "sunitinib"),
            "subject": PATIENT,
        }
    }


def _padded(document: Resource) -> Resource:
    """The same call with narratives, as EHRs send them, up to the size."""
    resources = [entry["resource"] for bundle in document["prefetch"].values()
                 for entry in bundle.get("entry", ())]  # fmt: skip
    lacking = max(SIZE - len(orjson.dumps(document)), 0) // len(resources)
    narrative = "A narrative that nobody reads but everybody sends. " * (lacking // 51 + 1)
    for resource in resources:
        text = narrative[: max(lacking - 110, 0)]
        resource["text"] = {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>',
        }
    return document
