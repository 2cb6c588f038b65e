"""What an assessment says: a grade, what speaks for and against it, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cached_property

from rules.clinical_facts import ClinicalFacts, Silence
from rules.dialect import Fact
from rules.timeline import Phase


class Outcome(str, Enum):
    """Three outcomes, never two."""

    ADVISE = "advise"
    CANNOT_SAY = "cannot say"
    SILENCE = "silence"


class Grade(str, Enum):
    """The one conclusion of an assessment."""

    SUPPORTED = "TREATMENT_EFFECT_SUPPORTED"
    POSSIBLE = "POSSIBLE_TREATMENT_EFFECT"
    TRUE_PROGRESSION = "TRUE_PROGRESSION_FAVOURED"
    LOCAL_THERAPY = "LOCAL_THERAPY_CONFOUNDED"
    IMMUNE = "IMMUNE_PATTERN"
    INDETERMINATE = "INDETERMINATE_DATA"
    NOT_APPLICABLE = "NOT_APPLICABLE"


OUTCOMES = {
    Grade.SUPPORTED: Outcome.ADVISE,
    Grade.POSSIBLE: Outcome.ADVISE,
    Grade.TRUE_PROGRESSION: Outcome.ADVISE,
    Grade.LOCAL_THERAPY: Outcome.ADVISE,
    Grade.IMMUNE: Outcome.ADVISE,
    Grade.INDETERMINATE: Outcome.CANNOT_SAY,
    Grade.NOT_APPLICABLE: Outcome.SILENCE,
}


class ItemKind(str, Enum):
    """What an item does to the grade."""

    EXCLUSION = "exclusion"  # the question does not arise
    MAJOR = "major"  # one is enough for true progression
    MINOR = "minor"  # two are enough, one holds the grade at possible
    CONFOUNDER = "confounder"  # liver-directed therapy, checkpoint inhibitor alone
    OBSTACLE = "obstacle"  # a date or a condition without which nothing can be judged
    PATTERN = "pattern"  # the look of treatment effect
    CAP = "cap"  # holds the grade at possible
    CONCORDANT = "concordant"  # evidence for treatment effect independent of CT density
    FLAG = "flag"  # quality of the images
    BASIS = "basis"  # what later steps rest on; not shown


@dataclass(frozen=True)
class Item:
    """Something a rule found: its code (M1, P1, LATE, PHASE), its sentence and its sources.

    ``strong`` is meant for concordant items only; ``evidence`` are resource references.
    """

    code: str
    kind: ItemKind
    sentence: str
    evidence: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True)
class StudyUsed:
    """A study that the assessment compared."""

    id: str  # "ImagingStudy/ct-2", or "day:2026-05-10" where the measurements name no study
    day: str  # as precise as it was recorded
    modality: str | None
    recorded: bool


@dataclass(frozen=True)
class LesionChange:
    """One lesion then and now: mm and HU, None where not measured. ``new`` since baseline."""

    id: str
    label: str
    site: str
    new: bool
    target: bool
    mm_baseline: Decimal | None = None
    mm_index: Decimal | None = None
    hu_baseline: Decimal | None = None
    hu_index: Decimal | None = None
    phase_baseline: Phase | None = None
    phase_index: Phase | None = None


@dataclass(frozen=True)
class Measurements:
    """The numbers of the assessment. Sums in mm over target lesions, attenuation mean HU.

    ``None`` is not measured or not comparable, never zero. Percentages are unrounded.
    """

    sld_baseline: Decimal | None = None
    sld_nadir: Decimal | None = None
    sld_index: Decimal | None = None
    hu_baseline: Decimal | None = None
    hu_nadir: Decimal | None = None  # lowest before the index study, baseline included
    hu_index: Decimal | None = None
    growth_pct: float | None = None  # of the sum, index against nadir; may be infinite
    hu_change_pct: float | None = None  # index against baseline
    recist_1_1: str | None = None  # CR, PR, SD, PD; by these numbers alone
    choi_2007: str | None = None  # PR, SD, PD
    lesions: tuple[LesionChange, ...] = ()


@dataclass(frozen=True)
class Firing:
    """One line of the trace: a rule and the facts it fired on."""

    rule: str
    on: tuple[Fact, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts as readable text; no card needs it."""
        return tuple(map(_in_words, self.on))


