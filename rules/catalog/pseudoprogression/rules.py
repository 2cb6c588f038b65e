"""The look of treatment effect, what holds it at "possible", and what agrees with it."""

from rules.assessment import ItemKind
from rules.items import ItemRule, of_kind
from rules.language import (
    Condition,
    Rule,
    at_least,
    at_most,
    fails,
    holds,
    is_,
    less_than,
    more_than,
    one_of,
    rule,
)


def _fallen() -> Condition:
    """Attenuation fell by enough HU and by enough per cent."""
    return at_least("fall", "attenuation_fall") & at_least(
        "fall_percent", "attenuation_fall_percent"
    )


def _new_cyst_like() -> Condition:
    return holds("new_lesion") & is_("character", "cyst-like")


def p1_attenuation_fell() -> tuple[Rule, ...]:
    """P1: attenuation fell from baseline. A new lesion that is no pseudo-new one cancels it."""
    return (
        rule("P1.known_lesions", attenuation=_fallen(), liver=fails("new_lesion")),
        rule("P1.with_pseudo_new", attenuation=_fallen(), liver=_new_cyst_like()),
    )


def p2_pseudo_new_lesion() -> tuple[Rule, ...]:
    """P2: a new cyst-like lesion that was there at baseline, or while the known ones fell."""
    return (
        rule("P2.by_correlate", liver=_new_cyst_like() & holds("baseline_correlate")),
        rule("P2.by_attenuation", attenuation=_fallen(), liver=_new_cyst_like()),
    )


def p3_morphologic_response() -> tuple[Rule, ...]:
    """P3: optimal morphologic response in colorectal cancer, cancelled as P1 is."""
    optimal, colorectal = is_("chun", "optimal"), is_("primary", "CRC")
    return (
        rule("P3.known_lesions", patient=colorectal, morphology=optimal, liver=fails("new_lesion")),
        rule(
            "P3.with_correlate",
            patient=colorectal,
            morphology=optimal,
            liver=_new_cyst_like() & holds("baseline_correlate"),
        ),
        rule(
            "P3.with_pseudo_new",
            patient=colorectal,
            morphology=optimal,
            attenuation=_fallen(),
            liver=_new_cyst_like(),
        ),
    )


def p4_described() -> tuple[Rule, ...]:
    """P4: described as hypoenhancing or cystic, or a new cyst-like lesion that nothing explains."""
    unexplained = _new_cyst_like() & fails("baseline_correlate")
    return (
        rule("P4.stated", liver=holds("qualitative")),
        rule("P4.new_not_comparable", liver=unexplained, comparison=fails("attenuation")),
        rule(
            "P4.new_small_fall",
            liver=unexplained,
            attenuation=less_than("fall", "attenuation_fall"),
        ),
        rule(
            "P4.new_small_relative_fall",
            liver=unexplained,
            attenuation=less_than("fall_percent", "attenuation_fall_percent"),
        ),
    )


def readable() -> Rule:
    """Sizes and attenuation can be compared and no description says otherwise."""
    return rule(
        "READABLE",
        comparison=holds("attenuation") & holds("growth"),
        liver=fails("new_lesion") & fails("qualitative"),
    )


def flat() -> Rule:
    """Attenuation was measured twice and hardly fell."""
    return rule("FLAT", attenuation=less_than("fall_percent", "no_fall_below_percent"))


def growth_unknown() -> Rule:
    """GROWTH_UNKNOWN: the sums are not known, so growth could be any."""
    return rule("GROWTH_UNKNOWN", comparison=fails("growth"))


def late() -> Rule:
    """LATE: long on the line, though not yet a minor item."""
    return rule(
        "LATE",
        line=holds("start_known")
        & at_least("days", "late_exposure_start")
        & at_most("days", "late_exposure_end"),
    )


def growth_over_half() -> Rule:
    """GROWTH_OVER_50: more growth than treatment effect has been described with."""
    return rule("GROWTH_OVER_50", growth=more_than("percent", "growth_cap"))


def extrahepatic_unknown() -> Rule:
    """EXTRAHEPATIC_UNKNOWN: nobody says how the disease outside the liver does."""
    return rule("EXTRAHEPATIC_UNKNOWN", elsewhere=is_("status", "unknown"))


def clinical_unknown() -> Rule:
    """CLINICAL_UNKNOWN: nobody says how the patient does."""
    return rule("CLINICAL_UNKNOWN", clinical=is_("status", "unknown"))


def primary_unknown() -> Rule:
    """PRIMARY_UNKNOWN: it could be one for which this pattern means something else."""
    return rule("PRIMARY_UNKNOWN", patient=is_("primary", "unknown"))


def pet_early_discordant() -> Rule:
    """PET_EARLY_DISCORDANT: metabolic progression too early to be relied on, but there."""
    return rule(
        "PET_EARLY_DISCORDANT",
        pet=is_("response", "PMD") & less_than("days", "pet_reliable_after"),
    )


def marker_unconfirmed() -> Rule:
    """MARKER_UNCONFIRMED: the marker rose once."""
    return rule("MARKER_UNCONFIRMED", marker=is_("state", "RISE_UNCONFIRMED"))


def new_uncorrelated() -> Rule:
    """NEW_UNCORRELATED: outside tier A a new lesion needs a correlate at baseline."""
    return rule(
        "NEW_UNCORRELATED",
        liver=holds("new_lesion") & fails("baseline_correlate"),
        line=one_of("tier", "B", "C"),
    )


def data_incomplete() -> Rule:
    """DATA_INCOMPLETE: something that bears on the question was not to be had or not readable."""
    return rule("DATA_INCOMPLETE", study=fails("data_complete"))


def quiet_elsewhere() -> Rule:
    """Disease outside the liver is stable or responding."""
    return rule("ELSEWHERE_QUIET", elsewhere=one_of("status", "stable", "responding"))


def marker_fall() -> Rule:
    """The tumour marker fell."""
    return rule("MARKER_FALL", marker=is_("state", "FALL"))


def marker_marked_fall() -> Rule:
    """The tumour marker fell by half or more."""
    return rule("MARKER_MARKED_FALL", marker=is_("state", "MARKED_FALL"))


def pet_response() -> Rule:
    """PET shows metabolic response."""
    return rule("PET_RESPONSE", pet=one_of("response", "PMR", "CMR"))


def biopsy_necrosis() -> Rule:
    """Biopsy shows necrosis without viable tumour."""
    return rule("BIOPSY_NECROSIS", biopsy=is_("result", "necrosis"))


def items() -> tuple[ItemRule, ...]:
    """The items of this page, in the order of the assessment."""
    return (
        *of_kind(
            ItemKind.PATTERN,
            *p1_attenuation_fell(),
            *p2_pseudo_new_lesion(),
            *p3_morphologic_response(),
            *p4_described(),
        ),
        *of_kind(ItemKind.BASIS, readable(), flat()),
        *of_kind(
            ItemKind.CAP,
            late(),
            growth_over_half(),
            growth_unknown(),
            extrahepatic_unknown(),
            clinical_unknown(),
            primary_unknown(),
            pet_early_discordant(),
            marker_unconfirmed(),
            new_uncorrelated(),
            data_incomplete(),
        ),
        *of_kind(ItemKind.CONCORDANT, quiet_elsewhere(), marker_fall()),
        *of_kind(
            ItemKind.CONCORDANT,
            marker_marked_fall(),
            pet_response(),
            biopsy_necrosis(),
            strong=True,
        ),
    )
