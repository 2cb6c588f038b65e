"""One thing supposed to be known: the same clinical facts with one value filled in.

Numbers that stand for a value in words ("a clear fall") are taken from the pages, so that they
lie well on their side of every threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from rules.clinical_facts import AgentUse, ClinicalFacts, Course, Known, MarkerState, Silence
from rules.exposure import CHECKPOINT_INHIBITOR
from rules.numbers import Numbers
from rules.working_memory import ATTENUATION_SPOILERS

_HUNDRED = 100


@dataclass(frozen=True)
class Supposing:
    """The facts as they are, with what a supposition needs to know beside them."""

    facts: ClinicalFacts
    silence: Silence
    agent: AgentUse | None  # the one that leads the question
    numbers: Numbers

    def number(self, name: str) -> Decimal:
        """A number of the pages, exact."""
        return Decimal(str(self.numbers[name]))

    def with_(self, datum: str, value: str) -> ClinicalFacts | None:
        """The facts with a value of a datum, by the names of the settling page.

        None where it cannot be supposed without changing something that is known.
        """
        return _SUPPOSITIONS[datum](self, value)

    def dated(self, agent: AgentUse) -> ClinicalFacts:
        """The facts with the leading agent dated so."""
        agents = (agent if a == self.agent else a for a in self.facts.agents)
        return replace(self.facts, agents=tuple(agents))


_Supposition = Callable[[Supposing, str], ClinicalFacts | None]


def _plain(name: str) -> _Supposition:
    """A fact whose values stand on the page as the facts have them."""
    return lambda now, value: replace(now.facts, **{name: value})  # type: ignore[arg-type]


def _liver_metastases(now: Supposing, value: str) -> ClinicalFacts:
    return replace(now.facts, liver_metastases=Known(value))


def _pet(now: Supposing, value: str) -> ClinicalFacts:
    """A PET of the day of the index study."""
    return replace(now.facts, pet=value, pet_days=now.agent.line_days if now.agent else None)


def _marker(now: Supposing, value: str) -> ClinicalFacts:
    return replace(now.facts, marker=MarkerState(value))


def _second_read(now: Supposing, value: str) -> ClinicalFacts:
    return replace(now.facts, recorded_progression=value == "present")


def _new_lesion(now: Supposing, value: str) -> ClinicalFacts | None:
    new = now.facts.new_lesion
    return replace(now.facts, new_lesion=replace(new, character=value)) if new else None


def _baseline_correlate(now: Supposing, value: str) -> ClinicalFacts | None:
    new = now.facts.new_lesion
    found = value == "present"
    return replace(now.facts, new_lesion=replace(new, baseline_correlate=found)) if new else None


def _line_start(now: Supposing, value: str) -> ClinicalFacts | None:
    days = {
        "early": now.numbers["minimum_exposure"] - 1,
        "expected": now.numbers["minimum_exposure"],
        "late": now.numbers["late_exposure_start"],
        "long": now.numbers["late_exposure_end"] + 1,
    }
    return now.dated(replace(now.agent, line_days=int(days[value]))) if now.agent else None


def _last_dose(now: Supposing, value: str) -> ClinicalFacts | None:
    if now.agent is None:
        return None
    days = 0 if value == "within" else _washout(now.agent, now.numbers) + 1
    return now.dated(replace(now.agent, last_dose_days=days))


def _washout(agent: AgentUse, numbers: Numbers) -> int:
    if agent.group == CHECKPOINT_INHIBITOR:
        return int(numbers["checkpoint_inhibitor_window"])
    return int(numbers.tables["washout"].of(agent.ingredient))


def _local_therapy(now: Supposing, value: str) -> ClinicalFacts:
    """Another one that is dated stays as it is, unless the undated one came after it."""
    past = int(now.numbers["local_therapy_window"]) + 1
    known = now.facts.local_therapy_days
    days = 0 if value == "recent" else past if known is None else known
    return replace(now.facts, local_therapy_days=days, local_therapy_undated=False)


def _dates(now: Supposing, value: str) -> ClinicalFacts | None:
    """Every coarse date at the end at which it is read now, or at the other one."""
    known = replace(now.facts, date_ambiguous=False)
    if value == "one_end":
        return known
    coarse, changed = now.silence.coarse, known
    if "index_age" in coarse:
        changed = replace(changed, index_age=known.index_age + now.silence.index_age_span)
    if "pet" in coarse:
        changed = replace(changed, pet_days=int(now.numbers["pet_reliable_after"]))
    if "local_therapy" in coarse:
        past = int(now.numbers["local_therapy_window"]) + 1
        changed = replace(changed, local_therapy_days=past)
    return changed if changed != known else None


def _data(now: Supposing, _value: str) -> ClinicalFacts:
    return replace(now.facts, data_incomplete=False)


def _attenuation(now: Supposing, value: str) -> ClinicalFacts:
    """A pair that can be compared, in place of half a pair or of one that something spoils."""
    least, percent = now.number("attenuation_fall"), now.number("attenuation_fall_percent")
    before = least * _HUNDRED / percent  # where both thresholds are one
    after = before - 2 * least if value == "fall" else before
    flags = now.facts.flags - ATTENUATION_SPOILERS
    return replace(now.facts, hu=Course(before, before, after), flags=flags)


def _sizes(now: Supposing, value: str) -> ClinicalFacts:
    """Sums of diameters so large that growth in per cent is growth in mm as well."""
    least, percent = now.number("growth_millimetres"), now.number("apparent_growth")
    growth = {"none": Decimal(0), "apparent": percent, "progression": now.number("growth_cap")}
    before = least * _HUNDRED / percent
    after = before * (1 + growth[value] / _HUNDRED)
    return replace(now.facts, sld=Course(before, before, after))


_SUPPOSITIONS: Mapping[str, _Supposition] = {
    "extrahepatic": _plain("extrahepatic"),
    "clinical": _plain("clinical"),
    "primary": _plain("primary"),
    "biopsy": _plain("biopsy"),
    "liver_metastases": _liver_metastases,
    "line_start": _line_start,
    "last_dose": _last_dose,
    "local_therapy": _local_therapy,
    "dates": _dates,
    "data": _data,
    "second_read": _second_read,
    "new_lesion": _new_lesion,
    "baseline_correlate": _baseline_correlate,
    "marker": _marker,
    "marker_confirmation": _marker,
    "attenuation": _attenuation,
    "sizes": _sizes,
    "pet": _pet,
}
