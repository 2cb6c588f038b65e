"""What an EHR would show of one patient at each hook: the card, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.assessment import Assessment, Outcome
from service.cds.answer import Parts
from service.cds.response import Card, wire
from service.cds.speaking import Hook, Indicator, Occasion
from service.cds.suggestions import Whose
from service.fhir.json_types import Json

AGREES, NOT_ASKED, NO_STUDY, OLD_STUDY = "agrees", "not asked", "no study", "old study"
_ORDERED = ("CT",)  # the modality of the liver imaging being ordered


@dataclass(frozen=True)
class Shown:
    """One hook on one occasion. ``silent`` tells why there is no card, "" where there is one."""

    hook: str
    occasion: str
    card: Json
    silent: str = ""


def shown(assessment: Assessment, parts: Parts) -> Iterator[Shown]:
    """The three hooks, each on the occasion that it was made for."""
    opened = parts.speaking.chart_opened(assessment) or Occasion.CHART_OPENED
    occasions = (
        (Hook.ORDER_SIGN, Occasion.TREATMENT_CHANGE),
        (Hook.ORDER_SELECT, Occasion.LIVER_IMAGING),
        (Hook.PATIENT_VIEW, opened),
    )
    for hook, occasion in occasions:
        silent = _silent(hook, occasion, assessment, parts)
        card = None if silent else wire(_card(occasion, assessment, parts))
        yield Shown(hook.value, occasion.value, card, silent)


def _silent(hook: Hook, occasion: Occasion, assessment: Assessment, parts: Parts) -> str:
    if assessment.outcome is Outcome.SILENCE:
        return NOT_ASKED
    if hook is Hook.PATIENT_VIEW and parts.speaking.chart_opened(assessment) is None:
        return NO_STUDY if assessment.index_study is None else OLD_STUDY
    return "" if parts.speaking.indicator(occasion, assessment.grade) else AGREES


def _card(occasion: Occasion, assessment: Assessment, parts: Parts) -> Card:
    indicator = parts.speaking.indicator(occasion, assessment.grade) or Indicator.INFO
    whose = Whose(assessment.patient, None)
    if occasion is Occasion.LIVER_IMAGING:
        return parts.cards.on_imaging(assessment, indicator, whose, _ORDERED)
    return parts.cards.about(assessment, indicator, whose)
