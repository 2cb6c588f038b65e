"""The front page for development: invented people, their cards, their evidence, and "what if"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from flask import Blueprint, Response, abort, render_template, request
from markdown_it import MarkdownIt
from markupsafe import Markup

from rules.assessment import Assessment, Grade
from rules.timeline import Timeline
from service.assessor import Assessor
from service.cds.answer import Parts
from service.evidence.figures import Figure, moves
from service.evidence.page import EvidencePage, evidence_page
from service.fhir.listing import Recorded, listing, of_bundle
from service.first_look.moved import Moved, moved
from service.first_look.people import Person
from service.first_look.shown import shown
from service.first_look.what_if import changed, fields
from service.web.html import page, resource

_GRADES = tuple(Grade)  # the order of the front page


@dataclass(frozen=True)
class Look:
    """One person as recorded."""

    person: Person
    assessor: Assessor
    parts: Parts

    @cached_property
    def timeline(self) -> Timeline:
        """What the record tells."""
        return self.assessor.timeline_of(self.person.bundle)

    @cached_property
    def assessment(self) -> Assessment:
        """What is concluded of it."""
        return self.assess(self.timeline)

    @cached_property
    def moves(self) -> tuple[Figure, Figure]:
        """How the sum of the targets and their attenuation went."""
        return moves(self.assessment)

    @cached_property
    def listed(self) -> Mapping[str, Recorded]:
        """The resources of the record."""
        return listing(of_bundle(self.person.bundle))

    def assess(self, timeline: Timeline) -> Assessment:
        """Judge a timeline on the day of the story."""
        return self.assessor.rulebook.assess(timeline, self.person.told_on)

    def evidence(self, timeline: Timeline, assessment: Assessment) -> EvidencePage:
        """The page behind the card."""
        book, wording = self.assessor.rulebook, self.parts.cards.wording
        return evidence_page(timeline, assessment, book, wording, self.listed)


def first_look(people: Mapping[str, Person], assessor: Assessor, parts: Parts) -> Blueprint:
    """The pages. For development only: the caller sees to it that nobody else reaches them."""
    blueprint = Blueprint("first_look", __name__, template_folder="../templates")
    looks = {name: Look(person, assessor, parts) for name, person in people.items()}
    markdown = MarkdownIt("gfm-like", {"html": False, "linkify": False})
    blueprint.add_app_template_filter(resource, "resource")
    blueprint.add_app_template_filter(lambda text: Markup(markdown.render(text)), "markdown")  # noqa: S704 - rendered without HTML

    def look(name: str) -> Look:
        return looks.get(name) or abort(404)

    @blueprint.get("/")
    def front() -> Response:
        return page(render_template("front.html", grades=_by_grade(looks)))

    @blueprint.get("/people/<name>")
    def show(name: str) -> Response:
        return page(_person(look(name), {}))

    @blueprint.post("/people/<name>")
    def what_if(name: str) -> Response:
        return page(_person(look(name), request.form, alone="fragment" in request.args))

    return blueprint


def _by_grade(looks: Mapping[str, Look]) -> tuple[tuple[Assessment, tuple[Look, ...]], ...]:
    """The people of each grade, with one assessment that names it."""

    def place(look: Look) -> int:
        return _GRADES.index(look.assessment.grade)

    groups = (tuple(group) for _, group in groupby(sorted(looks.values(), key=place), key=place))
    return tuple((group[0].assessment, group) for group in groups)


def _person(look: Look, typed: Mapping[str, str], alone: bool = False) -> str:
    """A person's page, or what of it depends on the values alone."""
    timeline = changed(look.timeline, typed)
    assessment = look.assess(timeline)
    evidence = look.evidence(timeline, assessment)
    difference: Moved | None = (
        moved(look.assessment, assessment, evidence.titles) if typed else None
    )
    return render_template(
        "person_changed.html" if alone else "person.html",
        person=look.person,
        page=evidence,
        shown=tuple(shown(assessment, look.parts)),
        chart_days=look.parts.speaking.max_study_age_days,
        fields=fields(timeline),
        moved=difference,
        alone=alone,
        by_hand=timeline != look.timeline,
    )
