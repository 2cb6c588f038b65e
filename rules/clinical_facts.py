"""The facts that an assessment reads: one flat, typed picture of the question.

These are the words of the rule book. They come from a timeline (rules/features) or, for a worked
case, straight from a page (rules/cases.py). Unknown is a value of its own: it is never "no".
Lengths are mm, attenuations HU, times days; None is "not measured" or "undated".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum


class Known(str, Enum):
    """A yes/no fact that may be unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Flag(str, Enum):
    """What limits the comparison of two studies."""

    PHASE = "PHASE"
    MODALITY = "MODALITY"
    SLICE = "SLICE"
    SMALL = "SMALL"
    STEATOSIS = "STEATOSIS"
    HAEMORRHAGE = "HAEMORRHAGE"
    BASELINE_OLD = "BASELINE_OLD"
    DOSE_GAP = "DOSE_GAP"
    MISSING_TARGET = "MISSING_TARGET"


class MarkerState(str, Enum):
    """What the tumour marker of this primary says."""

    MARKED_FALL = "MARKED_FALL"
    FALL = "FALL"
    FLAT = "FLAT"
    RISE_IN_SURGE_WINDOW = "RISE_IN_SURGE_WINDOW"
    RISE_UNCONFIRMED = "RISE_UNCONFIRMED"
    RISE_CONFIRMED = "RISE_CONFIRMED"
    NON_SECRETOR = "NON_SECRETOR"
    NO_BASELINE = "NO_BASELINE"
    STALE = "STALE"
    ASSAY_MIXED = "ASSAY_MIXED"
    NONE = "NONE"  # no marker speaks for this primary


@dataclass(frozen=True)
class AgentUse:
    """One ingredient on the day of the index study.

    ``line_days``: days from line start; ``last_dose_days``: days since the last dose, 0 while
    ongoing. Either is None where undated.
    """

    ingredient: str
    group: str  # KIT, VEGFR, VEGF, OTHER, ICI
    line_days: int | None
    last_dose_days: int | None


@dataclass(frozen=True)
class Course:
    """One quantity at baseline, at its lowest before the index study, and at the index study."""

    baseline: Decimal | None = None
    lowest: Decimal | None = None
    index: Decimal | None = None


@dataclass(frozen=True)
class NewLesion:
    """A liver lesion that was not there at baseline."""

    character: str = "unknown"  # cyst-like, solid-enhancing, unknown
    baseline_correlate: bool = False  # found on a second look at the baseline study


@dataclass(frozen=True)
class ClinicalFacts:
    """Everything the rules may look at, as of the day of the call."""

    liver_metastases: Known = Known.NO
    primary: str = "unknown"
    agents: tuple[AgentUse, ...] = ()
    sld: Course = Course()
    hu: Course = Course()
    new_lesion: NewLesion | None = None
    conspicuity: bool = False
    nodule: bool = False
    qualitative: bool = False
    extrahepatic: str = "unknown"  # new, progressing, stable, responding, none-known, unknown
    pet: str = "none"  # CMR, PMR, SMD, PMD, none
    pet_days: int | None = None  # from line start
    marker: MarkerState = MarkerState.NONE
    biopsy: str = "none"  # viable-tumour, necrosis, none
    clinical: str = "unknown"  # crisis, worse, stable, improved, unknown
    second_growth: bool = False
    recorded_progression: bool = False
    local_therapy_days: int | None = None  # since the last one
    local_therapy_undated: bool = False
    chun: str = "unknown"  # optimal, incomplete, none, unknown
    index_age: int = 0  # days from the index study to the call
    flags: frozenset[Flag] = field(default=frozenset())
    date_ambiguous: bool = False  # a date known only to its month or year would change an item
    data_incomplete: bool = False  # data not to be had, unreadable or contradicting itself


@dataclass(frozen=True)
class Silence:
    """Where the facts say "no" because nobody looked, and how coarse their dates are.

    The rules never see it: what they read is what is recorded. It tells what is false from what
    is not known where a judgement is explained.
    """

    nodule: bool = False  # no reader says whether there is a nodule within a lesion
    second_read: bool = False  # nobody says what a board or second reader found
    baseline_correlate: bool = False  # a new lesion was not looked for on the baseline study
    comparison: bool = False  # there are no two studies to compare
    index_study: bool = False  # there is no study to judge
    coarse: frozenset[str] = field(default=frozenset())  # index_age, pet, local_therapy, marker
    index_age_span: int = 0  # days by which the index study may be older than it is read
