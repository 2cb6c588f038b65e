"""An explanation on the command line: what would change the grade, and every rule as it was read."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rules.assessment import Assessment, Settles
from rules.explain import ConditionReading, Explanation, RuleReading, Truth

_COLOURS = {Truth.TRUE: "green", Truth.UNKNOWN: "yellow", Truth.FALSE: "dim"}


def explanation_text(explanation: Explanation, assessment: Assessment) -> RenderableType:
    """What would settle the question, the criteria, then the rules in the order of the book."""
    pages = dict.fromkeys(reading.page for reading in explanation.readings)
    return Group(
        Text("What would change the grade", style="bold"),
        *_settling(explanation),
        Text(),
        Text("Published criteria side by side; none of them decides", style="bold"),
        _criteria(assessment),
        Text(),
        Text("Every rule", style="bold"),
        *(_page(page, explanation.of_page(page)) for page in pages),
    )


def _settling(explanation: Explanation) -> Iterator[RenderableType]:
    if not explanation.settles:
        yield Text("Nothing that is not known would change it by itself.")
    for settles in explanation.settles:
        yield Text(settles.name)
        yield from _options(settles)


def _options(settles: Settles) -> Iterator[Text]:
    for grade, words in settles.grades:
        yield Text(f"  with {' or '.join(words)}: {grade.value}")


def _criteria(assessment: Assessment) -> Table:
    table = Table("criterion", "", "on", expand=True)
    for criterion in assessment.criteria:
        table.add_row(criterion.title, criterion.category, Text(criterion.arithmetic))
    return table


def _page(page: str, readings: tuple[RuleReading, ...]) -> Table:
    table = Table("rule", "", "on", title=page, title_justify="left", expand=True)
    for reading in readings:
        colour = _COLOURS[reading.truth]
        on = Group(*(_condition(condition) for condition in _telling(reading)))
        table.add_row(reading.rule, Text(reading.truth.value, style=colour), on)
    return table


def _telling(reading: RuleReading) -> tuple[ConditionReading, ...]:
    """Of a false rule only what makes it false; of any other all that it asks."""
    if reading.truth is not Truth.FALSE:
        return reading.conditions
    return tuple(c for c in reading.conditions if c.truth is Truth.FALSE)


def _condition(condition: ConditionReading) -> Text:
    met = condition.value == condition.text
    words = condition.text if met else f"{condition.text}: {condition.value}"
    return Text(words, style=_COLOURS[condition.truth])
