"""The one sentence of a card."""

from dataclasses import replace
from itertools import combinations

import pytest
from assessments import (
    BLEEDING,
    FELL,
    GREW,
    IMMUNE,
    INDETERMINATE,
    LATE_MINOR,
    LOCAL_THERAPY,
    PHASE_FLAG,
    POSSIBLE,
    QUIET,
    SIZES,
    SUPPORTED,
    TRUE_PROGRESSION,
    WITH_CARD,
    WORSE,
)
from hypothesis import given
from hypothesis import strategies as st

from rules.assessment import Assessment, Item, ItemKind
from service.cds.summaries import ProtocolWords, protocol_summary, summary
from service.cds.wording import load_wording

WORDING = load_wording()
NO_GROWTH = replace(GREW, growth_pct=None)


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        pytest.param(
            SUPPORTED,
            "Liver change on bevacizumab may reflect treatment effect; 2 other sources agree. "
            "Review the basis before changing therapy.",
            id="supported",
        ),
        pytest.param(
            replace(SUPPORTED, items=(FELL, QUIET)),
            "Liver change on bevacizumab may reflect treatment effect; 1 other source agrees. "
            "Review the basis before changing therapy.",
            id="supported by one source",
        ),
        pytest.param(
            POSSIBLE,
            "Liver growth with lower enhancement on bevacizumab: treatment effect or "
            "progression. Correlation suggested.",
            id="possible",
        ),
        pytest.param(
            replace(
                POSSIBLE,
                measurements=replace(GREW, growth_pct=0.0, lesions=(replace(SIZES, new=True),)),
            ),
            "New liver lesion on bevacizumab: treatment effect or progression. "
            "Correlation suggested.",
            id="possible, new lesion without growth",
        ),
        pytest.param(
            replace(POSSIBLE, measurements=NO_GROWTH),
            "Liver change on bevacizumab, described but not measured: treatment effect or "
            "progression. Correlation suggested.",
            id="possible, described only",
        ),
        pytest.param(
            INDETERMINATE,
            "Apparent liver progression on bevacizumab: scans not comparable or data missing "
            "(contrast phase, extrahepatic status).",
            id="indeterminate",
        ),
        pytest.param(
            replace(INDETERMINATE, measurements=NO_GROWTH),
            "Liver metastases on bevacizumab: change cannot be judged; missing: "
            "extrahepatic status, clinical status.",
            id="indeterminate, no growth known",
        ),
        pytest.param(
            replace(INDETERMINATE, because="TOO_EARLY", agent="imatinib"),
            "Apparent liver progression on imatinib: cannot be judged yet; too soon after the "
            "start of treatment.",
            id="too early",
        ),
        pytest.param(
            TRUE_PROGRESSION,
            "Findings favour true progression: disease outside the liver is new or growing. "
            "Treatment effect not supported.",
            id="true progression",
        ),
        pytest.param(
            replace(TRUE_PROGRESSION, because="TWO_MINORS", items=(WORSE, LATE_MINOR)),
            "Findings favour true progression: clinically worse and late growth on this line. "
            "Treatment effect not supported.",
            id="true progression by two minor items",
        ),
        pytest.param(
            replace(TRUE_PROGRESSION, because="GROWTH_WITHOUT_FALL", items=()),
            "Findings favour true progression: growth without fall of attenuation. "
            "Treatment effect not supported.",
            id="growth without fall",
        ),
        pytest.param(
            LOCAL_THERAPY,
            "Liver-directed therapy 50 d ago: size and enhancement change is hard to interpret.",
            id="local therapy",
        ),
        pytest.param(
            replace(LOCAL_THERAPY, local_therapy_days=None),
            "Recent liver-directed therapy: size and enhancement change is hard to interpret.",
            id="local therapy undated",
        ),
        pytest.param(
            IMMUNE,
            "Checkpoint inhibitor: if clinically stable, iRECIST asks for repeat imaging in "
            "4–8 weeks before confirming progression.",
            id="immune",
        ),
    ],
)
def test_the_summary_of_each_grade(assessment: Assessment, expected: str) -> None:
    assert summary(assessment, WORDING) == expected


def test_without_a_known_growth_no_progression_is_claimed() -> None:
    said = summary(replace(INDETERMINATE, measurements=NO_GROWTH, missing=()), WORDING)
    assert said == "Liver metastases on bevacizumab: change cannot be judged."


