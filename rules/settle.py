"""What would settle the question: the grade that each thing not known would lead to.

Every value of everything that is not known is supposed in turn, and the patient is judged again
by the rule book, so what is said here is what would be said. What is known is never supposed
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.assessment import Grade, Possible, Settles
from rules.clinical_facts import ClinicalFacts, Silence
from rules.features.markers import markers_of
from rules.judge import Judgement, Strata, judge
from rules.known import unknown_data, unknown_fields
from rules.numbers import Numbers
from rules.suppose import Supposing
from rules.working_memory import measurements_of

BOTH_SIDES = frozenset({Grade.SUPPORTED, Grade.TRUE_PROGRESSION})
_ABOUT_MARKERS = ("marker", "marker_confirmation")


@dataclass(frozen=True)
class Datum:
    """One thing that may be found out: its name and the words for each of its values."""

    id: str
    name: str
    values: Mapping[str, str]


def data_of(numbers: Numbers) -> tuple[Datum, ...]:
    """What may be found out, as the settling page has it: the easiest to come by first."""
    rows = numbers.lists["settling"]
    return tuple(Datum(row["datum"], row["name"], row["values"]) for row in rows)


@dataclass(frozen=True)
class Settler:
    """Asks what the grade would be. ``strata`` may remember what the engine said."""

    data: tuple[Datum, ...]
    strata: Strata

    def settles(
        self, facts: ClinicalFacts, silence: Silence, now: Judgement
    ) -> tuple[Settles, ...]:
        """Everything not known that alone would change the grade, the most telling first.

        First what may lead to both sides, then what may support treatment effect, then what
        leads to more different grades, then what is easier to come by.

        Raises:
            EngineError: the engine failed; nothing may be concluded.
        """
        found = self._changing(facts, silence, now)
        return tuple(sorted(found, key=lambda settles: _rank(settles, now.grade)))

    def _changing(
        self, facts: ClinicalFacts, silence: Silence, now: Judgement
    ) -> Iterator[Settles]:
        unknown = unknown_fields(facts, now.exposure, now.derived, silence)
        open_data = unknown_data(facts, now.exposure, unknown, silence)
        supposing = Supposing(facts, silence, now.exposure.named, self.strata.numbers)
        words = _words(supposing)
        for datum in self.data:
            if datum.id not in open_data or not _has_values(datum, words):
                continue
            options = tuple(self._options(datum, supposing, words, now))
            if any(option.grade is not now.grade for option in options):
                yield Settles(datum.id, datum.name.format_map(words), options)

    def _options(
        self, datum: Datum, supposing: Supposing, words: Mapping[str, str], now: Judgement
    ) -> Iterator[Possible]:
        for value, text in datum.values.items():
            supposed = supposing.with_(datum.id, value)
            if supposed is not None:
                grade = self._grade(supposed, supposing.facts, now)
                yield Possible(value, text.format_map(words), grade)

    def _grade(self, supposed: ClinicalFacts, facts: ClinicalFacts, now: Judgement) -> Grade:
        if supposed == facts:
            return now.grade
        derived = now.derived if measurements_of(supposed) == measurements_of(facts) else None
        return judge(supposed, self.strata, derived).grade


def _words(now: Supposing) -> Mapping[str, str]:
    markers = markers_of(now.facts.primary, now.numbers)
    return {
        "agent": now.agent.ingredient if now.agent else "the drug",
        "marker": " or ".join(markers),
    }


def _has_values(datum: Datum, words: Mapping[str, str]) -> bool:
    """A marker is worth asking for only where one speaks for the primary."""
    return datum.id not in _ABOUT_MARKERS or bool(words["marker"])


def _rank(settles: Settles, grade: Grade) -> tuple[bool, bool, int]:
    # Sorting is stable: among equals the order of the page stands.
    grades = {option.grade for option in settles.options}
    opens_up = Grade.SUPPORTED in grades
    return not grades.issuperset(BOTH_SIDES), not opens_up, -len(grades | {grade})
