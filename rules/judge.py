"""From clinical facts to a grade, by the engine alone, in three strata.

Items fire on the facts of the patient; one tally fact of what they add up to fires caps and
concordance; one verdict fact goes to the grade rules, of which exactly one fires. Chaining by
stratum keeps the result independent of the order of facts, and every step is in the trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rules.assessment import Firing, Grade, ItemKind
from rules.catalog.grade.rules import LADDER
from rules.clinical_facts import ClinicalFacts
from rules.criteria.pages import CriterionPage
from rules.engine import Engine, Evaluation, Fact, Match
from rules.exposure import Exposure, exposure_of
from rules.items import ItemRule, code_of
from rules.language import Rule
from rules.numbers import Numbers
from rules.working_memory import SCHEMA, Derived, derive, working_memory

TALLY_SCHEMA: Mapping[str, Mapping[str, type]] = {
    "tally": {
        "minors": float,
        "concordant": float,
        "strong": float,
        "tier": str,
        "attenuation_comparable": bool,
        "attenuation_flat": bool,
        "measured_pattern": bool,
        "age_days": float,
    }
}
VERDICT_SCHEMA: Mapping[str, Mapping[str, type]] = {
    "verdict": {
        **{step: bool for _, step, _ in LADDER},
        "pattern": bool,
        "described": bool,
        "readable": bool,
        "growth_without_fall": bool,
        "capped": bool,
        "concordant": bool,
        "expired": bool,
    }
}


class NotExactlyOneGradeError(RuntimeError):
    """The grade rules do not partition the verdicts: the rule book is wrong, and nothing is said."""


@dataclass(frozen=True)
class Found:
    """An item that fired: its code, kind and strength, and the kinds of facts it fired on."""

    code: str
    kind: ItemKind
    strong: bool
    fact_kinds: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """A grade with everything that led to it, before it is put into words."""

    grade: Grade
    because: str
    found: tuple[Found, ...]
    exposure: Exposure
    derived: Derived
    matches: tuple[Match, ...]  # what fired, stratum after stratum
    memory: tuple[Fact, ...]  # what the rules of all strata were asked about

    @property
    def trace(self) -> tuple[Firing, ...]:
        """What fired, for reading."""
        return tuple([Firing(match.rule, match.facts) for match in self.matches])

    def codes(self, *kinds: ItemKind) -> tuple[str, ...]:
        """The codes of the items of some kinds, in the order of the rule book."""
        return tuple(f.code for f in self.found if f.kind in kinds)


class Reasoner(Protocol):
    """What fires on facts: the engine, or one that remembers what the engine said."""

    def evaluate(self, facts: Iterable[Fact]) -> Evaluation:
        """What fires on these facts."""
        ...


@dataclass(frozen=True)
class Strata:
    """The compiled rule book: three engines and what their rules mean."""

    numbers: Numbers
    criteria: Mapping[str, CriterionPage]
    items: Mapping[str, ItemRule]
    tally_items: Mapping[str, ItemRule]
    grades: Mapping[str, Grade]
    item_engine: Reasoner
    tally_engine: Reasoner
    grade_engine: Reasoner


def compile_strata(
    items: tuple[ItemRule, ...],
    tally_items: tuple[ItemRule, ...],
    grade_rules: tuple[tuple[Rule, Grade], ...],
    numbers: Numbers,
    criteria: Mapping[str, CriterionPage],
) -> Strata:
    """Compile the rules once; every call shares the result. An engine that fails, fails here."""
    engines = (
        Engine(tuple(i.rule for i in items), numbers.values, SCHEMA),
        Engine(tuple(i.rule for i in tally_items), numbers.values, TALLY_SCHEMA),
        Engine(tuple(r for r, _ in grade_rules), numbers.values, VERDICT_SCHEMA),
    )
    for engine in engines:
        engine.warm_up()
    return Strata(
        numbers,
        criteria,
        {item.rule.id: item for item in items},
        {item.rule.id: item for item in tally_items},
        {rule.id: grade for rule, grade in grade_rules},
        *engines,
    )


def judge(facts: ClinicalFacts, strata: Strata, derived: Derived | None = None) -> Judgement:
    """Grade one patient. ``derived`` may be given where the same measurements were judged before.

    Raises:
        EngineError: the engine failed; nothing may be concluded.
        NotExactlyOneGradeError: the grade rules overlap or leave a gap.
    """
    exposure = exposure_of(facts.agents, facts.primary, strata.numbers)
    derived = derived or derive(facts, strata.criteria)
    memory = working_memory(facts, exposure, derived)
    first = strata.item_engine.evaluate(memory).matches
    found = _found(first, strata.items)
    tally = _tally(found, exposure, derived, facts)
    second = strata.tally_engine.evaluate((tally,)).matches
    found += _found(second, strata.tally_items)
    verdict = _verdict(found)
    third = strata.grade_engine.evaluate((verdict,)).matches
    if len(third) != 1:
        raise NotExactlyOneGradeError(f"{len(third)} grade rules fired, not one")
    return Judgement(
        grade=strata.grades[third[0].rule],
        because=_because(third[0].rule, found),
        found=found,
        exposure=exposure,
        derived=derived,
        matches=(*first, *second, *third),
        memory=(*memory, tally, verdict),
    )


def _found(matches: tuple[Match, ...], items: Mapping[str, ItemRule]) -> tuple[Found, ...]:
    by_code: dict[str, Found] = {}
    for match in matches:
        item = items[match.rule]
        earlier, kinds = by_code.get(item.code), [fact.kind for fact in match.facts]
        if earlier:
            kinds = [*earlier.fact_kinds, *kinds]
        by_code[item.code] = Found(item.code, item.kind, item.strong, tuple(dict.fromkeys(kinds)))
    return tuple(by_code.values())


def _tally(
    found: tuple[Found, ...], exposure: Exposure, derived: Derived, facts: ClinicalFacts
) -> Fact:
    codes = {f.code for f in found}
    concordant = [f for f in found if f.kind is ItemKind.CONCORDANT]
    return Fact(
        "tally",
        {
            "minors": float(sum(f.kind is ItemKind.MINOR for f in found)),
            "concordant": float(len(concordant)),
            "strong": float(sum(f.strong for f in concordant)),
            "tier": exposure.tier or "none",
            "attenuation_comparable": derived.hu_comparable,
            "attenuation_flat": "FLAT" in codes,
            "measured_pattern": bool(codes & {"P1", "P3"}),
            "age_days": float(facts.index_age),
        },
    )


def _verdict(found: tuple[Found, ...]) -> Fact:
    codes, kinds = {f.code for f in found}, {f.kind for f in found}
    return Fact(
        "verdict",
        {
            "excluded": ItemKind.EXCLUSION in kinds,
            "checkpoint_alone_contrary": "ICI_CONTRARY" in codes,
            "checkpoint_alone": "ICI_ONLY" in codes,
            "major": ItemKind.MAJOR in kinds,
            "date_ambiguous": "DATE_AMBIGUOUS" in codes,
            "local_therapy_undated": "LOCAL_THERAPY_UNDATED" in codes,
            "local_therapy": "LOCAL_THERAPY" in codes,
            "two_minors": "TWO_MINORS" in codes,
            "exposure_undated": "EXPOSURE_UNDATED" in codes,
            "too_early": "TOO_EARLY" in codes,
            "liver_metastases_unknown": "LIVER_METASTASES_UNKNOWN" in codes,
            "pattern": bool(codes & {"P1", "P2", "P3"}),
            "described": "P4" in codes,
            "readable": "READABLE" in codes,
            "growth_without_fall": "GROWTH_WITHOUT_FALL" in codes,
            "capped": bool(kinds & {ItemKind.CAP, ItemKind.FLAG}),
            "concordant": "CONCORDANCE" in codes,
            "expired": "EXPIRED" in codes,
        },
    )


def _because(rule: str, found: tuple[Found, ...]) -> str:
    """The code of the terminal step; for an exclusion, the first that applies."""
    if rule != "EXCLUDED":
        return code_of(rule)
    return next(f.code for f in found if f.kind is ItemKind.EXCLUSION)
