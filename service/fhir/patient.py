"""From opened contents to the data of one patient.

Whose data it is comes first: a resource of another patient refuses the whole, one that names no
patient is not read and is named. Of several versions of a resource the newest counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from service.fhir.bundle import Contents, Entry, open_up
from service.fhir.errors import NotFhirError, OtherPatientError, UnknownPatientError
from service.fhir.json_types import Json, JsonObject, object_of, text_of
from service.fhir.models import BESIDE_THE_POINT, Reading, ResourceReader
from service.fhir.names import is_name, relative
from service.fhir.readers.medication import Drug
from service.fhir.records import MedicationRecord, PatientData, Record, UnreadRecord
from service.fhir.references import References

_INSTANT = re.compile(r"([\d-]+T[\d:]+)(\.\d+)?(Z|[+-][\d:]+)")


def read_patient(source: Json, reader: ResourceReader, patient: str | None = None) -> PatientData:
    """Read a file: a Bundle of any type, a list of resources, or one resource.

    Args:
        source: the parsed JSON.
        reader: what reads each resource.
        patient: the id of the patient it must be about; None for whomever it is about.

    Raises:
        OtherPatientError: it holds data of more than one patient, or of another one.
        UnknownPatientError: nothing in it names a patient.
        NotFhirError: there is no resource in it.
    """
    contents = open_up(source, "Bundle")
    if contents.unread and not contents.entries:
        raise NotFhirError("This is no FHIR JSON. Give a Bundle, a list of resources or one.")
    unavailable = []
    if contents.failed:
        unavailable.append("part of the data: its source reported an error")
    if contents.truncated:
        unavailable.append("part of the data: further pages of a search")
    return assemble((contents,), reader, patient, unavailable)


def assemble(
    contents: Sequence[Contents],
    reader: ResourceReader,
    patient: str | None = None,
    unavailable: Iterable[str] = (),
) -> PatientData:
    """Read everything that came together as the data of one patient.

    Raises:
        OtherPatientError: it holds data of more than one patient, or of another one.
        UnknownPatientError: ``patient`` is None and nothing names one.
    """
    entries = [entry for part in contents for entry in part.entries]
    names = {url: name for part in contents for url, name in part.names.items()}
    if patient is not None:
        names.setdefault(f"urn:uuid:{patient}", f"Patient/{patient}")
    whose = _one_patient(entries, names, patient)
    readings, conflicts = _newest_readings(entries, reader)
    drugs = {d.reference: d for r in readings if isinstance(d := r.record, Drug)}
    records, strangers = _owned(readings, References(names, drugs), whose)
    unread = [item for part in contents for item in part.unread]
    unread += [reading.unread for reading in readings if reading.unread]
    return PatientData(
        patient=whose.removeprefix("Patient/"),
        records=tuple(records),
        unread=(*unread, *conflicts, *strangers),
        unavailable=tuple(dict.fromkeys(unavailable)),
        remarks=tuple(_not_used(readings)),
    )


def _one_patient(entries: list[Entry], names: Mapping[str, str], patient: str | None) -> str:
    """The reference of the patient that every resource names.

    Looks at every resource, also those that are not used: that another patient's data came at
    all is the error.
    """
    whose = _first_named(entries, names) if patient is None else f"Patient/{patient}"
    plain = is_name(whose)
    for entry in entries:
        if plain and _is_said_of(entry, whose):
            continue
        if _patient_named(entry, names) not in (None, whose):
            raise OtherPatientError(
                "Data of another patient is among the data. "
                "Send the resources of one patient only, and of the one that is asked about.",
                where=entry.reference,
            )
    return whose


def _first_named(entries: list[Entry], names: Mapping[str, str]) -> str:
    """The patient that the first resource names which names one at all."""
    found = (_patient_named(entry, names) for entry in entries)
    whose = next((named for named in found if named is not None), None)
    if whose is None:
        raise UnknownPatientError(
            "Nothing says whose data this is. Add the Patient, or a subject to each resource."
        )
    return whose


def _is_said_of(entry: Entry, whose: str) -> bool:
    """Whether a resource names this patient as its subject, by that very name: nearly all do."""
    subject = entry.resource.get("subject")
    named = isinstance(subject, dict) and subject.get("reference") == whose
    return named and entry.kind != "Patient"


def _patient_named(entry: Entry, names: Mapping[str, str]) -> str | None:
    """The Patient that a resource is, or is about; None where it names none."""
    if entry.kind == "Patient":
        return None if entry.contained else entry.reference
    named = (text_of(object_of(entry.resource, e), "reference") for e in ("subject", "patient"))
    reference = next((r for r in named if r), "")
    found = names.get(reference) or relative(reference, entry.reference)
    return found if found.startswith("Patient/") else None


def _newest_readings(
    entries: list[Entry], reader: ResourceReader
) -> tuple[list[Reading], list[UnreadRecord]]:
    """One reading for each resource, and those whose versions contradict each other."""
    versions: dict[str, list[tuple[Entry, Reading]]] = defaultdict(list)
    for entry in entries:
        if reader.reads(entry.kind):
            reading = reader.read(entry.resource, entry.reference)
            versions[entry.reference].append((entry, reading))
    newest = {reference: _newest(found) for reference, found in versions.items()}
    conflicts = [
        UnreadRecord(reference, versions[reference][0][0].kind, "versions differ, none is newest")
        for reference, reading in newest.items()
        if reading is None
    ]
    return [reading for reading in newest.values() if reading], conflicts


def _newest(versions: list[tuple[Entry, Reading]]) -> Reading | None:
    """The reading that all versions share, else that of the newest, else None."""
    (_, first), *others = versions
    if not others or all(reading == first for _, reading in others):
        return first
    for age in (_last_updated, _version):
        ages = [age(entry.meta) for entry, _ in versions]
        known = [a for a in ages if a is not None]
        if len(known) == len(ages):
            last = {r for a, (_, r) in zip(known, versions, strict=True) if a == max(known)}
            if len(last) == 1:
                return last.pop()
    return None


def _last_updated(meta: JsonObject) -> tuple[float, ...] | None:
    match = _INSTANT.fullmatch(text_of(meta, "lastUpdated"))
    if match is None:
        return None
    time, fraction, zone = match.groups()
    try:  # the fraction apart: Python 3.10 reads three or six digits only
        seconds = datetime.fromisoformat(time + zone.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
    return seconds, float(fraction or 0)


def _version(meta: JsonObject) -> tuple[float, ...] | None:
    """The version where it is a number, as most servers count; FHIR promises no order else."""
    version = text_of(meta, "versionId")
    return (int(version),) if version.isascii() and version.isdigit() else None


def _owned(
    readings: list[Reading], references: References, patient: str
) -> tuple[list[Record], list[UnreadRecord]]:
    """The records that are the patient's, linked; and those that do not say whose they are."""
    records: list[Record] = []
    strangers: list[UnreadRecord] = []
    for reading in readings:
        record = reading.record
        if record is None or isinstance(record, Drug):
            continue
        if reading.unresolved or isinstance(record, MedicationRecord):
            record = references.link(record)
        if record.subject == patient:
            records.append(record)
        else:
            kind = record.reference.partition("/")[0]
            strangers.append(UnreadRecord(record.reference, kind, "subject: names no patient"))
    return records, strangers


def _not_used(readings: list[Reading]) -> Iterator[str]:
    """How many resources were passed over, and why; not those that are about something else."""
    told = (r.passed_over for r in readings if r.passed_over)
    counts = Counter(reason for reason in told if reason != BESIDE_THE_POINT)
    for reason, count in sorted(counts.items()):
        yield f"{count} × {reason}"
