"""Assessments made by hand, one for each grade, to make cards from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from uuid import UUID

from rules.assessment import (
    Assessment,
    Grade,
    Item,
    ItemKind,
    LesionChange,
    Measurements,
    RulebookId,
    StudyUsed,
)
from rules.timeline import Phase
from service.cds.cards import Addresses, CardMaker
from service.cds.suggestions import Whose, load_options
from service.cds.wording import load_wording

PATIENT = Whose("p1", "e1")
VENOUS = Phase.PORTAL_VENOUS

FELL = Item("P1", ItemKind.PATTERN, "Mean attenuation fell from 72.8 to 45 HU (−38.2 %).")
QUIET = Item("ELSEWHERE_QUIET", ItemKind.CONCORDANT, "Disease outside the liver is stable.")
MARKER_FELL = Item("MARKER_FALL", ItemKind.CONCORDANT, "CEA fell since line start.")
SPREAD = Item("M1", ItemKind.MAJOR, "Disease outside the liver is progressing.")
CRISIS = Item("M7", ItemKind.MAJOR, "The patient is recorded as being in crisis.")
WORSE = Item("m3", ItemKind.MINOR, "The patient is clinically worse.")
LATE_MINOR = Item("m4", ItemKind.MINOR, "imatinib was started 400 d before the index study.")
MINOR_CAP = Item("MINOR_ITEM", ItemKind.CAP, "A minor sign of progression stands against it.")
ELSEWHERE_UNKNOWN = Item(
    "EXTRAHEPATIC_UNKNOWN",
    ItemKind.CAP,
    "The state of disease outside the liver is not recorded.",
)
GREW_MUCH = Item("GROWTH_OVER_50", ItemKind.CAP, "Growth of +60.0 % is more than described.")
PHASE_FLAG = Item("PHASE", ItemKind.FLAG, "The contrast phases differ, or one is not known.")
BLEEDING = Item("HAEMORRHAGE", ItemKind.FLAG, "Haemorrhage in a lesion is recorded.")
SMALL = Item("SMALL", ItemKind.FLAG, "A target lesion is below 10 mm.")
ON_ICI = Item("ICI_ONLY", ItemKind.CONFOUNDER, "nivolumab is on board; iRECIST applies.")
TREATED = Item("LOCAL_THERAPY", ItemKind.CONFOUNDER, "Liver-directed therapy 40 d before.")

SIZES = LesionChange(
    "BodyStructure/1",
    "Lesion 1",
    "segment VI",
    new=False,
    target=True,
    mm_baseline=Decimal(53),
    mm_index=Decimal(60),
    hu_baseline=Decimal("72.8"),
    hu_index=Decimal(45),
    phase_baseline=VENOUS,
    phase_index=VENOUS,
)
GREW = Measurements(
    sld_baseline=Decimal(53),
    sld_nadir=Decimal(53),
    sld_index=Decimal(60),
    hu_baseline=Decimal("72.8"),
    hu_nadir=Decimal("72.8"),
    hu_index=Decimal(45),
    growth_pct=13.2075,
    hu_change_pct=-38.18,
    recist_1_1="SD",
    choi_2007="PR",
    lesions=(SIZES,),
)

SUPPORTED = Assessment(
    grade=Grade.SUPPORTED,
    label="Findings fit treatment effect; several sources agree",
    as_of=date(2026, 5, 20),
    rulebook=RulebookId("0.1.0", "c0ffee"),
    because="SUPPORTED",
    primary="CRC",
    agent="bevacizumab",
    tier="B",
    items=(FELL, QUIET, MARKER_FELL),
    reasons=("Findings fit treatment effect and independent sources agree.",),
    measurements=GREW,
    baseline_study=StudyUsed("ImagingStudy/ct-1", "2026-03-10", "CT", recorded=True),
    index_study=StudyUsed("ImagingStudy/ct-2", "2026-05-10", "CT", recorded=True),
    index_age_days=10,
    marker="CEA",
    marker_state="FALL",
    evidence=("Observation/1",),
)
POSSIBLE = replace(
    SUPPORTED,
    grade=Grade.POSSIBLE,
    label="Treatment effect possible; correlation needed",
    because="CAPPED",
    items=(FELL, ELSEWHERE_UNKNOWN),
    reasons=("Treatment effect is possible; something holds the reading back.",),
    missing=("extrahepatic status",),
)
TRUE_PROGRESSION = replace(
    SUPPORTED,
    grade=Grade.TRUE_PROGRESSION,
    label="Findings favour true progression",
    because="MAJOR",
    items=(SPREAD,),
    reasons=("Findings favour true progression.",),
)
URGENT = replace(TRUE_PROGRESSION, items=(CRISIS,), urgent=True)
INDETERMINATE = replace(
    SUPPORTED,
    grade=Grade.INDETERMINATE,
    label="Cannot be judged; data missing or not comparable",
    because="NO_PAIR_NO_DESCRIPTION",
    items=(PHASE_FLAG, ELSEWHERE_UNKNOWN),
    reasons=("There is no comparable pair of attenuation values.",),
    missing=("extrahepatic status", "clinical status"),
)
LOCAL_THERAPY = replace(
    SUPPORTED,
    grade=Grade.LOCAL_THERAPY,
    label="Recent liver-directed therapy",
    because="LOCAL_THERAPY",
    items=(TREATED,),
    reasons=("Change is hard to interpret after recent liver-directed therapy.",),
    local_therapy_days=40,
)
IMMUNE = replace(
    SUPPORTED,
    grade=Grade.IMMUNE,
    label="Checkpoint inhibitor: iRECIST applies",
    because="ICI_ONLY",
    agent="nivolumab",
    tier=None,
    items=(ON_ICI,),
    reasons=("iRECIST asks for repeat imaging before progression is confirmed.",),
)
NOT_APPLICABLE = replace(
    SUPPORTED, grade=Grade.NOT_APPLICABLE, label="Nothing to say", because="STALE", items=()
)
BY_GRADE = {
    a.grade: a
    for a in (
        SUPPORTED,
        POSSIBLE,
        TRUE_PROGRESSION,
        INDETERMINATE,
        LOCAL_THERAPY,
        IMMUNE,
        NOT_APPLICABLE,
    )
}
WITH_CARD = [a for a in (*BY_GRADE.values(), URGENT) if a.grade is not Grade.NOT_APPLICABLE]


def card_maker(public_url: str | None = None, smart_launch_url: str | None = None) -> CardMaker:
    """A maker of cards whose UUIDs are counted up: valid, of version 4, and foreseeable."""
    numbers = count(1)
    return CardMaker(
        load_wording(),
        load_options(),
        Addresses(public_url, smart_launch_url),
        lambda many: [str(UUID(int=next(numbers), version=4)) for _ in range(many)],
    )
