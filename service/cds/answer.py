"""One call, answered: what is ordered, what the record says, whether to speak, and the cards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rules.assessment import Assessment
from rules.timeline import Timeline
from service.cds.call import Call
from service.cds.cards import CardMaker
from service.cds.order_reader import OrderReader
from service.cds.orders import DraftOrders, Leading
from service.cds.response import Card
from service.cds.speaking import Hook, Indicator, Occasion, Speaking
from service.cds.suggestions import Whose
from service.cds.wording import Wording, counted
from service.judged import Judged
from service.outbound.destinations import NOWHERE, Destinations

Assess = Callable[[Call, Destinations, date], Judged]
"""From a call, the servers it may be completed from, and the day, to what is concluded of the patient."""


class Said(NamedTuple):
    """What a card says and how loudly: the code of its topic, and its indicator."""

    topic: str
    indicator: Indicator


Heard = Callable[[Assessment], Collection[Said]]
"""What the user was told of this before, on this hook, and overrode a short while ago."""


def nothing(_assessment: Assessment) -> Collection[Said]:
    """Heard by somebody who overrode nothing."""
    return ()


@dataclass(frozen=True)
class Parts:
    """What an answer is made with; shared by all calls."""

    assess: Assess
    orders: OrderReader
    speaking: Speaking
    cards: CardMaker
    today: Callable[[], date]


@dataclass(frozen=True)
class Answered:
    """The cards for a call.

    Attributes:
        judged: what they rest on; None where the record was not read.
        withheld: the topics of the cards that are not shown again, since they were overridden.
    """

    cards: tuple[Card, ...] = ()
    judged: Judged | None = None
    withheld: tuple[str, ...] = ()


def answer(
    call: Call, parts: Parts, allowed: Destinations = NOWHERE, heard: Heard = nothing
) -> Answered:
    """The cards for a call; none where there is nothing to say.

    The record is read only where the orders bear on the question, so that a call about anything
    else is answered at once, and without asking for data it does not need.

    Args:
        call: as it was read.
        parts: what answers are made with.
        allowed: the FHIR servers that may be asked for what was not sent.
        heard: what need not be said again.

    Raises:
        LiverResponseError: needed data is missing, or is another patient's.
    """
    orders = parts.orders.read(call.drafts, call.selections)
    if not _concerns_us(call.hook, orders):
        return Answered()
    judged = parts.assess(call, allowed, parts.today())
    leading = _leading(judged.assessment, judged.timeline)
    situation = _Situation(call, orders, judged.assessment, leading)
    cards = tuple(_speak(situation, parts))
    # Nobody is asked what was heard before where there is nothing to say.
    again = heard(judged.assessment) if cards else ()
    shown = tuple(card for card in cards if _said(card) not in again)
    return Answered(shown, judged, tuple(c.source.topic.code for c in cards if c not in shown))


def _said(card: Card) -> Said:
    return Said(card.source.topic.code, card.indicator)


@dataclass(frozen=True)
class _Situation:
    """What the user is doing and what is concluded about the patient."""

    call: Call
    orders: DraftOrders
    assessment: Assessment
    leading: Leading


def _concerns_us(hook: Hook, orders: DraftOrders) -> bool:
    if hook is Hook.PATIENT_VIEW:
        return True
    imaging = hook is Hook.ORDER_SELECT and bool(orders.liver_imaging)
    return not orders.comfort and bool(orders.drugs or orders.unresolved or imaging)


def _speak(situation: _Situation, parts: Parts) -> Iterator[Card]:
    for occasion in _occasions(situation, parts.speaking):
        indicator = parts.speaking.indicator(occasion, situation.assessment.grade)
        if indicator is not None:
            yield _card(occasion, indicator, situation, parts.cards)


def _occasions(situation: _Situation, speaking: Speaking) -> Iterator[Occasion]:
    """The occasions that a card may speak on."""
    hook, orders = situation.call.hook, situation.orders
    if hook is Hook.PATIENT_VIEW:
        opened = speaking.chart_opened(situation.assessment)
        yield from (opened,) if opened else ()
        return
    if orders.treatment_changes(situation.leading):
        yield Occasion.TREATMENT_CHANGE
    elif orders.unresolved:
        yield Occasion.UNREAD_ORDER
    if hook is Hook.ORDER_SELECT and orders.liver_imaging:
        yield Occasion.LIVER_IMAGING


def _card(
    occasion: Occasion, indicator: Indicator, situation: _Situation, cards: CardMaker
) -> Card:
    call, orders = situation.call, situation.orders
    whose = Whose(call.patient_id, call.encounter_id)
    notes = tuple(_notes(orders, cards.wording))
    if occasion is Occasion.LIVER_IMAGING:
        ordered = orders.liver_imaging
        return cards.on_imaging(situation.assessment, indicator, whose, ordered, notes)
    return cards.about(situation.assessment, indicator, whose, notes)


def _leading(assessment: Assessment, timeline: Timeline) -> Leading:
    agent = assessment.agent or ""
    records = (t.source.reference for t in timeline.therapies if t.ingredient == agent)
    return Leading(agent, frozenset(records))


def _notes(orders: DraftOrders, wording: Wording) -> Iterator[str]:
    """What of the orders could not be read."""
    if orders.unresolved:
        yield counted(wording.order_unread, len(orders.unresolved))
    if orders.dangling:
        yield counted(wording.selection_dangling, len(orders.dangling))
