"""R5 and STU3 shapes brought to R4.

Only what is read is brought over, and only where the later or earlier shape is seen in practice.
Nothing here validates: what makes no sense is left as it is, for the validation to name.
"""

from __future__ import annotations

from collections.abc import Callable

from service.fhir.json_types import Json, JsonObject, list_of, object_of, objects_of, text_of

# R5 speaks of adherence where R4 speaks of status; sub-codes ("stopped-as-directed") follow.
_ADHERENCE = {
    "taking": "active",
    "on-hold": "on-hold",
    "stopped": "stopped",
    "not-taking": "not-taken",
}

_UNITS = frozenset(("s", "min", "h", "d", "wk", "mo", "a"))  # of time, as a timing has them
_EFFECTIVE = frozenset(("effectiveDateTime", "effectivePeriod", "effectiveInstant"))

_RELATED_CONDITION = (
    "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-related-primary-cancer-condition",
    "http://hl7.org/fhir/us/mcode/StructureDefinition/"
    "onco-core-RelatedPrimaryCancerCondition-extension",
    # what mCODE STU3 and later use in its place
    "http://hl7.org/fhir/StructureDefinition/condition-related",
)


def to_r4(kind: str, resource: JsonObject) -> JsonObject:
    """The resource in the shape of R4; the given one stays as it is."""
    bring = _BRING.get(kind)
    return bring(resource) if bring else resource


def _observation(resource: JsonObject) -> JsonObject:
    r4 = dict(resource)
    if isinstance(r4.get("category"), dict):  # a single one, as before R4
        r4["category"] = [r4["category"]]
    if not _EFFECTIVE.isdisjoint(r4):
        r4.pop("issued", None)  # read only where nothing else dates it
    if "bodyStructure" in r4:  # R5: the lesion is no longer the focus
        r4["focus"] = [*list_of(r4, "focus"), r4.pop("bodyStructure")]
    return r4


def _statement(resource: JsonObject) -> JsonObject:
    r4 = _medication(resource)
    if text_of(r4, "taken") == "n":  # STU3 says so beside the status
        r4["status"] = "not-taken"
    if text_of(r4, "status") == "recorded":
        r4["status"] = _adherence(object_of(object_of(r4, "adherence"), "code"))
    return r4


def _adherence(concept: JsonObject) -> str:
    codes = [text_of(coding, "code") for coding in objects_of(concept, "coding")]
    for prefix, status in _ADHERENCE.items():
        if any(code.startswith(prefix) for code in codes):
            return status
    return "unknown"


def _request(resource: JsonObject) -> JsonObject:
    r4 = _medication(resource)
    if text_of(r4, "status") == "ended":  # R5
        r4["status"] = "completed"
    return r4


def _medication(resource: JsonObject) -> JsonObject:
    r4 = dict(resource)
    if "medication" in r4:
        chosen = r4.pop("medication")
        r4.update(_chosen(chosen) if isinstance(chosen, dict) else {})
    for old, name in (
        ("occurenceDateTime", "effectiveDateTime"),  # R5 spells it so
        ("occurencePeriod", "effectivePeriod"),
    ):
        if old in r4:
            r4[name] = r4.pop(old)
    for name in ("dosage", "dosageInstruction"):
        if isinstance(r4.get(name), list):
            r4[name] = [_timed(_dosage(item)) for item in list_of(r4, name)]
    return r4


def _timed(dosage: Json) -> Json:
    """A dosage without a timing that is not as FHIR has it: a drug is not lost for that."""
    if not isinstance(dosage, dict) or "timing" not in dosage:
        return dosage
    repeat = object_of(object_of(dosage, "timing"), "repeat")
    numbers = [repeat.get(name) for name in ("frequency", "period")]
    sound = all(type(n) in (int, float) and n > 0 for n in numbers)  # type: ignore[operator]
    whole = isinstance(repeat.get("frequency"), int) and text_of(repeat, "periodUnit") in _UNITS
    if not repeat or (sound and whole):
        return dosage
    return {name: value for name, value in dosage.items() if name != "timing"}


def _chosen(medication: JsonObject) -> JsonObject:
    """R5 CodeableReference to the choice that R4 has; codes win over a reference."""
    if "concept" in medication:
        return {"medicationCodeableConcept": medication["concept"]}
    return {"medicationReference": medication.get("reference")}


