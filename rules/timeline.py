"""What is known of one patient: therapies, studies, lesions, findings, markers, each with its source.

Translated, not interpreted: nothing here knows FHIR, and nothing here decides. Lengths are
millimetres, attenuations Hounsfield units; a value that could not be read is in ``unread``,
a kind of data that was not to be had is in ``unavailable``. Neither ever looks like "none".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from rules.dates import PartialDate


class Organ(str, Enum):
    """Where a lesion sits, as far as this product asks."""

    LIVER = "liver"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class Phase(str, Enum):
    """Contrast phase of a measurement."""

    UNENHANCED = "unenhanced"
    ARTERIAL = "arterial"
    PORTAL_VENOUS = "portal venous"
    DELAYED = "delayed"


class Quantity(str, Enum):
    """What was measured on a lesion."""

    LONG_AXIS = "long axis"  # mm
    SHORT_AXIS = "short axis"  # mm
    ATTENUATION = "attenuation"  # HU, mean of the region


class UptakeKind(str, Enum):
    """How FDG uptake was measured."""

    SUL_PEAK = "SULpeak"  # by lean body mass, the hottest cubic centimetre: PERCIST
    SUV_MAX = "SUVmax"  # by body weight, the hottest voxel


class Course(str, Enum):
    """What kind of record speaks of a therapy."""

    STATEMENT = "statement"
    ORDER = "order"
    DOSE = "dose"


class FindingKind(str, Enum):
    """A statement by a person, coded; the value of each is the code in our local code system."""

    CHANGE_FROM_PRIOR = "change-from-prior"  # new, increased, decreased, unchanged
    LESION_CHARACTER = "lesion-character"  # cyst-like, solid-enhancing
    QUALITATIVE = "qualitative"  # present: hypoenhancing, hypoattenuating, cystic or necrotic
    CONSPICUITY = "conspicuity"  # increased, unchanged, decreased
    NODULE = "intralesional-nodule"  # present, absent
    CENTRAL_FILL_IN = "central-fill-in"  # present, absent
    RE_ENHANCEMENT = "re-enhancement"  # present, absent
    HAEMORRHAGE = "haemorrhage"  # present, absent
    STEATOSIS = "steatosis"  # present, absent
    BASELINE_CORRELATE = "baseline-correlate"  # present, absent
    PROGRESSION_AFTER_REVIEW = "progression-after-review"  # present, absent
    EXTRAHEPATIC = "extrahepatic-status"  # new, progressing, stable, responding, none-known
    CLINICAL = "clinical-status"  # crisis, worse, stable, improved
    PET = "pet-response"  # CMR, PMR, SMD, PMD
    BIOPSY = "biopsy-result"  # viable-tumour, necrosis
    CHUN = "chun-response"  # optimal, incomplete, none


@dataclass(frozen=True)
class Source:
    """The resource that a fact came from, and what a reader of it should know."""

    reference: str  # "Observation/hu-1"
    note: str = ""  # "preliminary", "matched by text", "phase inferred from the series description"


@dataclass(frozen=True)
class Therapy:
    """One record of one ingredient: a statement, an order or a dose given.

    ``ongoing`` means active without an end. ``start`` or ``end`` is None where the record does
    not say; a finished record without an end leaves the last dose undated.
    """

    ingredient: str
    course: Course
    start: PartialDate | None
    end: PartialDate | None
    ongoing: bool
    source: Source
    dose_mg: Decimal | None = None
    daily_mg: Decimal | None = None  # None where dose or timing is not stated
    paused: bool = False  # on hold: not taken at present, not known to be over


@dataclass(frozen=True)
class Study:
    """One imaging study, or one day of measurements that name no study (``recorded`` is False)."""

    id: str
    day: PartialDate
    modality: str | None  # DICOM modality: CT, MR, PT, US
    covers_liver: bool | None  # None: not stated
    recorded: bool = True
    description: str = ""
    slice_mm: Decimal | None = None
    phases: frozenset[Phase] = frozenset()  # as its series descriptions tell


@dataclass(frozen=True)
class Lesion:
    """One tumour followed over time, or a region of normal liver kept as reference."""

    id: str
    label: str
    site: str  # as recorded: "segment VI"
    organ: Organ
    target: bool | None = None  # None: not stated
    reference_region: bool = False
    node: bool = False  # a lymph node, as its site says


@dataclass(frozen=True)
class Measurement:
    """One value of one lesion at one study, in mm or HU."""

    lesion: str
    study: str
    quantity: Quantity
    value: Decimal
    phase: Phase | None
    source: Source
    as_reported: str = ""  # "5.3 cm"
    phase_inferred: bool = False


@dataclass(frozen=True)
class Finding:
    """A coded statement, of a lesion, a study or the patient."""

    kind: FindingKind
    value: str
    day: PartialDate | None
    source: Source
    study: str | None = None
    lesion: str | None = None


@dataclass(frozen=True)
class MarkerValue:
    """One tumour marker result in its series' unit (ng/mL, U/mL or nmol/L)."""

    marker: str  # "CEA"
    series: str  # LOINC property: "mass", "arbitrary", "molar"
    value: Decimal
    unit: str
    day: PartialDate
    source: Source
    upper_limit: Decimal | None = None  # of the laboratory's reference range, same unit


@dataclass(frozen=True)
class PerformanceStatus:
    """ECOG performance status, 0 to 5."""

    ecog: int
    day: PartialDate
    source: Source


@dataclass(frozen=True)
class LocalTherapy:
    """A liver-directed procedure: TACE, radioembolisation, SBRT, ablation."""

    name: str
    day: PartialDate | None
    source: Source


@dataclass(frozen=True)
class Diagnosis:
    """A tumour on the problem list: a primary, or ``liver metastasis``."""

    tumour: str  # a term of rules/terms/conditions.yaml: GIST, other, "liver metastasis"
    source: Source
    primary: str | None = None  # of a metastasis: the reference of its primary, where recorded


@dataclass(frozen=True)
class Unread:
    """A resource that bears on the question and could not be read, with the reason."""

    reference: str
    reason: str


@dataclass(frozen=True)
class Uptake:
    """FDG uptake of one lesion at one PET, whichever lesion it is: criteria take the hottest."""

    kind: UptakeKind
    value: Decimal  # g/mL
    day: PartialDate
    source: Source


@dataclass(frozen=True)
class Timeline:
    """All facts of one patient."""

    patient: str
    therapies: tuple[Therapy, ...] = ()
    studies: tuple[Study, ...] = ()
    lesions: tuple[Lesion, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    markers: tuple[MarkerValue, ...] = ()
    performance: tuple[PerformanceStatus, ...] = ()
    uptakes: tuple[Uptake, ...] = ()
    local_therapies: tuple[LocalTherapy, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    unread: tuple[Unread, ...] = ()
    unavailable: tuple[str, ...] = ()  # kinds of data not to be had: "conditions", "procedures"
    remarks: tuple[str, ...] = field(default=())  # how something was read, for the card
