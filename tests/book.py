"""The rule book as it ships, loaded once for all tests."""

from __future__ import annotations

from functools import cache

from case_facts import CaseFacts
from case_to_facts import clinical_facts

from rules.clinical_facts import ClinicalFacts
from rules.judge import Judgement
from rules.rulebook import Rulebook, load_rulebook


@cache
def rulebook() -> Rulebook:
    """The compiled rule book."""
    return load_rulebook()


def judged(case: CaseFacts) -> Judgement:
    """What the rule book says of a case of the oracle."""
    return rulebook().judge(clinical(case))


def clinical(case: CaseFacts) -> ClinicalFacts:
    """A case of the oracle as the facts that the rule book judges."""
    return clinical_facts(case, _groups())


@cache
def _groups() -> dict[str, str]:
    agents = rulebook().knowledge.vocabulary.terms("agents")
    return {agent.name: agent.attributes["group"] for agent in agents}
