"""From the orders of a call, as sent, to what they mean: drugs, liver imaging, comfort care."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rules.vocabulary import Term, Vocabulary
from service.cds.data_pages import load, record
from service.cds.draft_orders import DraftOrder, Drafts
from service.cds.orders import Action, DraftOrders, DrugOrder
from service.extract.concepts import coded, coded_or_named, spoken
from service.extract.medications import MedicationReader
from service.fhir.names import relative
from service.fhir.records import Concept


@dataclass(frozen=True)
class OrderWords:
    """Words by which an order that names no single drug is recognised."""

    regimen_words: tuple[str, ...]
    no_treatment_words: tuple[str, ...]


def load_order_words() -> OrderWords:
    """Read the page.

    Raises:
        DataPageError: the page is not as it must be.
    """
    return record(OrderWords, load("orders.yaml"), "service/cds/orders.yaml")


_SENSES_KEPT = 1024

_STOPPED = frozenset(("stopped", "cancelled", "revoked"))
_HELD = frozenset(("on-hold",))
_PAST = frozenset(("entered-in-error", "completed"))
_PLANS = frozenset(("RequestGroup", "RequestOrchestration", "CarePlan"))
_MEDICATIONS = frozenset(("MedicationRequest", "MedicationOrder"))


class _Asked(NamedTuple):
    """What an order asks for, whoever it is for: patients of one hospital share it."""

    kind: str
    asked: Concept
    category: Concept
    reason: Concept
    route: Concept
    lost: bool


@dataclass(frozen=True)
class _Sense:
    """What that means.

    Attributes:
        drugs: the names of the antineoplastics that are known.
        regimen: systemic treatment is ordered without the name of a drug.
        liver_imaging: as in ``DraftOrders``.
    """

    drugs: tuple[str, ...]
    regimen: bool
    liver_imaging: tuple[str, ...]
    comfort: bool
    unresolved: bool


class OrderReader:
    """Tells what orders mean. Immutable, safe to share between threads."""

    def __init__(
        self, vocabulary: Vocabulary, medications: MedicationReader, words: OrderWords
    ) -> None:
        self._vocabulary = vocabulary
        self._medications = medications
        self._regimen = _any_word(words.regimen_words)
        self._no_treatment = _any_word(words.no_treatment_words)
        self._known = lru_cache(maxsize=_SENSES_KEPT)(self._sense_of)

    def read(self, drafts: Drafts, selections: tuple[str, ...] | None = None) -> DraftOrders:
        """What the orders mean; with ``selections``, those alone, and what they hold together."""
        if selections is None:
            return self._meaning(drafts.orders, drafts.unread, ())
        chosen, dangling = _selected(drafts.orders, selections)
        # An entry without a name cannot be selected by one: it may be what a selection means.
        return self._meaning(chosen, drafts.unread if dangling else (), dangling)

    def _meaning(
        self, orders: tuple[DraftOrder, ...], unread: tuple[str, ...], dangling: tuple[str, ...]
    ) -> DraftOrders:
        present = [(o, self._sense(o)) for o in orders if o.status not in _PAST]
        wanted = [sense for order, sense in present if _action(order) is Action.STARTS]
        return DraftOrders(
            drugs=tuple(drug for order, sense in present for drug in _drugs(order, sense)),
            liver_imaging=tuple(modality for sense in wanted for modality in sense.liver_imaging),
            comfort=any(sense.comfort for sense in wanted),
            unresolved=(*unread, *(o.reference for o, sense in present if sense.unresolved)),
            dangling=dangling,
        )

    def _sense(self, order: DraftOrder) -> _Sense:
        return self._known(
            _Asked(order.kind, order.asked, order.category, order.reason, order.route, order.lost)
        )

    def _sense_of(self, order: _Asked) -> _Sense:
        return _Sense(
            drugs=tuple(dict.fromkeys(_name_of(term, order) for term in self._terms(order))),
            regimen=self._is_regimen(order),
            liver_imaging=self._liver_imaging(order),
            comfort=self._is_comfort(order),
            unresolved=self._is_unresolved(order),
        )

    def _terms(self, order: _Asked) -> tuple[Term, ...]:
        """The agents and other antineoplastics of an order."""
        if self._is_no_treatment(order):
            return ()
        known = self._medications.identify(order.asked, order.route)
        if known.excluded and not known.agents:
            return ()
        agents = tuple(self._vocabulary.term("agents", a.ingredient) for a in known.agents)
        if known.conflict and order.kind not in _MEDICATIONS:
            # The codes of a regimen name different agents by right; those of one drug cannot.
            agents = self._coded_and_named("agents", order.asked)
        return (*agents, *self._others(order.asked, bool(agents)))

    def _others(self, asked: Concept, beside_agents: bool) -> tuple[Term, ...]:
        """Antineoplastics that are no agents. The family of their codes holds the agents too."""
        topic = "antineoplastics"
        found = self._vocabulary.find_in_text(topic, asked.words)
        if not found and not beside_agents:
            found = coded(self._vocabulary, topic, asked)
        return tuple(term for term in found if not self._regimen.fullmatch(term.name))

    def _coded_and_named(self, topic: str, asked: Concept) -> tuple[Term, ...]:
        named = self._vocabulary.find_in_text(topic, asked.words)
        return (*coded(self._vocabulary, topic, asked), *named)

    def _is_regimen(self, order: _Asked) -> bool:
        """Whether systemic treatment is ordered without the name of a drug."""
        if order.kind in _MEDICATIONS:
            return bool(self._regimen.search(order.asked.words))
        return not self._is_no_treatment(order) and bool(self._regimen.search(_kind(order)))

    def _is_no_treatment(self, order: _Asked) -> bool:
        """Whether a request that may name a drug is for something else: a level, a test."""
        is_request = order.kind not in _PLANS | _MEDICATIONS
        return is_request and bool(self._no_treatment.search(_kind(order)))

    def _liver_imaging(self, order: _Asked) -> tuple[str, ...]:
        if order.kind in _MEDICATIONS:
            return ()
        terms = coded_or_named(self._vocabulary, "imaging_orders", order.asked)
        return tuple(dict.fromkeys(term.attributes.get("modality", "") for term in terms))

    def _is_comfort(self, order: _Asked) -> bool:
        concepts = (order.asked, order.category, order.reason)
        return any(coded_or_named(self._vocabulary, "comfort", concept) for concept in concepts)

    def _is_unresolved(self, order: _Asked) -> bool:
        """A drug that is chosen but not to be told: no words, unknown codes, or a contradiction."""
        if order.kind not in _MEDICATIONS:
            return False
        if order.lost:
            return True
        known = self._medications.identify(order.asked, order.route)
        if known.conflict:
            return True
        chosen = any(coding.code for coding in order.asked.codings)
        unknown = chosen and not order.asked.words and not known.agents and not known.excluded
        return unknown and not self._others(order.asked, beside_agents=False)


def _drugs(order: DraftOrder, sense: _Sense) -> Iterator[DrugOrder]:
    # An order of no drug that is known here may still take the place of one that is.
    unnamed = (spoken(order.asked),) if sense.regimen or order.replaces else ()
    for name in sense.drugs or unnamed:
        antineoplastic = bool(sense.drugs) or sense.regimen
        yield DrugOrder(order.reference, name, _action(order), antineoplastic, order.replaces)


def _kind(order: _Asked) -> str:
    """What an order says it is for: not why, which may name a treatment given before."""
    return f"{order.asked.words} | {order.category.words}"


def _name_of(term: Term, order: _Asked) -> str:
    """The ingredient; for a term that stands for a family of codes, the order's own words."""
    return term.name if term.names else spoken(order.asked)


def _action(order: DraftOrder) -> Action:
    if order.do_not_perform or order.status in _STOPPED:
        return Action.STOPS
    return Action.HOLDS if order.status in _HELD else Action.STARTS


def _any_word(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _selected(
    orders: tuple[DraftOrder, ...], selections: tuple[str, ...]
) -> tuple[tuple[DraftOrder, ...], tuple[str, ...]]:
    """The selected orders with all their parts, and the selections that name none."""
    by_name = {order.reference: order for order in orders}
    by_id = {name.partition("/")[2]: order for name, order in by_name.items()}
    named = {s: by_name.get(relative(s, "")) or by_id.get(s) for s in selections}
    waiting = [order for order in named.values() if order]
    chosen: dict[str, DraftOrder] = {}
    while waiting:
        order = waiting.pop()
        if order.reference not in chosen:
            chosen[order.reference] = order
            waiting += [by_name[part] for part in order.parts if part in by_name]
    dangling = tuple(selection for selection, order in named.items() if order is None)
    return tuple(order for order in orders if order.reference in chosen), dangling
