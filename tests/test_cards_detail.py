"""The body of a card, as a reader sees it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import cmarkgfm
import pytest
from assessments import (
    BLEEDING,
    CRISIS,
    FELL,
    GREW,
    GREW_MUCH,
    IMMUNE,
    INDETERMINATE,
    LOCAL_THERAPY,
    MARKER_FELL,
    MINOR_CAP,
    PATIENT,
    POSSIBLE,
    SIZES,
    SPREAD,
    SUPPORTED,
    TRUE_PROGRESSION,
    URGENT,
    WITH_CARD,
    WORSE,
    card_maker,
)

from rules.assessment import Assessment, LesionChange, Measurements
from rules.timeline import Phase
from service.cds.speaking import Indicator

HEADINGS = (
    "What was found",
    "For treatment effect",
    "Against it",
    "Missing or not comparable",
    "Why this pattern matters",
    "Options to consider",
    "Limits",
)
BY_LABEL = pytest.mark.parametrize("assessment", WITH_CARD, ids=lambda a: f"{a.grade.name}")


def body(assessment: Assessment, *notes: str) -> str:
    return card_maker().about(assessment, Indicator.INFO, PATIENT, notes).detail


def markup(assessment: Assessment) -> str:
    options = cmarkgfm.Options.CMARK_OPT_UNSAFE
    html: str = cmarkgfm.github_flavored_markdown_to_html(body(assessment), options=options)
    return html


def sections(assessment: Assessment, *notes: str) -> Mapping[str, str]:
    parts = re.split(r"^\*\*(.+)\*\*$", body(assessment, *notes), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


@BY_LABEL
def test_every_card_has_all_sections_in_order(assessment: Assessment) -> None:
    assert tuple(sections(assessment)) == HEADINGS


@BY_LABEL
def test_every_card_holds_one_table_and_no_html(assessment: Assessment) -> None:
    html = markup(assessment)
    assert html.count("<table>") == 1
    known = {"p", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "a"}
    assert set(re.findall(r"</?([a-z]+)", html)) <= known


@BY_LABEL
def test_no_section_is_empty(assessment: Assessment) -> None:
    assert all(text for text in sections(assessment).values())


@BY_LABEL
def test_no_card_gives_a_probability_a_score_or_an_order(assessment: Assessment) -> None:
    text = body(assessment).casefold()
    for word in ("probab", "likelihood", "score", "reassur", "should", "must ", "recommended"):
        assert word not in text


def test_the_lesion_table_reads_then_and_now() -> None:
    assert "| Lesion 1 (target) | segment VI | 53 → 60 mm | 72.8 → 45 HU | portal venous |" in body(
        SUPPORTED
    )


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        ({"mm_index": Decimal("60.00")}, "53 → 60 mm"),
        ({"mm_index": Decimal("60.5")}, "53 → 60.5 mm"),
        ({"mm_index": None}, "53 → not measured"),
        ({"mm_baseline": None}, "not measured → 60 mm"),
        ({"mm_baseline": None, "new": True}, "new → 60 mm"),
        ({"mm_baseline": None, "mm_index": None}, "not measured"),
        ({"hu_index": Decimal("44.96")}, "72.8 → 45 HU"),
        ({"hu_index": Decimal("-4.5")}, "72.8 → −4.5 HU"),
        ({"hu_index": Decimal(0)}, "72.8 → 0 HU"),
        ({"phase_baseline": Phase.ARTERIAL}, "arterial → portal venous"),
        ({"phase_index": None}, "portal venous → not known"),
        ({"site": ""}, "not stated"),
        ({"label": "", "target": False}, "unnamed"),
    ],
)
def test_what_is_not_measured_is_said_and_numbers_are_short(
    change: Mapping[str, object], cell: str
) -> None:
    lesion = replace(SIZES, **change)  # type: ignore[arg-type]
    found = body(replace(SUPPORTED, measurements=replace(GREW, lesions=(lesion,))))
    assert f"| {cell} |" in found


def test_six_lesions_are_shown_and_the_others_counted() -> None:
    lesions = tuple(replace(SIZES, id=str(n), label=f"Lesion {n}") for n in range(1, 9))
    found = body(replace(SUPPORTED, measurements=replace(GREW, lesions=lesions)))
    assert found.count("(target)") == 6
    assert "and 2 more lesions" in found


def test_sum_growth_attenuation_and_criteria_are_given() -> None:
    found = sections(SUPPORTED)["What was found"]
    assert "Sum of target lesions: 53 → 60 mm; smallest before 53 mm, growth +13.2 %" in found
    assert "Mean attenuation: 72.8 → 45 HU; change −38.2 %" in found
    assert "By these numbers alone: RECIST 1.1 SD, Choi 2007 PR" in found


def test_both_studies_are_named_with_day_and_modality() -> None:
    found = sections(SUPPORTED)["What was found"]
    assert r"Compared: 2026-03-10 \(CT\) → 2026-05-10 \(CT\)." in found


@pytest.mark.parametrize(
    ("assessment", "sentence"),
    [(LOCAL_THERAPY, "Liver-directed therapy 40 d before."), (IMMUNE, "nivolumab is on board")],
    ids=["local therapy", "checkpoint inhibitor"],
)
def test_what_confounds_the_reading_is_part_of_what_was_found(
    assessment: Assessment, sentence: str
) -> None:
    assert sentence in sections(assessment)["What was found"]


def test_a_criterion_that_cannot_be_evaluated_is_said_in_words() -> None:
    found = body(replace(SUPPORTED, measurements=replace(GREW, choi_2007="NE", recist_1_1=None)))
    assert "RECIST 1.1 not known, Choi 2007 not evaluable" in found


def test_without_any_measurement_there_is_no_table_and_nothing_is_made_up() -> None:
    bare = replace(
        INDETERMINATE, measurements=Measurements(), baseline_study=None, index_study=None
    )
    found = sections(bare)["What was found"]
    assert "|" not in found
    assert "No study of the liver could be compared." in found
    assert "Sum of target lesions: not measured; growth not known" in found
    assert "RECIST" not in found


def test_growth_from_nothing_is_said_in_words() -> None:
    grown = replace(GREW, growth_pct=float("inf"))
    assert "growth from nothing" in body(replace(SUPPORTED, measurements=grown))


def test_patterns_and_concordant_items_speak_for_it() -> None:
    found = sections(SUPPORTED)["For treatment effect"]
    assert [line[:20] for line in found.splitlines()] == [
        "- Mean attenuation f",
        "- Disease outside th",
        "- CEA fell since lin",
    ]


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        pytest.param(SUPPORTED, "None recorded.", id="nothing"),
        pytest.param(
            POSSIBLE,
            "None recorded. The record is silent on: extrahepatic status.",
            id="not available",
        ),
        pytest.param(
            TRUE_PROGRESSION, "- Disease outside the liver is progressing.", id="major item"
        ),
        pytest.param(
            replace(POSSIBLE, items=(FELL, WORSE, MINOR_CAP)),
            "- The patient is clinically worse.",
            id="minor item, its cap not repeated",
        ),
        pytest.param(
            replace(POSSIBLE, items=(FELL, GREW_MUCH)),
            "- Growth of +60.0 % is more than described.",
            id="contrary cap",
        ),
        pytest.param(
            replace(TRUE_PROGRESSION, items=(), reasons=("The lesions grew without a fall.",)),
            "- The lesions grew without a fall.",
            id="the grade's own reason",
        ),
    ],
)
def test_what_speaks_against_is_never_left_empty(assessment: Assessment, expected: str) -> None:
    assert sections(assessment)["Against it"] == expected


def test_missing_flags_remarks_and_notes_stand_together() -> None:
    read = replace(INDETERMINATE, remarks=("Observation/1: preliminary",))
    found = sections(read, "One order could not be read.")["Missing or not comparable"]
    assert found.splitlines() == [
        "- One order could not be read.",
        "- The contrast phases differ, or one is not known.",
        "- Not available: extrahepatic status; clinical status.",
        "- How it was read: Observation/1: preliminary.",
    ]


def test_a_long_list_of_missing_things_is_cut_and_counted() -> None:
    missing = tuple(f"thing {number}" for number in range(1, 12))
    found = sections(replace(INDETERMINATE, missing=missing))["Missing or not comparable"]
    assert "thing 8; and 3 more items." in found
    assert "thing 9" not in found


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("A", "direct"),
        ("B", "indirect, but linked"),
        ("C", "by mechanism only"),
        (None, "could not"),
    ],
)
def test_the_evidence_tier_is_given_in_words(tier: str | None, words: str) -> None:
    assert words in sections(replace(SUPPORTED, tier=tier))["Why this pattern matters"]


@pytest.mark.parametrize("assessment", [IMMUNE, LOCAL_THERAPY], ids=lambda a: a.grade.name)
def test_where_another_mechanism_is_at_work_no_tier_is_given(assessment: Assessment) -> None:
    assert "tier" not in sections(assessment)["Why this pattern matters"]


def test_the_limits_are_those_of_the_evidence() -> None:
    limits = sections(SUPPORTED)["Limits"]
    assert "studies of response, not of pseudoprogression" in limits
    assert "does not recommend continuing or stopping any drug" in limits
    assert "deteriorating, do not delay" in limits


def test_rule_book_version_and_sources_close_the_card() -> None:
    ending = body(SUPPORTED).splitlines()[-1]
    assert ending.startswith("Rule book 0.1.0 (c0ffee). Sources: [Choi 2007](https://doi.org/")


def test_a_crisis_stands_first() -> None:
    assert body(URGENT).startswith("A clinical or visceral crisis is recorded.")
    assert CRISIS.sentence.rstrip(".") in sections(URGENT)["Against it"]


@pytest.mark.parametrize(
    "hostile",
    ["<script>x</script>", "a | b", "[x](http://evil.example)", "www.evil.example", "# x\n\n- y"],
)
def test_hostile_names_in_the_record_stay_text(hostile: str) -> None:
    lesion: LesionChange = replace(SIZES, label=hostile, site=hostile)
    spoiled = replace(
        SUPPORTED,
        agent=hostile,
        primary=hostile,
        items=(replace(SPREAD, sentence=hostile), replace(MARKER_FELL, sentence=hostile), BLEEDING),
        reasons=(hostile,),
        missing=(hostile,),
        remarks=(hostile,),
        measurements=replace(GREW, lesions=(lesion,)),
    )
    html = markup(spoiled)
    assert html.count("<table>") == 1
    assert html.count("<td>") == 5
    assert "<script" not in html
    assert html.count("<a ") == 2
    assert "<h1" not in html
    assert html.count("<strong>") == len(HEADINGS)
