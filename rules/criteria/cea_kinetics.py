"""CEA kinetics (Iwanicki-Caron 2008, J Clin Oncol 26:3681): slope of the logarithm per month."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.criteria.arithmetic import TEN_THOUSANDTHS, above, below, in_words
from rules.criteria.measured import Sample
from rules.criteria.pages import CriterionPage
from rules.criteria.response import NE, NEITHER, PROGRESSION, RESPONSE, Response


def cea_kinetics(page: CriterionPage, samples: Sequence[Sample]) -> Response:
    """Progression or response by slope, neither in between, NE with too few usable samples.

    All samples of one assay and one unit.
    """
    if len(samples) < page["fewest_samples"]:
        return Response(
            NE, f"{len(samples)} samples, {in_words(page['fewest_samples'])} are needed"
        )
    slope = slope_per_month(samples, page["days_per_month"])
    if slope is None:
        return Response(NE, "no slope: samples of one day only, or a value of zero")
    return Response(_category(page, slope), _in_words(slope, len(samples)))


def slope_per_month(samples: Sequence[Sample], days_per_month: Decimal) -> Decimal | None:
    """The slope of the natural logarithm of the values over time in months, by least squares.

    None where it is not defined: all samples of one day, or a value that has no logarithm.
    """
    if len({sample.day for sample in samples}) <= 1 or any(s.value <= 0 for s in samples):
        return None
    months = _centred([sample.day / days_per_month for sample in samples])
    logarithms = _centred([sample.value.ln() for sample in samples])
    return _product(months, logarithms) / _product(months, months)


def _centred(values: Sequence[Decimal]) -> list[Decimal]:
    mean = sum(values, Decimal(0)) / len(values)
    return [value - mean for value in values]


def _product(first: Sequence[Decimal], second: Sequence[Decimal]) -> Decimal:
    return sum((a * b for a, b in zip(first, second, strict=True)), Decimal(0))


def _category(page: CriterionPage, slope: Decimal) -> str:
    if above(slope, page["progression_above"]):
        return PROGRESSION
    return RESPONSE if below(slope, page["response_below"]) else NEITHER


def _in_words(slope: Decimal, count: int) -> str:
    sign = "+" if slope > 0 else ""
    return f"slope {sign}{in_words(slope, TEN_THOUSANDTHS)} per month over {count} samples"