def test_a_missing_thing_that_does_not_fit_is_shortened_and_never_cut() -> None:
    missing = (
        "portal venous attenuation of Lesion 1 and Lesion 2 at baseline (2026-03-10)",
        "Observation/" + "x" * 190 + " could not be read: no unit",
        "clinical status",
    )
    said = summary(replace(INDETERMINATE, items=(), missing=missing), WORDING)
    assert said.endswith("(portal venous attenuation at baseline, clinical status).")


def test_nothing_is_listed_twice() -> None:
    missing = ("size of A at baseline (2026-03-10)", "size of B at baseline (2026-03-10)") * 2
    long_name = replace(INDETERMINATE, items=(PHASE_FLAG, BLEEDING), missing=missing)
    assert "(contrast phase, haemorrhage)" in summary(long_name, WORDING)


def test_a_date_that_is_missing_is_named_once() -> None:
    undated = Item("EXPOSURE_UNDATED", ItemKind.OBSTACLE, "Start is not dated.")
    missing = ("start date of imatinib",)
    known = replace(INDETERMINATE, items=(undated,), missing=missing, because=undated.code)
    assert summary(known, WORDING).endswith("data missing (start date of imatinib).")
    assert summary(replace(known, missing=()), WORDING).endswith("data missing (therapy dates).")


def test_a_long_drug_name_is_shortened_with_an_ellipsis_and_the_sentence_stays_whole() -> None:
    said = summary(replace(SUPPORTED, agent="imatinib mesylate " * 12), WORDING)
    assert len(said) <= 139
    assert said.startswith("Liver change on imatinib")
    assert said.endswith("…" + said.partition("…")[2])
    assert said.endswith(
        "may reflect treatment effect; 2 other sources agree. "
        "Review the basis before changing therapy."
    )


@given(
    assessment=st.sampled_from(WITH_CARD),
    agent=st.none() | st.text(min_size=1, max_size=300),
    missing=st.lists(st.text(max_size=200), max_size=4).map(tuple),
    growth=st.sampled_from([None, 13.2, float("inf"), 0.0]),
    because=st.sampled_from(["CAPPED", "TOO_EARLY", "EXPIRED", "PATTERN_NEGATIVE"]),
)
def test_a_summary_is_one_short_line_whatever_the_record_holds(
    assessment: Assessment,
    agent: str | None,
    missing: tuple[str, ...],
    growth: float | None,
    because: str,
) -> None:
    changed = replace(
        assessment,
        agent=agent,
        missing=missing,
        because=because,
        measurements=replace(GREW, growth_pct=growth),
    )
    said = summary(changed, WORDING)
    assert 1 <= len(said) <= 139
    assert "\n" not in said
    assert said.endswith(".")


@pytest.mark.parametrize("code", [f"M{number}" for number in range(1, 9)])
def test_every_major_reason_fits(code: str) -> None:
    items = (Item(code, ItemKind.MAJOR, "A sentence."),)
    said = summary(replace(TRUE_PROGRESSION, items=items), WORDING)
    assert len(said) <= 139
    assert WORDING.short_names[code] in said


@pytest.mark.parametrize("pair", list(combinations(("m1", "m2", "m3", "m4"), 2)), ids=" and ".join)
def test_every_pair_of_minor_reasons_fits(pair: tuple[str, str]) -> None:
    items = tuple(Item(code, ItemKind.MINOR, "A sentence.") for code in pair)
    said = summary(replace(TRUE_PROGRESSION, because="TWO_MINORS", items=items), WORDING)
    assert len(said) <= 139
    assert " and ".join(WORDING.short_names[code] for code in pair) in said


def test_a_protocol_summary_names_day_and_phases() -> None:
    words = ProtocolWords("2026-03-10", "portal venous", unenhanced=True)
    assert protocol_summary(SUPPORTED, words, WORDING) == (
        "Liver imaging on bevacizumab: the same phases as on 2026-03-10 (portal venous) plus "
        "unenhanced would allow comparison."
    )


@given(agent=st.text(min_size=1, max_size=200))
def test_a_protocol_summary_always_fits(agent: str) -> None:
    phases = "unenhanced, arterial, portal venous, delayed"
    words = ProtocolWords("2026-03-10", phases, unenhanced=True)
    for given_words in (words, None):
        said = protocol_summary(replace(SUPPORTED, agent=agent), given_words, WORDING)
        assert 1 <= len(said) <= 139
