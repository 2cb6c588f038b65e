"""What would settle the question, in plain words: which fact, and the grade that it would lead to."""

from __future__ import annotations

from rules.assessment import Assessment, Settles
from service.cds.markdown import Markdown, bold, escaped
from service.cds.wording import Wording

SHOWN = 3


def what_would_settle(assessment: Assessment, wording: Wording) -> tuple[Markdown, ...]:
    """The most telling facts that are not known, a sentence each, at most three."""
    return tuple(_sentence(s, assessment, wording) for s in assessment.settles[:SHOWN])


def _sentence(settles: Settles, assessment: Assessment, wording: Wording) -> Markdown:
    """Only what would change the grade is said; any other value leaves it as it is."""
    ways = [
        f"{' or '.join(words)}: {wording.settled_as[grade.value]}"
        for grade, words in settles.grades
        if grade is not assessment.grade
    ]
    name = settles.name[0].upper() + settles.name[1:]
    return Markdown(f"{bold(escaped(name))} – {escaped('; '.join(ways))}.")