def _in_words(fact: Fact) -> str:
    fields = ", ".join(f"{name} {value}" for name, value in fact.values.items())
    return f"{fact.kind}: {fields}"


@dataclass(frozen=True)
class RulebookId:
    """Which rule book decided."""

    version: str
    hash: str


@dataclass(frozen=True)
class CriterionResult:
    """What one published criterion says of the same numbers; it decides nothing."""

    id: str  # of its page: "recist_1_1"
    title: str
    category: str  # under its published name; "NE" not evaluable, "out of scope"
    arithmetic: str  # "from nadir 60 − 53 = 7 mm, +13.2 %"
    made_for: str  # whom it was made for


@dataclass(frozen=True)
class Possible:
    """One value that something not known may turn out to have, and the grade it would lead to."""

    value: str  # "stable"
    words: str  # "disease elsewhere stable or responding"
    grade: Grade


@dataclass(frozen=True)
class Settles:
    """One thing not known that alone would change the grade, with all that it may turn out to be.

    Each grade is that of the same patient with this value and everything else as it is now.
    """

    datum: str  # "extrahepatic"
    name: str  # "extrahepatic status"
    options: tuple[Possible, ...]

    @property
    def grades(self) -> tuple[tuple[Grade, tuple[str, ...]], ...]:
        """The grades that it may lead to, each once, with the words of the values that do."""
        found: dict[Grade, tuple[str, ...]] = {}
        for option in self.options:
            found[option.grade] = (*found.get(option.grade, ()), option.words)
        return tuple(found.items())


@dataclass(frozen=True)
class Assessment:
    """The conclusion for one patient at one time, with everything needed to check it."""

    grade: Grade
    label: str  # the grade in plain words
    as_of: date
    rulebook: RulebookId
    because: str  # the code of the grade rule that fired: TOO_EARLY, PATTERN_NEGATIVE, ...
    patient: str = ""  # the id, as the timeline has it
    primary: str = "unknown"
    agent: str | None = None  # the leading agent, or the checkpoint inhibitor where it is alone
    tier: str | None = None  # A, B, C
    urgent: bool = False
    items: tuple[Item, ...] = ()  # in card order
    reasons: tuple[str, ...] = ()  # one sentence each, in card order; the grade's own first
    missing: tuple[str, ...] = ()  # what would be needed, in words: "extrahepatic status"
    not_recorded: tuple[str, ...] = ()  # contrary evidence that nobody looked for, or recorded
    measurements: Measurements = Measurements()
    baseline_study: StudyUsed | None = None
    index_study: StudyUsed | None = None
    index_age_days: int | None = None
    local_therapy_days: int | None = None
    marker: str | None = None  # the marker that speaks for this primary: "CEA"
    marker_state: str | None = None
    evidence: tuple[str, ...] = ()  # references of all resources that were reasoned from
    remarks: tuple[str, ...] = ()  # how something was read: matched by text, preliminary
    trace: tuple[Firing, ...] = ()
    settles: tuple[Settles, ...] = ()  # the most telling first; where the grade leaves it open
    facts: ClinicalFacts = field(default=ClinicalFacts())  # what the rules read
    silence: Silence = field(default=Silence())  # and which of it nobody has looked at
    compare_criteria: Callable[[], tuple[CriterionResult, ...]] = field(
        default=tuple, compare=False, repr=False
    )

    def __hash__(self) -> int:
        # Enough to tell patients apart. What is told of an assessment is looked up by it at every
        # call, and the hash of everything in it would cost more than the look-up saves.
        return hash((self.patient, self.as_of, self.grade, self.evidence))

    @cached_property
    def criteria(self) -> tuple[CriterionResult, ...]:
        """The published criteria side by side; worked out when first asked for, no card needs it."""
        return self.compare_criteria()

    @property
    def outcome(self) -> Outcome:
        """Advise, cannot say, or silence."""
        return OUTCOMES[self.grade]

    def of_kind(self, kind: ItemKind) -> tuple[Item, ...]:
        """The items of one kind, in card order."""
        return tuple(item for item in self.items if item.kind is kind)

    def codes(self, kind: ItemKind) -> tuple[str, ...]:
        """The codes of the items of one kind, in card order."""
        return tuple(item.code for item in self.of_kind(kind))
