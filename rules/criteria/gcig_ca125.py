"""GCIG criteria for CA-125 in ovarian cancer (Rustin 2011, Int J Gynecol Cancer 21:419).

All samples of one assay and one unit (U/mL). Days count from the start of treatment.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.criteria.arithmetic import HUNDRED, above, at_least, at_most, in_words
from rules.criteria.measured import Change, Sample, described
from rules.criteria.pages import CriterionPage
from rules.criteria.response import (
    NE,
    NO_RESPONSE,
    PROGRESSION,
    RESPONSE,
    Response,
    in_one_line,
)

UNIT = "U/mL"


def gcig_ca125(page: CriterionPage, samples: Sequence[Sample], upper_limit: Decimal) -> Response:
    """Progression, response, no response, or NE without a usable sample before treatment.

    ``upper_limit`` is the laboratory's upper limit of normal. Progression comes first, also
    after a response.
    """
    ordered = sorted(samples, key=lambda sample: sample.day)
    pretreatment = next((s for s in reversed(ordered) if s.day <= 0), None)
    on_treatment = [s for s in ordered if s.day > 0]
    if pretreatment is None or not on_treatment:
        return Response(NE, "no sample before treatment, or none since")
    change = Change(on_treatment[-1].value, pretreatment.value, UNIT)
    words = described("from the sample before treatment", change)
    rise = _progression(page, pretreatment, on_treatment, upper_limit)
    if rise:
        return Response(PROGRESSION, in_one_line(rise, words))
    if not _evaluable(page, pretreatment, upper_limit):
        return Response(NE, in_one_line("sample before treatment too low or too old", words))
    confirmed = _responded(page, pretreatment, on_treatment, upper_limit)
    return Response(RESPONSE if confirmed else NO_RESPONSE, words)


def _evaluable(page: CriterionPage, pretreatment: Sample, upper_limit: Decimal) -> bool:
    recent = -pretreatment.day <= page["pretreatment_days"]
    return recent and at_least(pretreatment.value, page["evaluable_multiple"] * upper_limit)


def _responded(
    page: CriterionPage, pretreatment: Sample, samples: Sequence[Sample], upper_limit: Decimal
) -> bool:
    return any(
        _confirmed(page, pretreatment, samples[start:], upper_limit)
        for start in range(len(samples))
    )


def _confirmed(
    page: CriterionPage, pretreatment: Sample, samples: Sequence[Sample], upper_limit: Decimal
) -> bool:
    """Whether the first sample is a response that the following ones keep up long enough."""
    first, previous = samples[0], samples[0]
    for sample in samples:
        change = Change(sample.value, pretreatment.value, UNIT)
        halved = at_most(change.percent, page["response"])
        if not halved or _rose(page, previous, sample, upper_limit):
            return False
        if sample.day - first.day >= page["response_held_days"]:
            return True
        previous = sample
    return False


def _rose(page: CriterionPage, earlier: Sample, later: Sample, upper_limit: Decimal) -> bool:
    # Movements within the normal range do not count, nor those within the assay's variability.
    allowed = earlier.value * (HUNDRED + page["assay_variability"]) / HUNDRED
    return above(later.value, max(allowed, upper_limit))


def _progression(
    page: CriterionPage, pretreatment: Sample, samples: Sequence[Sample], upper_limit: Decimal
) -> str:
    """The rise that is progression, in words; empty where there is none."""
    high = [
        sample
        for place, sample in enumerate(samples)
        if _doubled(page, (pretreatment, *samples[:place]), sample, upper_limit)
    ]
    if not high or high[-1].day - high[0].day < page["progression_apart_days"]:
        return ""
    multiple = in_words(page["progression_multiple"])
    days = f"days {high[0].day} and {high[-1].day}"
    return f"at least {multiple} times the nadir, or the upper limit once normal, on {days}"


def _doubled(
    page: CriterionPage, earlier: Sequence[Sample], sample: Sample, upper_limit: Decimal
) -> bool:
    # A nadir within the normal range is too small a reference: then the upper limit stands in.
    reference = max(min(s.value for s in earlier), upper_limit)
    return at_least(sample.value, page["progression_multiple"] * reference)
