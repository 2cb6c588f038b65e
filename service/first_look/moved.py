"""What a change moved: the grade, and the rules that fire now and did not, or the reverse."""

from __future__ import annotations

from dataclasses import dataclass

from rules.assessment import Assessment, Grade


@dataclass(frozen=True)
class Moved:
    """The difference between two assessments of one patient."""

    before: Grade
    after: Grade
    now_fire: tuple[str, ...]
    fire_no_more: tuple[str, ...]

    @property
    def grade_moved(self) -> bool:
        """Whether the grade is another."""
        return self.before is not self.after


def moved(before: Assessment, after: Assessment) -> Moved:
    """What changed from one assessment to the other, in the order of the rule book."""
    was = dict.fromkeys(firing.rule for firing in before.trace)
    is_now = dict.fromkeys(firing.rule for firing in after.trace)
    return Moved(
        before.grade,
        after.grade,
        tuple(rule for rule in is_now if rule not in was),
        tuple(rule for rule in was if rule not in is_now),
    )
