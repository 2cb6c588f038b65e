"""What the tumour marker of this primary says: fall, rise, nothing, or not comparable.

Source: the page rules/catalog/markers, which holds every number used here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.clinical_facts import MarkerState
from rules.dates import Days, PartialDate, days_between
from rules.numbers import Numbers
from rules.timeline import MarkerValue

# Where two markers speak, the more contrary one is heard.
_CONTRARY_FIRST = (
    MarkerState.RISE_CONFIRMED,
    MarkerState.RISE_UNCONFIRMED,
    MarkerState.RISE_IN_SURGE_WINDOW,
    MarkerState.FLAT,
    MarkerState.FALL,
    MarkerState.MARKED_FALL,
    MarkerState.ASSAY_MIXED,
    MarkerState.NON_SECRETOR,
    MarkerState.STALE,
    MarkerState.NO_BASELINE,
)
CHROMOGRANIN = "CgA"


@dataclass(frozen=True)
class MarkerReading:
    """The marker that speaks, its state, and the values it rests on."""

    marker: str | None
    state: MarkerState
    sources: tuple[str, ...] = ()
    ambiguous: bool = False  # a date too coarse to tell the state


def markers_of(primary: str, numbers: Numbers) -> tuple[str, ...]:
    """The markers that speak for a primary; none for GIST and renal cell carcinoma."""
    for row in numbers.lists["marker_of_primary"]:
        if row["primary"] == primary:
            return tuple(row["markers"])
    return ()


def read_markers(
    values: Iterable[MarkerValue],
    primary: str,
    line_start: PartialDate | None,
    index: PartialDate,
    numbers: Numbers,
) -> MarkerReading:
    """The state of the marker of this primary at the index study."""
    readings = [
        _read_marker(name, [v for v in values if v.marker == name], line_start, index, numbers)
        for name in markers_of(primary, numbers)
    ]
    return min(
        readings,
        key=lambda r: _CONTRARY_FIRST.index(r.state),
        default=MarkerReading(None, MarkerState.NONE),
    )


def _read_marker(
    name: str,
    values: Sequence[MarkerValue],
    line_start: PartialDate | None,
    index: PartialDate,
    numbers: Numbers,
) -> MarkerReading:
    if line_start is None or not values:
        return MarkerReading(name, MarkerState.NO_BASELINE)
    sources = tuple(v.source.reference for v in values)
    early = Series(name, values, line_start, index, numbers, latest=False).state()
    late = Series(name, values, line_start, index, numbers, latest=True).state()
    contrary = min(early, late, key=_CONTRARY_FIRST.index)
    return MarkerReading(name, contrary, sources, ambiguous=early is not late)


@dataclass(frozen=True)
class Series:
    """The values of one marker against one line, with coarse dates read at one of their ends."""

    marker: str
    values: Sequence[MarkerValue]
    line_start: PartialDate
    index: PartialDate
    numbers: Numbers
    latest: bool

    def state(self) -> MarkerState:
        """The state, by the steps of the markers page."""
        near = self._near_index()
        reference = self._reference()
        if self._mixed(reference, near):
            return MarkerState.ASSAY_MIXED
        if reference is None:
            return MarkerState.NO_BASELINE
        if near is None:
            return MarkerState.STALE
        if not reference.value > self._floor(reference):
            return MarkerState.NON_SECRETOR
        return self._fall(reference, near) or self._rise(reference, near) or MarkerState.FLAT

    def _days(self, days: Days) -> int:
        return days.high if self.latest else days.low

    def _after_start(self, value: MarkerValue) -> int:
        return self._days(days_between(self.line_start, value.day))

    def _to_index(self, value: MarkerValue) -> int:
        return abs(self._days(days_between(value.day, self.index)))

    def _reference(self) -> MarkerValue | None:
        before = self.numbers["marker_reference_before"]
        after = self.numbers["marker_reference_after"]
        window = [v for v in self.values if -before <= self._after_start(v) <= after]
        return max(window, key=self._after_start, default=None)

    def _near_index(self) -> MarkerValue | None:
        limit = self.numbers["marker_index_window"]
        near = [v for v in self.values if self._to_index(v) <= limit]
        return min(near, key=lambda v: (self._to_index(v), -self._after_start(v)), default=None)

    def _mixed(self, reference: MarkerValue | None, near: MarkerValue | None) -> bool:
        """Another property or unit among the values that would be compared."""
        if reference is None or near is None:
            return False
        between = self._on_treatment(reference, near)
        return len({(v.series, v.unit) for v in (reference, near, *between)}) > 1

    def _floor(self, reference: MarkerValue) -> Decimal:
        if self.marker == CHROMOGRANIN:
            if reference.upper_limit is None:
                return Decimal("Infinity")
            return reference.upper_limit * _decimal(self.numbers["cga_floor_multiple"])
        return _decimal(self.numbers.tables["marker_floor"].of(self.marker))

    def _upper_limit(self, value: MarkerValue) -> Decimal:
        if self.marker == CHROMOGRANIN:
            return value.upper_limit if value.upper_limit is not None else Decimal("Infinity")
        return _decimal(self.numbers.tables["marker_upper_limit"].of(self.marker))

    def _fall(self, reference: MarkerValue, near: MarkerValue) -> MarkerState | None:
        ratio = near.value / reference.value
        if ratio <= _decimal(self.numbers["marker_marked_fall"]):
            return MarkerState.MARKED_FALL
        if ratio <= _decimal(self.numbers.tables["marker_fall"].of(self.marker)):
            return MarkerState.FALL
        return None

    def _rise(self, reference: MarkerValue, near: MarkerValue) -> MarkerState | None:
        lowest = min(v.value for v in self._on_treatment(reference, near))
        if not self._risen(near, lowest):
            return None
        surge = self.numbers.tables["marker_surge"].of(self.marker)
        if self._after_start(near) <= surge and surge > 0:
            return MarkerState.RISE_IN_SURGE_WINDOW
        if self._confirmed(near, reference):
            return MarkerState.RISE_CONFIRMED
        return MarkerState.RISE_UNCONFIRMED

    def _risen(self, value: MarkerValue, lowest: Decimal) -> bool:
        ratio = _decimal(self.numbers.tables["marker_rise"].of(self.marker))
        return value.value >= ratio * lowest and value.value > self._upper_limit(value)

    def _confirmed(self, near: MarkerValue, reference: MarkerValue) -> bool:
        """A second value, far enough apart, that also meets the rise over what was before it."""
        interval = self.numbers["marker_confirmation_interval"]
        others = (v for v in self.values if v.series == near.series and v.unit == near.unit)
        return any(
            abs(self._days(days_between(v.day, near.day))) >= interval
            and self._after_start(v) > self._after_start(reference)
            and self._risen(v, min(o.value for o in self._on_treatment(reference, v)))
            for v in others
        )

    def _on_treatment(self, reference: MarkerValue, until: MarkerValue) -> list[MarkerValue]:
        first, last = self._after_start(reference), self._after_start(until)
        return [v for v in self.values if first <= self._after_start(v) <= last] or [reference]


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))
