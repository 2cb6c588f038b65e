"""The rule book: loads the catalog, compiles it once, and assesses timelines.

This is the one road: the hook, the command line and every page call ``Rulebook.assess``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import import_module
from importlib.resources import files

from rules import __version__
from rules.assessment import Assessment, RulebookId, Settles
from rules.catalog.grade.rules import grade_rules, tally_items
from rules.clinical_facts import ClinicalFacts, Silence
from rules.condition_words import thresholds_of
from rules.criteria.pages import CriterionPage, load_criteria
from rules.explain import Explainer, Explanation
from rules.features.knowledge import Knowledge
from rules.features.picture import picture_of
from rules.items import ItemRule
from rules.judge import Judgement, Strata, compile_strata, judge
from rules.known import unknown_fields
from rules.language import Rule
from rules.numbers import Numbers, numbers_of
from rules.pages import ItemText, Page, load_pages
from rules.remembered import remembering
from rules.report import report
from rules.settle import Settler, data_of
from rules.timeline import Timeline
from rules.vocabulary import load_vocabulary

# In the order of the assessment: what is asked first stands first on a card.
ITEM_PAGES = (
    "applicability",
    "true_progression",
    "local_therapy",
    "immune_pattern",
    "pseudoprogression",
    "image_quality",
)


@dataclass(frozen=True, repr=False)
class Rulebook:
    """The compiled rule book. Immutable, safe to share between threads."""

    pages: Mapping[str, Page]
    strata: Strata
    knowledge: Knowledge
    id: RulebookId
    settler: Settler
    explainer: Explainer

    def __repr__(self) -> str:
        return f"Rulebook({self.id.version}, {self.id.hash})"

    @property
    def numbers(self) -> Numbers:
        """The numbers in force."""
        return self.strata.numbers

    @cached_property
    def texts(self) -> Mapping[str, ItemText]:
        """The words of all item rules by code; grades have theirs on the grade page."""
        return {
            code: text
            for name in (*ITEM_PAGES, "grade")
            for code, text in self.pages[name].items.items()
            if name != "grade" or code in TALLY_CODES
        }

    def assess(self, timeline: Timeline, as_of: date) -> Assessment:
        """Assess one patient as of a day.

        Raises:
            EngineError: the engine failed; nothing may be concluded.
        """
        picture = picture_of(timeline, as_of, self.knowledge)
        judgement = judge(picture.facts, self.strata)
        return report(picture, judgement, as_of, self)

    def judge(self, facts: ClinicalFacts) -> Judgement:
        """Grade clinical facts directly, as the worked cases of the pages do."""
        return judge(facts, self.strata)

    def explain(self, facts: ClinicalFacts, silence: Silence) -> Explanation:
        """Why clinical facts get their grade, rule by rule, and what would change it.

        The facts of an assessment stand in ``Assessment.facts`` and ``Assessment.silence``.

        Raises:
            EngineError: the engine failed; nothing may be concluded.
            ExplanationError: the explanation does not say what the engine fired.
        """
        now = judge(facts, self.strata)
        unknown = unknown_fields(facts, now.exposure, now.derived, silence)
        readings = self.explainer.readings(now, unknown)
        return Explanation(now.grade, now.because, readings, self.settles(facts, silence, now))

    def settles(
        self, facts: ClinicalFacts, silence: Silence, now: Judgement
    ) -> tuple[Settles, ...]:
        """Everything not known that alone would change the grade, the most telling first.

        Raises:
            EngineError: the engine failed; nothing may be concluded.
        """
        return self.settler.settles(facts, silence, now)

    @property
    def criteria(self) -> Mapping[str, CriterionPage]:
        """The pages of the published criteria, by id."""
        return self.knowledge.criteria

    def grade_text(self, code: str) -> ItemText:
        """The words of a grade rule."""
        return self.pages["grade"].items[code]


def rules_by_page() -> tuple[tuple[str, Rule], ...]:
    """Every rule of all strata with the page it stands on, in the order of the assessment."""
    graded = (*(item.rule for item in tally_items()), *(rule for rule, _ in grade_rules()))
    return (
        *((page, item.rule) for page in ITEM_PAGES for item in rules_of(page)),
        *(("grade", rule) for rule in graded),
    )


TALLY_CODES = frozenset(item.code for item in tally_items())


def item_rules() -> tuple[ItemRule, ...]:
    """The item rules of all pages, in the order of the assessment."""
    return tuple(item for name in ITEM_PAGES for item in rules_of(name))


def rules_of(page: str) -> tuple[ItemRule, ...]:
    """The item rules of one page."""
    items: tuple[ItemRule, ...] = import_module(f"rules.catalog.{page}.rules").items()
    return items


def load_rulebook() -> Rulebook:
    """Read, check and compile the rule book; done once at start-up.

    Raises:
        PageError: a page is wrong; the message names file and key.
        ValueError: a rule is outside the engine's safe subset.
    """
    pages = load_pages()
    criteria = load_criteria()
    numbers = numbers_of(pages)
    strata = compile_strata(item_rules(), tally_items(), grade_rules(), numbers, criteria)
    supposing = remembering(strata, (rule for rule, _ in grade_rules()))
    return Rulebook(
        pages={page.id: page for page in pages},
        strata=strata,
        knowledge=Knowledge(numbers, criteria, load_vocabulary()),
        id=RulebookId(__version__, _hash()),
        settler=Settler(data_of(numbers), supposing),
        explainer=Explainer(rules_by_page(), numbers.values, thresholds_of(pages)),
    )


def _hash() -> str:
    """A fingerprint of every page, rule, criterion and term: the same content, the same hash."""
    digest = hashlib.sha256()
    for folder in ("catalog", "criteria", "terms"):
        for name, content in sorted(_contents(folder)):
            digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


def _contents(folder: str) -> Sequence[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    waiting = [(folder, files("rules") / folder)]
    while waiting:
        name, place = waiting.pop()
        if place.is_dir():
            waiting += [(f"{name}/{child.name}", child) for child in place.iterdir()]
        elif name.endswith((".yaml", "rules.py")):
            found.append((name, place.read_bytes()))
    return found