def _dosage(dosage: Json) -> Json:
    """The dose of STU3, which R4 systems send too, to where R4 has it."""
    if not isinstance(dosage, dict) or "doseQuantity" not in dosage:
        return dosage
    doses: list[Json] = [*list_of(dosage, "doseAndRate")]
    return {**dosage, "doseAndRate": [*doses, {"doseQuantity": dosage["doseQuantity"]}]}


def _drug(resource: JsonObject) -> JsonObject:
    ingredients: list[Json] = [_ingredient(item) for item in list_of(resource, "ingredient")]
    return {**resource, "ingredient": ingredients} if ingredients else resource


def _ingredient(ingredient: Json) -> Json:
    if not isinstance(ingredient, dict) or not isinstance(ingredient.get("item"), dict):
        return ingredient
    item = object_of(ingredient, "item")  # R5 CodeableReference
    choice = (
        ("itemCodeableConcept", "concept") if "concept" in item else ("itemReference", "reference")
    )
    return {choice[0]: item.get(choice[1]), "isActive": ingredient.get("isActive")}


def _imaging_study(resource: JsonObject) -> JsonObject:
    r4 = dict(resource)
    if "patient" in r4 or "availability" in r4:  # STU3 has no status
        r4.setdefault("status", "unknown")
        r4.setdefault("subject", r4.get("patient"))
    if "uid" in r4:  # STU3
        uid: Json = {"system": "urn:dicom:uid", "value": r4["uid"]}
        r4["identifier"] = [*list_of(r4, "identifier"), uid]
    if "modalityList" in r4:  # STU3
        r4["modality"] = r4["modalityList"]
    if isinstance(r4.get("modality"), list):
        r4["modality"] = [c for item in list_of(r4, "modality") for c in _codings(item)]
    if isinstance(r4.get("procedure"), list):  # R5
        r4["procedureCode"] = [p["concept"] for p in objects_of(r4, "procedure") if "concept" in p]
    if isinstance(r4.get("series"), list):
        r4["series"] = [_series(item) for item in list_of(r4, "series")]
    return r4


def _series(series: Json) -> Json:
    if not isinstance(series, dict):
        return series
    # Required by R4 and not read: a constant stands in, so that its lack does not cost the study.
    r4: JsonObject = {**series, "uid": "0"}
    if "bodySite" in r4:
        r4["bodySite"] = object_of(r4, "bodySite").get("concept", r4["bodySite"])
    for name in ("modality", "bodySite"):
        if name in r4:
            r4[name] = _first_coding(r4[name])
    return r4


def _codings(modality: Json) -> list[Json]:
    """The codings of R5's concept; R4's one coding as it is."""
    if isinstance(modality, dict) and isinstance(modality.get("coding"), list):
        return list_of(modality, "coding")
    return [modality]


def _first_coding(value: Json) -> Json:
    """R4's one coding: the first of R5's concept, or its text where it has none."""
    if not isinstance(value, dict) or not ("coding" in value or "text" in value):
        return value
    first = next(iter(objects_of(value, "coding")), {})
    return {"display": value.get("text"), **first}


def _condition(resource: JsonObject) -> JsonObject:
    r4 = dict(resource)
    for name in ("clinicalStatus", "verificationStatus"):
        if isinstance(r4.get(name), str):  # STU3: a plain code
            r4[name] = {"coding": [{"code": r4[name]}]}
    if "extension" in r4:
        r4["extension"] = [
            e for e in objects_of(r4, "extension") if text_of(e, "url") in _RELATED_CONDITION
        ]
    return r4


def _procedure(resource: JsonObject) -> JsonObject:
    r4 = dict(resource)
    for old, name in (
        ("occurrenceDateTime", "performedDateTime"),  # R5
        ("occurrencePeriod", "performedPeriod"),
    ):
        if old in r4:
            r4[name] = r4.pop(old)
    return r4


def _body_structure(resource: JsonObject) -> JsonObject:
    structures = [object_of(s, "structure") for s in objects_of(resource, "includedStructure")]
    if not structures or "location" in resource:
        return resource
    codings: list[Json] = [coding for s in structures for coding in list_of(s, "coding")]
    words = "; ".join(text_of(s, "text") for s in structures if text_of(s, "text"))
    return {**resource, "location": {"coding": codings, "text": words}}  # R5


_BRING: dict[str, Callable[[JsonObject], JsonObject]] = {
    "Observation": _observation,
    "MedicationStatement": _statement,
    "MedicationRequest": _request,
    "MedicationAdministration": _medication,
    "Medication": _drug,
    "ImagingStudy": _imaging_study,
    "Condition": _condition,
    "Procedure": _procedure,
    "BodyStructure": _body_structure,
}
