"""The options of a card as draft orders: at most five, what would settle the question first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from rules.assessment import Assessment, StudyUsed
from service.cds.data_pages import load, mapping, record
from service.cds.markdown import plain
from service.cds.response import (
    Action,
    Annotation,
    CodeableConcept,
    Period,
    Reference,
    ServiceRequest,
    Suggestion,
)
from service.cds.wording import Wording
from service.fhir.records import Coding

_MARKER = "marker"


@dataclass(frozen=True)
class Option:
    """One option as its page describes it, under the name that it has there."""

    name: str
    label: str
    category: str
    code: Mapping[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    finds_out: tuple[str, ...] = ()  # data of the settling page of the rule book
    weeks: tuple[int, ...] = ()  # from, to
    not_primaries: tuple[str, ...] = ()
    not_modalities: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    marker_states: tuple[str, ...] = ()
    caveats: tuple[Mapping[str, str | list[str]], ...] = ()

    @cached_property
    def concept(self) -> CodeableConcept:
        """What is ordered."""
        return _concept(self.code)


@dataclass(frozen=True)
class Options:
    """The page of options."""

    at_most: int
    categories: Mapping[str, Mapping[str, str]]
    options: Mapping[str, Option]
    offered: Mapping[str, list[str]]
    always_first: tuple[str, ...]
    always_last: tuple[str, ...]
    protocol: Mapping[str, str]
    markers: Mapping[str, Mapping[str, str]]

    @cached_property
    def category_concepts(self) -> Mapping[str, CodeableConcept]:
        """What kinds of order there are, by the names that options call them by."""
        return {name: _concept(words) for name, words in self.categories.items()}

    def for_assessment(self, assessment: Assessment) -> tuple[Option, ...]:
        """The options of a grade that apply, those that settle what is open before the others."""
        names = self.offered.get(assessment.grade.value, [])
        apt = [name for name in names if self._applies(name, assessment)]
        open_now = {item.code for item in assessment.items} | {assessment.because}
        telling = [settles.datum for settles in assessment.settles]
        ordered = sorted(apt, key=lambda name: self._rank(name, open_now, telling))
        chosen = sorted(ordered[: self.at_most], key=lambda name: name in self.always_last)
        return tuple(self._named(name, assessment) for name in chosen)

    def for_protocol(self, modality: str | None, unenhanced: bool) -> Option:
        """The option that keeps imaging comparable with a study of this modality."""
        way = "with_unenhanced" if unenhanced and modality == "CT" else "otherwise"
        return self.options[self.protocol[way]]

    def _rank(self, name: str, open_now: set[str], telling: list[str]) -> tuple[bool, int, bool]:
        """What comes first: of use for anything, then what would change the grade soonest."""
        # Sorting is stable: among equals the order of the page stands.
        option = self.options[name]
        places = [place for place, datum in enumerate(telling) if datum in option.finds_out]
        settles = not open_now.isdisjoint(option.settles)
        return name not in self.always_first, min(places, default=len(telling)), not settles

    def _applies(self, name: str, assessment: Assessment) -> bool:
        option = self.options[name]
        index = assessment.index_study
        superfluous = {item.code for item in assessment.items} & {*option.not_with}
        if superfluous or assessment.primary in option.not_primaries:
            return False
        if index is not None and index.modality in option.not_modalities:
            return False
        return name != _MARKER or self._marker_speaks(option, assessment)

    def _marker_speaks(self, option: Option, assessment: Assessment) -> bool:
        known = (assessment.marker or "") in self.markers
        return known and assessment.marker_state in option.marker_states

    def _named(self, name: str, assessment: Assessment) -> Option:
        """The option with the marker filled in, where it is about one."""
        option = self.options[name]
        if name != _MARKER or assessment.marker is None:
            return option
        label = option.label.format(marker=assessment.marker)
        return replace(option, code=self.markers[assessment.marker], label=label)


@dataclass(frozen=True)
class Whose:
    """Whom and which encounter a proposed order is for."""

    patient_id: str
    encounter_id: str | None


def load_options() -> Options:
    """Read the page.

    Raises:
        DataPageError: the page is not as it must be.
    """
    page, place = load("suggestions.yaml"), "service/cds/suggestions.yaml"
    options = mapping(page.get("options"), place)
    read = {name: _option(name, raw, place) for name, raw in options.items()}
    return record(Options, {**page, "options": read}, place)


def _option(name: str, raw: object, place: str) -> Option:
    described = mapping(raw, f"{place} {name}")
    return record(Option, {**described, "name": name}, f"{place} {name}")


@dataclass(frozen=True)
class _Common:
    """What the draft orders of one card have in common."""

    subject: Reference
    encounter: Reference | None
    reason: CodeableConcept
    studies: tuple[Reference, ...]


@dataclass(frozen=True)
class Proposer:
    """Turns options into suggestions with one draft order each."""

    options: Options
    wording: Wording

    def propose(
        self, options: Iterable[Option], assessment: Assessment, whose: Whose, phases: str = ""
    ) -> tuple[Suggestion, ...]:
        """Options for one patient, still without UUIDs. ``phases`` asks for contrast phases."""
        encounter = whose.encounter_id
        common = _Common(
            subject=Reference(f"Patient/{whose.patient_id}"),
            encounter=Reference(f"Encounter/{encounter}") if encounter else None,
            reason=CodeableConcept(text=self._reason(assessment)),
            studies=_studies(assessment),
        )
        return tuple([self._suggest(option, assessment, common, phases) for option in options])

    def _suggest(
        self, option: Option, assessment: Assessment, common: _Common, phases: str
    ) -> Suggestion:
        caveats = _caveats(option, assessment)
        request = ServiceRequest(
            subject=common.subject,
            code=option.concept,
            category=(self.options.category_concepts[option.category],),
            encounter=common.encounter,
            occurrence_period=_period(option, assessment),
            reason_code=(common.reason,),
            order_detail=tuple([CodeableConcept(text=d) for d in (*option.details, phases) if d]),
            supporting_info=common.studies,
            note=tuple(map(Annotation, caveats)),
        )
        description = ". ".join((option.label, *(caveat.rstrip(".") for caveat in caveats)))
        action = Action(description=f"{description}.", resource=request)
        return Suggestion(option.label, "", (action,), option.name)

    def _reason(self, assessment: Assessment) -> str:
        drug = plain(self.wording.drug(assessment.agent))
        return f"Liver metastases on {drug}: {assessment.label[0].lower()}{assessment.label[1:]}"


def _concept(words: Mapping[str, str]) -> CodeableConcept:
    if "code" not in words:
        return CodeableConcept(text=words["text"])
    coding = Coding(words["system"], words["code"], words["display"])
    return CodeableConcept((coding,), words["text"])


def _caveats(option: Option, assessment: Assessment) -> tuple[str, ...]:
    apply = (c for c in option.caveats if assessment.agent in c.get("agents", [assessment.agent]))
    return tuple(str(caveat["text"]).format(drug=assessment.agent) for caveat in apply)


def _period(option: Option, assessment: Assessment) -> Period | None:
    if not option.weeks:
        return None
    first, last = (assessment.as_of + timedelta(weeks=weeks) for weeks in option.weeks)
    return Period(first.isoformat(), last.isoformat())


def _studies(assessment: Assessment) -> tuple[Reference, ...]:
    studies = (assessment.baseline_study, assessment.index_study)
    return tuple(Reference(s.id) for s in studies if s is not None and _is_resource(s))


def _is_resource(study: StudyUsed) -> bool:
    return study.recorded and study.id.startswith("ImagingStudy/")
