"""Timelines for tests: one invented patient, told in days around the index study.

``patient()`` is GIST on imatinib since day -60, two target lesions growing from 53 to 60 mm while
losing attenuation, quiet elsewhere, clinically stable. Every test says what differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from rules.dates import PartialDate
from rules.timeline import (
    Course,
    Diagnosis,
    Finding,
    FindingKind,
    Lesion,
    LocalTherapy,
    MarkerValue,
    Measurement,
    Organ,
    PerformanceStatus,
    Phase,
    Quantity,
    Source,
    Study,
    Therapy,
    Timeline,
)

INDEX = date(2026, 6, 1)
AS_OF = INDEX + timedelta(days=10)
BASELINE_DAY, START_DAY = -70, -60
PV = Phase.PORTAL_VENOUS


def on(day: int) -> PartialDate:
    """A day counted from the index study."""
    return PartialDate.on(INDEX + timedelta(days=day))


def source(name: str) -> Source:
    return Source(f"Observation/{name}")


def ct(day: int, **fields: object) -> Study:
    """A CT of the liver, 3 mm slices."""
    study = Study(f"ImagingStudy/{day}", on(day), "CT", covers_liver=True, slice_mm=Decimal(3))
    return replace(study, **fields)  # type: ignore[arg-type]


def lesion(name: str, **fields: object) -> Lesion:
    """A liver target lesion."""
    base = Lesion(f"BodyStructure/{name}", name, "segment VI", Organ.LIVER, target=True)
    return replace(base, **fields)  # type: ignore[arg-type]


def size(name: str, day: int, mm: float, phase: Phase | None = PV) -> Measurement:
    return _measurement(name, day, Quantity.LONG_AXIS, mm, phase)


def hu(name: str, day: int, value: float, phase: Phase | None = PV) -> Measurement:
    return _measurement(name, day, Quantity.ATTENUATION, value, phase)


def _measurement(
    name: str, day: int, quantity: Quantity, value: float, phase: Phase | None
) -> Measurement:
    return Measurement(
        lesion=f"BodyStructure/{name}",
        study=f"ImagingStudy/{day}",
        quantity=quantity,
        value=Decimal(str(value)),
        phase=phase,
        source=source(f"{name}-{quantity.name.lower()}-{day}-{phase.name if phase else 'none'}"),
    )


def finding(
    kind: FindingKind, value: str, day: int = 0, *, study: int | None = None, of: str | None = None
) -> Finding:
    return Finding(
        kind,
        value,
        on(day),
        source(f"{kind.value}-{day}"),
        study=None if study is None else f"ImagingStudy/{study}",
        lesion=f"BodyStructure/{of}" if of else None,
    )


def therapy(
    ingredient: str = "imatinib", start: int | None = START_DAY, end: int | None = None
) -> Therapy:
    """A statement: ongoing unless it has an end."""
    return Therapy(
        ingredient,
        Course.STATEMENT,
        None if start is None else on(start),
        None if end is None else on(end),
        ongoing=end is None,
        source=Source(f"MedicationStatement/{ingredient}-{start}"),
    )


def dose(ingredient: str, day: int) -> Therapy:
    where = Source(f"MedicationAdministration/{ingredient}-{day}")
    return Therapy(ingredient, Course.DOSE, on(day), on(day), ongoing=False, source=where)


def cea(day: int, value: float, **fields: object) -> MarkerValue:
    base = MarkerValue("CEA", "mass", Decimal(str(value)), "ng/mL", on(day), source(f"cea-{day}"))
    return replace(base, **fields)  # type: ignore[arg-type]


def ecog(day: int, value: int) -> PerformanceStatus:
    return PerformanceStatus(value, on(day), source(f"ecog-{day}"))


def local(day: int | None) -> LocalTherapy:
    when = None if day is None else on(day)
    return LocalTherapy("TACE", when, Source(f"Procedure/tace-{day}"))


def diagnoses(primary: str = "GIST") -> tuple[Diagnosis, ...]:
    return (
        Diagnosis(primary, Source("Condition/primary")),
        Diagnosis("liver metastasis", Source("Condition/liver")),
    )


def measured(name: str, days: Iterable[tuple[int, float, float]]) -> tuple[Measurement, ...]:
    """Size and portal venous attenuation of a lesion on some days."""
    return tuple(m for day, mm, value in days for m in (size(name, day, mm), hu(name, day, value)))


QUIET = (
    finding(FindingKind.EXTRAHEPATIC, "stable", 0),
    finding(FindingKind.CLINICAL, "stable", 2),
)


def patient(**fields: object) -> Timeline:
    """The invented patient, with what a test says instead."""
    base = Timeline(
        patient="p",
        therapies=(therapy(),),
        studies=(ct(BASELINE_DAY), ct(0)),
        lesions=(lesion("A"), lesion("B")),
        measurements=(
            *measured("A", [(BASELINE_DAY, 30, 75), (0, 34, 46)]),
            *measured("B", [(BASELINE_DAY, 23, 70.6), (0, 26, 44)]),
        ),
        findings=QUIET,
        diagnoses=diagnoses(),
    )
    return replace(base, **fields)  # type: ignore[arg-type]
