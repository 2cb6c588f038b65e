"""The front page for development: invented people, their cards, their evidence, and "what if"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, Response, abort, render_template, request
from markdown_it import MarkdownIt
from markupsafe import Markup

from rules.assessment import Assessment
from rules.timeline import Timeline
from service.assessor import Assessor
from service.cds.answer import Parts
from service.cds.response import wire
from service.cds.speaking import Indicator
from service.cds.suggestions import Whose
from service.evidence.page import EvidencePage, evidence_page
from service.fhir.json_types import Json
from service.first_look.moved import Moved, moved
from service.first_look.people import Person
from service.first_look.what_if import changed, fields
from service.web.html import page, resource


@dataclass(frozen=True)
class _Look:
    """One person as recorded."""

    person: Person
    assessor: Assessor
    parts: Parts

    @cached_property
    def timeline(self) -> Timeline:
        return self.assessor.timeline_of(self.person.bundle)

    @cached_property
    def assessment(self) -> Assessment:
        return self.assess(self.timeline)

    def assess(self, timeline: Timeline) -> Assessment:
        return self.assessor.rulebook.assess(timeline, self.person.told_on)

    def evidence(self, timeline: Timeline, assessment: Assessment) -> EvidencePage:
        book, wording = self.assessor.rulebook, self.parts.cards.wording
        return evidence_page(timeline, assessment, book, wording)

    def card(self, assessment: Assessment) -> Json:
        """The card as an EHR gets it; None where nothing is said."""
        indicator = Indicator.INFO
        if assessment.outcome.value == "silence":
            return None
        whose = Whose(assessment.patient, None)
        return wire(self.parts.cards.about(assessment, indicator, whose))


def first_look(people: Mapping[str, Person], assessor: Assessor, parts: Parts) -> Blueprint:
    """The pages. For development only: the caller sees to it that nobody else reaches them."""
    blueprint = Blueprint("first_look", __name__, template_folder="../templates")
    looks = {name: _Look(person, assessor, parts) for name, person in people.items()}
    markdown = MarkdownIt("gfm-like", {"html": False, "linkify": False})
    blueprint.add_app_template_filter(resource, "resource")
    blueprint.add_app_template_filter(lambda text: Markup(markdown.render(text)), "markdown")  # noqa: S704 - rendered without HTML

    def look(name: str) -> _Look:
        return looks.get(name) or abort(404)

    @blueprint.get("/")
    def front() -> Response:
        return page(render_template("front.html", looks=looks.values()))

    @blueprint.get("/people/<name>")
    def show(name: str) -> Response:
        return page(_person(look(name), {}))

    @blueprint.post("/people/<name>")
    def what_if(name: str) -> Response:
        return page(_person(look(name), request.form, alone="fragment" in request.args))

    return blueprint


def _person(look: _Look, typed: Mapping[str, str], alone: bool = False) -> str:
    """A person's page, or what of it depends on the values alone."""
    timeline = changed(look.timeline, typed)
    assessment = look.assess(timeline)
    difference: Moved | None = moved(look.assessment, assessment) if typed else None
    return render_template(
        "person_changed.html" if alone else "person.html",
        person=look.person,
        page=look.evidence(timeline, assessment),
        card=look.card(assessment),
        fields=fields(timeline),
        moved=difference,
    )
