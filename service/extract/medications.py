"""Which agent a medication is: by code, else by word, unless product or route rule it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rules.vocabulary import Term, Vocabulary
from service.extract.concepts import coded, coded_or_named
from service.fhir.records import Concept

_KEPT = 4096  # the same few drugs come again in every record


@dataclass(frozen=True)
class Agent:
    """An ingredient of the agents' list and the group it acts in (KIT, VEGFR, VEGF, OTHER, ICI)."""

    ingredient: str
    group: str


@dataclass(frozen=True)
class Identified:
    """What a medication turned out to be.

    ``agents`` is what may be used: nothing where there is a ``conflict``, and without the
    ingredients that ``excluded`` speaks of. Both are reasons, empty where there is none.
    """

    agents: tuple[Agent, ...] = ()
    by_text: bool = False
    excluded: str = ""
    conflict: str = ""


class MedicationReader:
    """Identifies medications, of records and of draft orders alike.

    RxNorm, ATC, SNOMED CT, UNII and HCPCS codes are equals: two codings that name two agents of
    one code system are two agents; where two code systems, or the codes and the words, disagree,
    nothing is used. Words count alone only where no code is known.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known = lru_cache(maxsize=_KEPT)(self._identify)

    def identify(self, medication: Concept, route: Concept) -> Identified:
        """The agents of a medication; no agents, no reason: something this product does not ask."""
        return self._known(medication, route)

    def _identify(self, medication: Concept, route: Concept) -> Identified:
        by_code = self._by_code(medication)
        named = self._vocabulary.find_in_text("agents", medication.words)
        conflict = _conflict(by_code, named)
        if conflict:
            return Identified(conflict=conflict)
        found = [term for terms in by_code for term in terms] or named
        agents = {term.name: Agent(term.name, term.attributes["group"]) for term in found}
        excluded, ruled_out = self._exclusion(medication, route, agents)
        usable = tuple(agents[name] for name in sorted(agents.keys() - ruled_out))
        return Identified(usable, by_text=bool(named) and not by_code, excluded=excluded)

    def _by_code(self, medication: Concept) -> list[tuple[Term, ...]]:
        """The agents that each code system names, systems without one left out."""
        systems = dict.fromkeys(coding.system for coding in medication.codings)
        found = (
            coded(
                self._vocabulary,
                "agents",
                Concept(tuple(c for c in medication.codings if c.system == system)),
            )
            for system in systems
        )
        return [terms for terms in found if terms]

    def _exclusion(
        self, medication: Concept, route: Concept, agents: Iterable[str]
    ) -> tuple[str, set[str]]:
        """Why some agents are not cancer therapy here, and which."""
        topic = "excluded_routes"
        routes = coded_or_named(self._vocabulary, topic, route)
        routes = routes or self._vocabulary.find_in_text(topic, medication.words)
        if routes:
            return (f"route {routes[0].name}" if agents else ""), set(agents)
        products = {
            **_by_name(coded(self._vocabulary, "excluded_products", medication)),
            **_by_name(self._vocabulary.find_in_text("excluded_products", medication.words)),
        }
        ruled_out = {term.attributes["ingredient"] for term in products.values()}
        return f"product {', '.join(sorted(products))}" if products else "", ruled_out


def _by_name(terms: Iterable[Term]) -> dict[str, Term]:
    return {term.name: term for term in terms}


def _conflict(by_code: list[tuple[Term, ...]], named: Iterable[Term]) -> str:
    """Why codes and words cannot all be right, or "" where they can."""
    if not by_code:
        return ""
    systems = [{term.name for term in terms} for terms in by_code]
    if any(first.isdisjoint(second) for first in systems for second in systems):
        return "its codes name different agents"
    if {term.name for term in named} - set().union(*systems):
        return "its text names another agent than its code"
    return ""
