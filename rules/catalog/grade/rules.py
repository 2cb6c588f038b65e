"""From items to the grade: first what they add up to, then the ladder, of which one step holds."""

from __future__ import annotations

from functools import reduce
from operator import and_

from rules.assessment import Grade, ItemKind
from rules.items import ItemRule, of_kind
from rules.language import Condition, Rule, at_least, fails, holds, is_, more_than, rule

# The ladder: the first step that holds is terminal. Each step is a field of the verdict fact.
LADDER = (
    ("EXCLUDED", "excluded", Grade.NOT_APPLICABLE),
    ("ICI_CONTRARY", "checkpoint_alone_contrary", Grade.TRUE_PROGRESSION),
    ("ICI_ONLY", "checkpoint_alone", Grade.IMMUNE),
    ("MAJOR", "major", Grade.TRUE_PROGRESSION),
    ("DATE_AMBIGUOUS", "date_ambiguous", Grade.INDETERMINATE),
    ("LOCAL_THERAPY_UNDATED", "local_therapy_undated", Grade.INDETERMINATE),
    ("LOCAL_THERAPY", "local_therapy", Grade.LOCAL_THERAPY),
    ("TWO_MINORS", "two_minors", Grade.TRUE_PROGRESSION),
    ("EXPOSURE_UNDATED", "exposure_undated", Grade.INDETERMINATE),
    ("TOO_EARLY", "too_early", Grade.INDETERMINATE),
    ("LIVER_METASTASES_UNKNOWN", "liver_metastases_unknown", Grade.INDETERMINATE),
)


def minor_item() -> Rule:
    """A minor progression item holds the grade at possible."""
    return rule("MINOR_ITEM", tally=at_least("minors", "minors_that_cap"))


def two_minors() -> Rule:
    """Minor progression items add up."""
    return rule("TWO_MINORS", tally=at_least("minors", "minors_that_decide"))


def no_measured_fall() -> tuple[Rule, ...]:
    """No comparable attenuation pair, a flat one, or neither P1 nor P3.

    A flat pair holds the grade even beside a stated morphologic response: a measurement that
    contradicts a statement is contrary evidence.
    """
    return (
        rule("NO_MEASURED_FALL.flat", tally=holds("attenuation_flat")),
        rule("NO_MEASURED_FALL.pair", tally=fails("attenuation_comparable")),
        rule("NO_MEASURED_FALL.pattern", tally=fails("measured_pattern")),
    )


def concordance() -> tuple[Rule, ...]:
    """Enough independent evidence agrees, by tier."""
    return (
        _enough("A", at_least("concordant", "concordance_tier_a")),
        _enough("B", at_least("concordant", "concordance_tier_b")),
        _enough(
            "C",
            at_least("concordant", "concordance_tier_c")
            & at_least("strong", "concordance_tier_c_strong"),
        ),
    )


def _enough(tier: str, counts: Condition) -> Rule:
    return rule(f"CONCORDANCE.tier_{tier.lower()}", tally=is_("tier", tier) & counts)


def expired() -> Rule:
    """A supported reading holds for a time only."""
    return rule("EXPIRED", tally=more_than("age_days", "supported_expires"))


def tally_items() -> tuple[ItemRule, ...]:
    """What the items add up to."""
    return (
        *of_kind(ItemKind.CAP, minor_item(), *no_measured_fall()),
        *of_kind(ItemKind.BASIS, two_minors(), *concordance(), expired()),
    )


def grade_rules() -> tuple[tuple[Rule, Grade], ...]:
    """The grade rules; exactly one fires on any verdict."""
    return (*_ladder(), *_by_pattern())


def _ladder() -> tuple[tuple[Rule, Grade], ...]:
    steps = [step for _, step, _ in LADDER]
    return tuple(
        (rule(name, verdict=_all(*map(fails, steps[:n]), holds(step))), grade)
        for n, (name, step, grade) in enumerate(LADDER)
    )


def _by_pattern() -> tuple[tuple[Rule, Grade], ...]:
    no_pattern = fails("pattern")
    grew, clear = holds("growth_without_fall"), fails("growth_without_fall")
    free = holds("pattern") & fails("capped")
    return tuple(
        (rule(name, verdict=_past_the_ladder() & condition), grade)
        for name, condition, grade in (
            ("GROWTH_WITHOUT_FALL", no_pattern & grew, Grade.TRUE_PROGRESSION),
            ("PATTERN_NEGATIVE", no_pattern & clear & holds("readable"), Grade.INDETERMINATE),
            (
                "NO_PAIR_NO_DESCRIPTION",
                no_pattern & clear & fails("readable") & fails("described"),
                Grade.INDETERMINATE,
            ),
            (
                "QUALITATIVE_ONLY",
                no_pattern & clear & fails("readable") & holds("described"),
                Grade.POSSIBLE,
            ),
            ("CAPPED", holds("pattern") & holds("capped"), Grade.POSSIBLE),
            ("CONCORDANCE_SHORT", free & fails("concordant"), Grade.POSSIBLE),
            ("EXPIRED", free & holds("concordant") & holds("expired"), Grade.INDETERMINATE),
            ("SUPPORTED", free & holds("concordant") & fails("expired"), Grade.SUPPORTED),
        )
    )


def _past_the_ladder() -> Condition:
    return _all(*(fails(step) for _, step, _ in LADDER))


def _all(*conditions: Condition) -> Condition:
    return reduce(and_, conditions)
