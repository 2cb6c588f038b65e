"""Does the question arise at all, and is enough dated to answer it?"""

from rules.assessment import ItemKind
from rules.items import ItemRule, of_kind
from rules.language import Rule, fails, holds, is_, less_than, more_than, rule


def no_liver_metastases() -> Rule:
    """The problem list is known and holds no liver metastases; none is measured."""
    return rule("NO_LIVER_METASTASES", patient=is_("liver_metastases", "no"))


def primary_hcc() -> Rule:
    """Hepatocellular carcinoma has criteria of its own (mRECIST)."""
    return rule("PRIMARY_HCC", patient=is_("primary", "HCC"))


def no_agent() -> Rule:
    """No drug on record that could explain the pattern."""
    return rule("NO_AGENT", therapy=fails("qualifying") & fails("checkpoint_on_board"))


def no_apparent_progression() -> Rule:
    """The sum is known and has hardly grown, and nothing is new, clearer or nodular."""
    return rule(
        "NO_APPARENT_PROGRESSION",
        growth=less_than("percent", "apparent_growth"),
        liver=fails("new_lesion") & fails("conspicuity") & fails("nodule"),
    )


def stale() -> Rule:
    """The index study is too old to speak for today."""
    return rule("STALE", study=more_than("age_days", "index_study_max_age"))


def off_therapy() -> Rule:
    """Every qualifying agent is past its washout: growth off drug is growth."""
    return rule(
        "OFF_THERAPY",
        therapy=holds("qualifying") & fails("qualifying_on_board") & fails("checkpoint_on_board"),
    )


def date_ambiguous() -> Rule:
    """A date known only to its month or year would change an item with the day."""
    return rule("DATE_AMBIGUOUS", study=fails("dates_certain"))


def exposure_undated() -> Rule:
    """The leading agent has no start or no last dose that can be dated."""
    return rule("EXPOSURE_UNDATED", line=fails("dated"))


def too_early() -> Rule:
    """The drug has not been taken long enough to change perfusion."""
    return rule("TOO_EARLY", line=holds("start_known") & less_than("days", "minimum_exposure"))


def liver_metastases_unknown() -> Rule:
    """The problem list was not to be had and no liver lesion of a known primary is measured."""
    return rule("LIVER_METASTASES_UNKNOWN", patient=is_("liver_metastases", "unknown"))


def items() -> tuple[ItemRule, ...]:
    """The items of this page, in the order of the assessment."""
    return (
        *of_kind(
            ItemKind.EXCLUSION,
            no_liver_metastases(),
            primary_hcc(),
            no_agent(),
            no_apparent_progression(),
            stale(),
            off_therapy(),
        ),
        *of_kind(
            ItemKind.OBSTACLE,
            date_ambiguous(),
            exposure_undated(),
            too_early(),
            liver_metastases_unknown(),
        ),
    )
