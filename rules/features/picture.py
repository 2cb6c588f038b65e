"""The whole picture of one patient on one day: clinical facts, and where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rules.assessment import LesionChange
from rules.clinical_facts import ClinicalFacts
from rules.dates import PartialDate, days_between
from rules.features import evidence
from rules.features.appearance import known_lesion_cystic, new_lesion
from rules.features.attenuation import attenuations
from rules.features.changes import lesion_changes
from rules.features.diagnosis import Disease, disease
from rules.features.elsewhere import extrahepatic
from rules.features.flags import quality_flags
from rules.features.growth import second_growth
from rules.features.knowledge import Knowledge
from rules.features.lookup import Lookup
from rules.features.markers import MarkerReading, read_markers
from rules.features.sizes import Targets, liver_targets, new_liver_lesions, sums
from rules.features.studies import Compared, compared, index_study, speaks_of
from rules.features.therapies import Therapies, therapies_at
from rules.features.uptake import UptakePair, uptake_pair
from rules.timeline import FindingKind, Lesion, Timeline, UptakeKind


@dataclass(frozen=True)
class Beside:
    """The evidence beside the liver images."""

    elsewhere: evidence.Statement
    pet: evidence.Statement
    biopsy: evidence.Statement
    clinical: evidence.Statement
    marker: MarkerReading
    local: evidence.Statement | None
    local_undated: evidence.Statement | None
    chun: evidence.Statement
    after_review: evidence.Statement


@dataclass(frozen=True)
class Picture:
    """Clinical facts with the parts they were made of, for words, evidence and gaps."""

    facts: ClinicalFacts
    look: Lookup
    disease: Disease
    therapies: Therapies
    studies: Compared
    targets: Targets
    new_lesions: tuple[Lesion, ...]
    beside: Beside
    changes: tuple[LesionChange, ...]
    uptake: tuple[UptakePair, ...]  # of each kind that was measured twice
    findings: Mapping[str, tuple[str, ...]]  # of the liver at the index: what is said, by whom

    @cached_property
    def spoken_of(self) -> frozenset[FindingKind]:
        """The kinds of findings that speak of the index study, whatever they say."""
        index, look = self.studies.index, self.look
        if index is None:
            return frozenset()
        return frozenset([f.kind for f in look.timeline.findings if speaks_of(f, index, look)])


def picture_of(timeline: Timeline, as_of: date, knowledge: Knowledge) -> Picture:
    """Read a timeline as of a day."""
    look, numbers = Lookup(timeline), knowledge.numbers
    index = index_study(look, as_of)
    day = index.day if index else PartialDate.on(as_of)
    tumour = disease(look)
    therapies = therapies_at(timeline, day, tumour.primary, knowledge)
    start = therapies.leading.start if therapies.leading else None
    studies = compared(look, index, start, as_of, numbers)
    targets = liver_targets(look, studies, numbers)
    setting = evidence.Setting(look, studies, day, start, as_of, numbers)
    uptake = _uptake(timeline, start, as_of)
    beside = _beside(setting, tumour.primary, knowledge, uptake)
    new = new_liver_lesions(look, studies)
    said = _liver_findings(setting)
    parts = _Parts(tumour, therapies, studies, targets, new, beside, said)
    return Picture(
        _facts(parts, look, day, as_of, knowledge),
        look,
        tumour,
        therapies,
        studies,
        targets,
        new,
        beside,
        lesion_changes(look, studies, targets, new),
        uptake,
        said,
    )


@dataclass(frozen=True)
class _Parts:
    disease: Disease
    therapies: Therapies
    studies: Compared
    targets: Targets
    new_lesions: tuple[Lesion, ...]
    beside: Beside
    said: Mapping[str, tuple[str, ...]]


def _uptake(
    timeline: Timeline, line_start: PartialDate | None, as_of: date
) -> tuple[UptakePair, ...]:
    if not timeline.uptakes:
        return ()
    pairs = [uptake_pair(timeline.uptakes, kind, line_start, as_of) for kind in UptakeKind]
    return tuple([pair for pair in pairs if pair])


def _beside(
    setting: evidence.Setting,
    primary: str,
    knowledge: Knowledge,
    uptake: tuple[UptakePair, ...],
) -> Beside:
    local, undated = evidence.local_therapy(setting)
    timeline = setting.look.timeline
    return Beside(
        elsewhere=extrahepatic(setting, knowledge.criteria["recist_1_1"]),
        pet=evidence.pet(setting, uptake, knowledge.criteria["percist_1_0"]),
        biopsy=evidence.biopsy(setting),
        clinical=evidence.clinical(setting),
        marker=read_markers(
            [m for m in timeline.markers if m.day.earliest <= setting.as_of],
            primary,
            setting.line_start,
            setting.index,
            knowledge.numbers,
        ),
        local=local,
        local_undated=undated,
        chun=evidence.at_index(
            setting, FindingKind.CHUN, ("none", "incomplete", "optimal"), evidence.UNKNOWN
        ),
        after_review=evidence.at_index(
            setting, FindingKind.PROGRESSION_AFTER_REVIEW, ("present", "absent"), evidence.NONE
        ),
    )


_SAID = {
    "conspicuity": ((FindingKind.CONSPICUITY, "increased"),),
    "nodule": (
        (FindingKind.NODULE, "present"),
        (FindingKind.CENTRAL_FILL_IN, "present"),
        (FindingKind.RE_ENHANCEMENT, "present"),
    ),
    "qualitative": ((FindingKind.QUALITATIVE, "present"),),
}


def _liver_findings(setting: evidence.Setting) -> Mapping[str, tuple[str, ...]]:
    """What a reader says of the liver at the index study, with the sources."""
    said = {}
    for name, kinds in _SAID.items():
        statements = [
            evidence.at_index(setting, kind, (value,), evidence.NONE) for kind, value in kinds
        ]
        said[name] = tuple([source for s in statements for source in s.sources])
    return said


def _facts(
    parts: _Parts, look: Lookup, day: PartialDate, as_of: date, knowledge: Knowledge
) -> ClinicalFacts:
    beside, numbers = parts.beside, knowledge.numbers
    age = days_between(day, PartialDate.on(as_of))
    limits = [numbers["index_study_max_age"], numbers["supported_expires"]]
    line = parts.therapies.leading
    return ClinicalFacts(
        liver_metastases=parts.disease.liver_metastases,
        primary=parts.disease.primary,
        agents=parts.therapies.agents,
        sld=sums(look, parts.targets, parts.studies),
        hu=attenuations(look, parts.targets, parts.studies),
        new_lesion=new_lesion(parts.new_lesions, look),
        conspicuity=bool(parts.said["conspicuity"]),
        nodule=bool(parts.said["nodule"]),
        qualitative=bool(parts.said["qualitative"])
        or known_lesion_cystic(look, parts.new_lesions, parts.studies.index),
        extrahepatic=beside.elsewhere.value,
        pet=beside.pet.value,
        pet_days=beside.pet.days,
        marker=beside.marker.state,
        biopsy=beside.biopsy.value,
        clinical=beside.clinical.value,
        second_growth=second_growth(
            look,
            parts.studies,
            parts.targets,
            parts.therapies.exposure.tier,
            knowledge.criteria,
            numbers,
        ),
        recorded_progression=beside.after_review.value == "present",
        local_therapy_days=beside.local.days if beside.local else None,
        local_therapy_undated=beside.local_undated is not None,
        chun=beside.chun.value,
        index_age=max(age.low, 0) if parts.studies.index else 0,
        flags=quality_flags(look, parts.studies, parts.targets, line, numbers),
        date_ambiguous=age.crosses(limits) or _ambiguous(beside),
        data_incomplete=_incomplete(look.timeline, parts.studies),
    )


def _ambiguous(beside: Beside) -> bool:
    local = beside.local is not None and beside.local.ambiguous
    return beside.pet.ambiguous or beside.marker.ambiguous or local


def _incomplete(timeline: Timeline, studies: Compared) -> bool:
    return bool(timeline.unread or timeline.unavailable or studies.unmeasured)
