"""What speaks for true progression: one major item is enough, two minor ones are."""

from rules.assessment import ItemKind
from rules.items import ItemRule, of_kind
from rules.language import Rule, at_least, fails, holds, is_, less_than, more_than, one_of, rule


def m1_disease_elsewhere() -> Rule:
    """M1: disease outside the liver is new or growing."""
    return rule("M1", elsewhere=one_of("status", "new", "progressing"))


def m2_nodule() -> Rule:
    """M2: an enhancing nodule inside a lesion, central fill-in, or re-enhancement."""
    return rule("M2", liver=holds("nodule"))


def m3_new_solid_lesion() -> Rule:
    """M3: a new liver lesion that is solid and enhancing."""
    return rule("M3", liver=holds("new_lesion") & is_("character", "solid-enhancing"))


def m4_metabolic_progression() -> Rule:
    """M4: metabolic progression on PET, late enough after line start to be relied on."""
    return rule("M4", pet=is_("response", "PMD") & at_least("days", "pet_reliable_after"))


def m5_viable_tumour() -> Rule:
    """M5: biopsy shows viable tumour."""
    return rule("M5", biopsy=is_("result", "viable-tumour"))


def m6_second_growth() -> Rule:
    """M6: a second consecutive growth."""
    return rule("M6", course=holds("second_growth"))


def m7_crisis() -> Rule:
    """M7: clinical or visceral crisis."""
    return rule("M7", clinical=is_("status", "crisis"))


def m8_recorded_progression() -> Rule:
    """M8: progression recorded by a reader or board that had considered treatment effect."""
    return rule("M8", course=holds("recorded_progression"))


def minor_rising_attenuation() -> tuple[Rule, ...]:
    """m1: growth with attenuation rising again from its lowest value."""
    grown = at_least("percent", "apparent_growth")
    risen = at_least("rise", "attenuation_rise")
    return (
        rule(
            "m1.from_above_zero",
            growth=grown,
            attenuation=risen
            & holds("lowest_above_zero")
            & at_least("rise_percent", "attenuation_rise_percent"),
        ),
        rule("m1.from_zero_or_below", growth=grown, attenuation=risen & fails("lowest_above_zero")),
    )


def minor_marker_rise() -> Rule:
    """m2: the tumour marker rises, confirmed by a second value."""
    return rule("m2", marker=is_("state", "RISE_CONFIRMED"))


def minor_clinical_worsening() -> Rule:
    """m3: the patient is clinically worse."""
    return rule("m3", clinical=is_("status", "worse"))


def minor_long_on_line() -> Rule:
    """m4: long on this line: late growth is resistance until shown otherwise."""
    return rule("m4", line=holds("start_known") & more_than("days", "late_exposure_end"))


def growth_without_fall() -> tuple[Rule, ...]:
    """Growth that is progression by size, cleanly measured, with hardly any fall in attenuation."""
    clean = fails("flagged") & holds("growth")
    known_lesions = fails("new_lesion") & fails("qualitative")
    no_fall = less_than("fall_percent", "no_fall_below_percent")
    return (
        rule(
            "GROWTH_WITHOUT_FALL.by_recist",
            comparison=clean,
            liver=known_lesions,
            attenuation=no_fall,
            criteria=is_("recist", "PD"),
        ),
        rule(
            "GROWTH_WITHOUT_FALL.by_choi",
            comparison=clean,
            liver=known_lesions,
            attenuation=no_fall,
            criteria=is_("choi", "PD"),
            line=one_of("tier", "A", "B"),
            growth=at_least("millimetres", "growth_millimetres"),
        ),
    )


def items() -> tuple[ItemRule, ...]:
    """The items of this page, in the order of the assessment."""
    return (
        *of_kind(
            ItemKind.MAJOR,
            m1_disease_elsewhere(),
            m2_nodule(),
            m3_new_solid_lesion(),
            m4_metabolic_progression(),
            m5_viable_tumour(),
            m6_second_growth(),
            m7_crisis(),
            m8_recorded_progression(),
        ),
        *of_kind(
            ItemKind.MINOR,
            *minor_rising_attenuation(),
            minor_marker_rise(),
            minor_clinical_worsening(),
            minor_long_on_line(),
        ),
        *of_kind(ItemKind.BASIS, *growth_without_fall()),
    )
