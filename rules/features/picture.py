"""The whole picture of one patient on one day: clinical facts, and where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rules.assessment import LesionChange
from rules.clinical_facts import AgentUse, ClinicalFacts, NewLesion
from rules.criteria.pages import CriterionPage
from rules.dates import PartialDate, days_between
from rules.exposure import Exposure, exposure_of
from rules.features import evidence
from rules.features.attenuation import attenuations
from rules.features.changes import lesion_changes
from rules.features.diagnosis import Disease, disease
from rules.features.flags import quality_flags
from rules.features.growth import second_growth
from rules.features.lines import Line, agent_use, lines_at, too_coarse
from rules.features.lookup import Lookup
from rules.features.markers import MarkerReading, read_markers
from rules.features.sizes import Targets, liver_targets, new_liver_lesions, sums
from rules.features.studies import Compared, compared, index_study
from rules.numbers import Numbers
from rules.timeline import FindingKind, Lesion, Timeline
from rules.vocabulary import Vocabulary


@dataclass(frozen=True, repr=False)
class Knowledge:
    """What the features need beside the timeline: numbers, criteria, names of agents."""

    numbers: Numbers
    criteria: Mapping[str, CriterionPage]
    vocabulary: Vocabulary

    def group_of(self, ingredient: str) -> str:
        """KIT, VEGFR, VEGF, OTHER or ICI."""
        return self.vocabulary.term("agents", ingredient).attributes["group"]


@dataclass(frozen=True)
class Therapies:
    """The lines at the index study, how each counts, and what leads."""

    lines: Mapping[str, Line]
    agents: tuple[AgentUse, ...]
    exposure: Exposure
    coarse: tuple[str, ...]  # ingredients whose dates are there but too coarse

    @property
    def leading(self) -> Line | None:
        """The line of the leading agent, or of the checkpoint inhibitor where it is alone."""
        named = self.exposure.named
        return self.lines[named.ingredient] if named else None


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
    findings: Mapping[str, tuple[str, ...]]  # of the liver at the index: what is said, by whom


def picture_of(timeline: Timeline, as_of: date, knowledge: Knowledge) -> Picture:
    """Read a timeline as of a day."""
    look, numbers = Lookup(timeline), knowledge.numbers
    index = index_study(look, as_of)
    day = index.day if index else PartialDate.on(as_of)
    tumour = disease(look)
    therapies = _therapies(timeline, day, tumour.primary, knowledge)
    start = therapies.leading.start if therapies.leading else None
    studies = compared(look, index, start, as_of, numbers)
    targets = liver_targets(look, studies, numbers)
    setting = evidence.Setting(look, studies, day, start, as_of, numbers)
    beside = _beside(setting, tumour.primary, knowledge)
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


def _therapies(
    timeline: Timeline, day: PartialDate, primary: str, knowledge: Knowledge
) -> Therapies:
    numbers = knowledge.numbers
    lines = {line.ingredient: line for line in lines_at(timeline.therapies, day, numbers)}
    uses = {
        name: use
        for name, line in lines.items()
        if (use := agent_use(line, knowledge.group_of(name), day, numbers)) is not None
    }
    return Therapies(
        lines,
        tuple(uses.values()),
        exposure_of(uses.values(), primary, numbers),
        tuple(name for name, use in uses.items() if too_coarse(lines[name], use)),
    )


def _beside(setting: evidence.Setting, primary: str, knowledge: Knowledge) -> Beside:
    local, undated = evidence.local_therapy(setting)
    timeline = setting.look.timeline
    return Beside(
        elsewhere=evidence.extrahepatic(setting, knowledge.criteria["recist_1_1"]),
        pet=evidence.pet(setting),
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
        said[name] = tuple(source for s in statements for source in s.sources)
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
        new_lesion=_new_lesion(parts.new_lesions, look),
        conspicuity=bool(parts.said["conspicuity"]),
        nodule=bool(parts.said["nodule"]),
        qualitative=bool(parts.said["qualitative"]) or _old_lesion_cystic(parts, look),
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


def _new_lesion(lesions: tuple[Lesion, ...], look: Lookup) -> NewLesion | None:
    """All new lesions as one: solid if any is, cyst-like and correlated only if all are."""
    if not lesions:
        return None
    characters = [_character(lesion, look) for lesion in lesions]
    if "solid-enhancing" in characters:
        character = "solid-enhancing"
    else:
        character = "cyst-like" if set(characters) == {"cyst-like"} else "unknown"
    return NewLesion(character, all(_correlated(lesion, look) for lesion in lesions))


def _character(lesion: Lesion, look: Lookup) -> str:
    said = [f.value for f in look.findings(FindingKind.LESION_CHARACTER) if f.lesion == lesion.id]
    return "solid-enhancing" if "solid-enhancing" in said else (said[-1] if said else "unknown")


def _correlated(lesion: Lesion, look: Lookup) -> bool:
    said = [
        f.value
        for f in look.findings(FindingKind.BASELINE_CORRELATE)
        if f.lesion in (lesion.id, None)
    ]
    return bool(said) and all(value == "present" for value in said)


def _old_lesion_cystic(parts: _Parts, look: Lookup) -> bool:
    """A known lesion described as cyst-like at the index study is a description of effect."""
    new = {lesion.id for lesion in parts.new_lesions}
    index = parts.studies.index
    return index is not None and any(
        f.value == "cyst-like" and f.lesion not in new and f.study == index.id
        for f in look.findings(FindingKind.LESION_CHARACTER)
    )
