"""When the service speaks: occasion × grade → an indicator, or silence. The table is data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from rules.assessment import Assessment, Grade
from service.cds.data_pages import DataPageError, load, mapping


class Hook(str, Enum):
    """The hooks that are answered."""

    ORDER_SIGN = "order-sign"
    ORDER_SELECT = "order-select"
    PATIENT_VIEW = "patient-view"


class Indicator(str, Enum):
    """How loudly a card speaks. ``critical`` is not among them: no card stops an order."""

    INFO = "info"
    WARNING = "warning"


class Occasion(str, Enum):
    """What the user is doing."""

    TREATMENT_CHANGE = "treatment-change"
    UNREAD_ORDER = "unread-order"
    LIVER_IMAGING = "liver-imaging"
    CHART_OPENED = "chart-opened"
    CHART_OPENED_IN_CRISIS = "chart-opened-in-crisis"


SILENCE = "silence"


@dataclass(frozen=True)
class Speaking:
    """The table, and when to be silent.

    Attributes:
        max_study_age_days: the greatest age of a study that opening the chart speaks of.
        not_repeated_hours: for how long a card that was overridden is not shown again.
    """

    table: Mapping[Occasion, Mapping[Grade, Indicator | None]]
    max_study_age_days: int
    not_repeated_hours: int

    def indicator(self, occasion: Occasion, grade: Grade) -> Indicator | None:
        """How to speak on an occasion, or None for silence."""
        return self.table[occasion][grade]

    def chart_opened(self, assessment: Assessment) -> Occasion | None:
        """What opening the chart is, or None where there is no recent study to speak of."""
        age = assessment.index_age_days
        if assessment.index_study is None or age is None or age > self.max_study_age_days:
            return None
        return Occasion.CHART_OPENED_IN_CRISIS if assessment.urgent else Occasion.CHART_OPENED


def load_speaking() -> Speaking:
    """Read the table.

    Raises:
        DataPageError: an occasion, a grade or a word is missing or unknown.
    """
    page = load("speaking.yaml")
    table = mapping(page.get("occasions"), "speaking.yaml occasions")
    age = mapping(page.get("chart_opened_max_study_age"), "speaking.yaml chart_opened…")
    pause = mapping(page.get("overridden_not_repeated_for"), "speaking.yaml overridden…")
    try:
        rows = {o: _row(table[o.value]) for o in Occasion}
        return Speaking(rows, int(age["value"]), int(pause["value"]))
    except (KeyError, ValueError) as error:
        raise DataPageError(f"speaking.yaml: missing or unknown: {error}") from None


def _row(row: Mapping[str, str]) -> Mapping[Grade, Indicator | None]:
    return {g: None if row[g.value] == SILENCE else Indicator(row[g.value]) for g in Grade}
