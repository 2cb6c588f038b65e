"""Percentages and comparisons as every criterion means them, and numbers in words.

Values are compared unrounded. Only what is shown is rounded, and never onto a threshold that
the value itself does not reach.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

HUNDRED = Decimal(100)
INFINITE = Decimal("Infinity")

# Not a clinical number: it takes up the last digit of a mean over three lesions.
TOLERANCE = Decimal("1e-9")

TENTHS = Decimal("0.1")
HUNDREDTHS = Decimal("0.01")
TEN_THOUSANDTHS = Decimal("0.0001")


def percent_change(value: Decimal, reference: Decimal) -> Decimal:
    """The change of a value in per cent of its reference, unrounded.

    A reference of zero or below has no percentage: any value above zero counts as infinite
    growth, any other as no change.
    """
    if reference <= 0:
        return INFINITE if value > 0 else Decimal(0)
    return HUNDRED * (value - reference) / reference


def at_least(value: Decimal, threshold: Decimal) -> bool:
    """Whether a value reaches a threshold from below; the threshold itself counts."""
    return value >= threshold - TOLERANCE


def at_most(value: Decimal, threshold: Decimal) -> bool:
    """Whether a value reaches a threshold from above; the threshold itself counts."""
    return value <= threshold + TOLERANCE


def above(value: Decimal, threshold: Decimal) -> bool:
    """Whether a value exceeds a threshold; the threshold itself does not count."""
    return not at_most(value, threshold)


def below(value: Decimal, threshold: Decimal) -> bool:
    """Whether a value stays under a threshold; the threshold itself does not count."""
    return not at_least(value, threshold)


def in_words(value: Decimal, step: Decimal = HUNDREDTHS) -> str:
    """A number as a person writes it: "53", "72.8", "−27.8"; long ones rounded to the step."""
    shown = _rounded(value, step).normalize()
    sign = "−" if shown < 0 else ""
    return f"{sign}{abs(shown):f}"


def percent_in_words(percent: Decimal) -> str:
    """A percentage with sign and one decimal: "+13.2 %", "−38.2 %", "+∞ %"."""
    if percent.is_infinite():
        return "+∞ %"
    shown = _rounded(percent, TENTHS)
    sign = "+" if shown > 0 else "−" if shown < 0 else ""
    return f"{sign}{abs(shown):f} %"


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    # Thresholds are whole percentages and whole tenths: 19.96 % must not read as 20.0 %.
    nearest = value.quantize(step)
    coarser = step.scaleb(1)
    reaches_too_far = not nearest % coarser and abs(nearest) - abs(value) > TOLERANCE
    return value.quantize(step, ROUND_DOWN) if reaches_too_far else nearest
