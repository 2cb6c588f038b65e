"""The rule book as pages for clinicians: where a card's source and link lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from rules.condition_words import printed
from rules.criteria.pages import CriterionPage
from rules.document.contents import Contents, Value
from rules.document.knowledge import TAGS
from rules.document.search import (
    LONGEST,
    Passage,
    found,
    passages_of,
    passages_of_criterion,
    pieces,
    words_of,
)
from rules.document.whole import chapters
from rules.lock import Locked, recorded
from rules.rulebook import Rulebook
from service.web.citations import cited
from service.web.html import page as answer
from service.web.rule_figures import RuleFigures
from service.web.rule_history import history

MOST_SHOWN = 100
"""How many of the passages that were found are listed; beyond that, a better question helps."""
_MARK = Markup("<mark>{}</mark>")


@dataclass(frozen=True)
class Shelf:
    """All pages in reading order, the lock of each, and what can be found on them."""

    pages: Mapping[str, Contents]
    criteria: Mapping[str, CriterionPage]
    locked: Mapping[str, Locked]
    passages: tuple[Passage, ...]

    @property
    def titles(self) -> Mapping[str, str]:
        """The titles of the pages by id."""
        return {name: has.page.title for name, has in self.pages.items()}

    @property
    def homes(self) -> Mapping[str, str]:
        """The page of each rule that has a sentence, by its code; the first where two have it."""
        pages = reversed(tuple(self.pages.values()))
        return {rule.code: has.page.id for has in pages for rule in has.rules}

    @property
    def in_force(self) -> Mapping[str, Value]:
        """The numbers of all pages by name."""
        pages = self.pages.values()
        return {value.name: value for has in pages for value in has.values if value.in_force}


def rule_pages(book: Rulebook, told: Callable[[], RuleFigures | None]) -> Blueprint:
    """The pages of a rule book.

    Args:
        book: the rule book.
        told: what users did with the cards of each rule, for whoever may see it in this request;
            None for anybody else.
    """
    blueprint = Blueprint("rules", __name__, template_folder="../templates")
    shelf = cache(lambda: _shelf(book))  # read when first asked for: calls need none of it
    _words(blueprint)

    @blueprint.get("/rules")
    def index() -> FlaskResponse:
        question = request.args.get("q", "")[:LONGEST].strip()
        hits = found(shelf().passages, question)
        html = render_template(
            "rules.html", shelf=shelf(), book=book.id, question=question, count=len(hits),
            found=_by_kind(hits[:MOST_SHOWN]), words=words_of(question),
        )  # fmt: skip
        return answer(html)

    @blueprint.get("/rules/<page>")
    def show(page: str) -> FlaskResponse:
        has = shelf().pages.get(page) or abort(404)
        html = render_template(
            "rule_page.html", has=has, locked=shelf().locked[page], book=book.id, told=told(),
            history=history(has.values), around_pages=_around(list(shelf().pages), page),
            titles=shelf().titles, homes=shelf().homes, in_force=shelf().in_force,
        )  # fmt: skip
        return answer(html)

    @blueprint.get("/rules/criteria/<name>")
    def criterion(name: str) -> FlaskResponse:
        page = shelf().criteria.get(name) or abort(404)
        html = render_template(
            "rule_criterion.html", page=page, locked=shelf().locked[name], book=book.id,
            around_pages=_around(list(shelf().criteria), name),
            titles={each.id: each.title for each in shelf().criteria.values()},
        )  # fmt: skip
        return answer(html)

    @blueprint.get("/rulebook")
    def moved() -> Response:
        """Where cards led before; they stay in charts for years."""
        return redirect(url_for("rules.index"), 308)

    return blueprint


def _shelf(book: Rulebook) -> Shelf:
    contents = tuple(chapter.contents for chapter in chapters(book))
    found_in = (
        *(passage for has in contents for passage in passages_of(has)),
        *(passage for page in book.criteria.values() for passage in passages_of_criterion(page)),
    )
    return Shelf({has.page.id: has for has in contents}, book.criteria, recorded(), found_in)


def _by_kind(hits: Sequence[Passage]) -> list[tuple[str, list[Passage]]]:
    """Neighbours of one kind under one heading; what is called as asked for stays first."""
    return [(kind.value, list(part)) for kind, part in groupby(hits, lambda hit: hit.kind)]


def _around(names: Sequence[str], name: str) -> tuple[str | None, str | None]:
    """The page before and the page after."""
    place = names.index(name)
    before = names[place - 1] if place else None
    return before, names[place + 1] if place + 1 < len(names) else None


def _words(blueprint: Blueprint) -> None:
    """What the templates say things with."""
    blueprint.add_app_template_filter(cited)
    blueprint.add_app_template_filter(printed)
    blueprint.add_app_template_filter(_marked, "marked")
    blueprint.add_app_template_filter(lambda tag: TAGS[tag], "tag_words")


def _marked(text: str, words: Sequence[str]) -> Markup:
    """A text in which the words that were looked for are marked; all of it stays text."""
    cut = (_MARK.format(part) if hit else escape(part) for part, hit in pieces(text, words))
    return Markup().join(cut)
