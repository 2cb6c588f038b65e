"""iRECIST over successive scans: first progression, confirmation, and starting again."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.criteria.irecist import irecist, next_state, start
from rules.criteria.irecist_scans import Burden, ImmuneScan
from rules.criteria.pages import CriterionPage, load_criteria

BASELINE = Decimal(50)


@pytest.fixture(scope="module")
def pages() -> tuple[CriterionPage, CriterionPage]:
    criteria = load_criteria()
    return criteria["irecist_2017"], criteria["recist_1_1"]


def scan(
    day: int, mm: str | None, new: str = "", new_sum: str | None = None, **more: object
) -> ImmuneScan:
    """A scan with its target sum; ``new`` names the new lesions seen, by one letter each."""
    found = ImmuneScan(
        day,
        None if mm is None else Decimal(mm),
        new_lesions=frozenset(new),
        new_sum=None if new_sum is None else Decimal(new_sum),
    )
    return replace(found, **more)  # type: ignore[arg-type]


def statuses(pages: tuple[CriterionPage, CriterionPage], *scans: ImmuneScan) -> list[str]:
    responses = irecist(*pages, BASELINE, scans, on_checkpoint_inhibitor=True)
    return [response.category for response in responses]


PROGRESSED = scan(56, "60")  # 10 / 50 = +20.0 %, 10 mm


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (scan(56, "59.9"), "iSD"),  # +19.8 %
        (scan(56, "60"), "iUPD"),  # +20.0 %
        (scan(56, "60.1"), "iUPD"),
        (scan(56, "35"), "iPR"),  # −30.0 %
        (scan(56, "35.1"), "iSD"),
        (scan(56, "0"), "iCR"),
        (scan(56, "0", non_targets=Burden.UNCHANGED), "iPR"),
        (scan(56, "50", non_targets=Burden.INCREASED), "iSD"),  # not unequivocal
        (scan(56, "50", non_targets=Burden.UNEQUIVOCAL), "iUPD"),
        (scan(56, "50", "a", "8"), "iUPD"),
        (scan(56, "30", "a", "8"), "iUPD"),
        (scan(56, None), "NE"),
        (scan(56, None, "a"), "iUPD"),
        (scan(56, "50", new_lesions=None), "NE"),
        (scan(56, "60", new_lesions=None), "iUPD"),
        (scan(56, "50", non_targets=None), "iSD"),  # not all evaluated, as in RECIST
    ],
)
def test_the_first_look_is_recist_with_an_unconfirmed_progression(
    pages: tuple[CriterionPage, CriterionPage], first: ImmuneScan, status: str
) -> None:
    assert statuses(pages, first) == [status]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (56 + 25, "iUPD"),  # 25 d after: earlier than 4 weeks less 2 d
        (56 + 26, "iCPD"),
        (56 + 27, "iCPD"),
        (56 + 28, "iCPD"),
        (56 + 56, "iCPD"),
        (56 + 57, "iCPD"),  # later than 8 weeks
    ],
)
def test_a_scan_confirms_from_four_weeks_less_two_days(
    pages: tuple[CriterionPage, CriterionPage], day: int, status: str
) -> None:
    assert statuses(pages, PROGRESSED, scan(day, "70")) == ["iUPD", status]


@pytest.mark.parametrize(("day", "late"), [(111, False), (112, False), (113, True)])
def test_a_scan_after_more_than_eight_weeks_is_called_late(
    pages: tuple[CriterionPage, CriterionPage], day: int, late: bool
) -> None:
    scans = (PROGRESSED, scan(day, "70"))
    *_, last = irecist(*pages, BASELINE, scans, on_checkpoint_inhibitor=True)
    assert ("later than the 56 d asked for" in last.arithmetic) is late


@pytest.mark.parametrize(
    ("early", "status"),
    [
        (scan(70, "90"), "iUPD"),  # much larger, but too early
        (scan(70, "60", "a", "8"), "iUPD"),  # another lesion, but no symptom
        (scan(70, "90", for_new_symptom=True), "iUPD"),  # a symptom, but no other lesion
        (scan(70, "60", "a", "8", for_new_symptom=True), "iCPD"),
        (scan(70, "30"), "iUPD"),  # nor does it settle anything
    ],
)
def test_an_early_scan_confirms_only_by_a_symptom_and_another_lesion(
    pages: tuple[CriterionPage, CriterionPage], early: ImmuneScan, status: str
) -> None:
    assert statuses(pages, PROGRESSED, early) == ["iUPD", status]


def test_what_an_early_scan_showed_first_still_confirms_later(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    found = statuses(pages, PROGRESSED, scan(70, "60", "a", "8"), scan(90, "60", "a", "8"))
    assert found == ["iUPD", "iUPD", "iCPD"]


@pytest.mark.parametrize(
    ("second", "status"),
    [
        (scan(84, "64.9"), "iUPD"),  # 4.9 mm more
        (scan(84, "65"), "iCPD"),  # 5 mm more
        (scan(84, "65.1"), "iCPD"),
        (scan(84, "60"), "iUPD"),  # no change leaves it open
        (scan(84, "60", non_targets=Burden.INCREASED), "iUPD"),  # elsewhere, not unequivocal
        (scan(84, "60", non_targets=Burden.UNEQUIVOCAL), "iCPD"),
        (scan(84, "60", "a", "8"), "iCPD"),
        (scan(84, None), "NE"),
        (scan(84, "60", new_lesions=None), "NE"),
        (scan(84, "65", new_lesions=None), "iCPD"),
        (scan(84, "59.9"), "iSD"),  # +19.8 % from nadir: settled
        (scan(84, "35"), "iPR"),
        (scan(84, "0"), "iCR"),
    ],
)
def test_the_second_look_after_targets_progressed(
    pages: tuple[CriterionPage, CriterionPage], second: ImmuneScan, status: str
) -> None:
    assert statuses(pages, PROGRESSED, second) == ["iUPD", status]


@pytest.mark.parametrize(
    ("course", "status"),
    [
        (Burden.INCREASED, "iCPD"),  # any further increase
        (Burden.UNEQUIVOCAL, "iCPD"),
        (Burden.UNCHANGED, "iUPD"),
        (Burden.DECREASED, "iSD"),
        (Burden.ABSENT, "iSD"),
        (None, "iUPD"),
    ],
)
def test_the_second_look_after_non_targets_progressed(
    pages: tuple[CriterionPage, CriterionPage], course: Burden | None, status: str
) -> None:
    first = scan(56, "50", non_targets=Burden.UNEQUIVOCAL)
    assert statuses(pages, first, scan(84, "50", non_targets=course)) == ["iUPD", status]


@pytest.mark.parametrize(
    ("second", "status"),
    [
        (scan(84, "50", "a", "14.9"), "iUPD"),  # 4.9 mm more
        (scan(84, "50", "a", "15"), "iCPD"),  # 5 mm more
        (scan(84, "50", "a", "15.1"), "iCPD"),
        (scan(84, "50", "a", "10", new_unmeasured=Burden.INCREASED), "iCPD"),
        (scan(84, "50", "ab", "10"), "iCPD"),  # another new lesion
        (scan(84, "55", "a", "10"), "iUPD"),  # targets 5 mm more, but +10 %: not where it began
        (scan(84, "60", "a", "10"), "iCPD"),  # targets now progressed too
        (scan(84, "50", "a", "10"), "iUPD"),  # no change
        (scan(84, "40", "a", "10"), "iUPD"),  # smaller, but still the same category
        (scan(84, "35", "a", "10"), "iPR"),  # targets moved to a better category
        (scan(84, "0", "a", "10"), "iPR"),  # a new lesion is left, so not complete
        (scan(84, "50"), "iSD"),  # the new lesion is gone
        (scan(84, "35", "a"), "NE"),  # the new lesion is there and was not followed
    ],
)
def test_the_second_look_after_a_new_lesion(
    pages: tuple[CriterionPage, CriterionPage], second: ImmuneScan, status: str
) -> None:
    assert statuses(pages, scan(56, "50", "a", "10"), second) == ["iUPD", status]


def test_no_change_after_a_new_lesion_in_a_responder_stays_open(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    found = statuses(pages, scan(56, "30"), scan(112, "30", "a", "9"), scan(140, "30", "a", "9"))
    assert found == ["iPR", "iUPD", "iUPD"]


def test_rises_add_up_over_scans(pages: tuple[CriterionPage, CriterionPage]) -> None:
    # 3 mm, then another 2 mm: 5 mm since the first progression.
    found = statuses(pages, PROGRESSED, scan(84, "63"), scan(112, "65"))
    assert found == ["iUPD", "iUPD", "iCPD"]


def test_the_clock_starts_again_once_settled(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    # Nadir 40 after the second scan: 48 is +20.0 % and 8 mm, again a first progression.
    found = statuses(
        pages, PROGRESSED, scan(84, "40"), scan(112, "48"), scan(126, "60"), scan(140, "53")
    )
    assert found == ["iUPD", "iSD", "iUPD", "iUPD", "iCPD"]


def test_a_new_lesion_that_stays_counts_again_only_if_it_progresses(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    settled = (scan(56, "50", "a", "10"), scan(84, "35", "a", "10"))
    assert statuses(pages, *settled, scan(112, "35", "a", "14.9"))[-1] == "iPR"  # 4.9 mm more
    assert statuses(pages, *settled, scan(112, "35", "a", "15"))[-1] == "iUPD"  # +50 %, 5 mm


def test_a_confirmed_progression_stays_confirmed(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    found = statuses(pages, PROGRESSED, scan(84, "70"), scan(112, "10"))
    assert found == ["iUPD", "iCPD", "iCPD"]


def test_a_scan_not_evaluable_keeps_the_progression_waiting(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    found = statuses(pages, PROGRESSED, scan(84, None), scan(112, "65"))
    assert found == ["iUPD", "NE", "iCPD"]


def test_scans_are_read_in_order_of_time(pages: tuple[CriterionPage, CriterionPage]) -> None:
    assert statuses(pages, scan(84, "70"), PROGRESSED) == ["iUPD", "iCPD"]


def test_any_other_treatment_is_out_of_scope(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    scans = (PROGRESSED, scan(84, "60"))
    responses = irecist(*pages, BASELINE, scans, on_checkpoint_inhibitor=False)
    assert {response.category for response in responses} == {"out of scope"}
    assert responses[0].arithmetic == "iRECIST is for checkpoint inhibitors only"


def test_the_answers_show_their_arithmetic(
    pages: tuple[CriterionPage, CriterionPage],
) -> None:
    scans = (scan(56, "60", "ab", "20"), scan(84, "65", "ab", "20"))
    responses = irecist(*pages, BASELINE, scans, on_checkpoint_inhibitor=True)
    assert [response.arithmetic for response in responses] == [
        "first progression, in new lesions, targets; "
        "targets from nadir 60 − 50 = 10 mm, +20.0 %; 2 new lesions",
        "confirmed in targets; 28 d after the first progression; "
        "targets from nadir 65 − 50 = 15 mm, +30.0 %; 2 new lesions",
    ]


SCANS = st.lists(
    st.builds(
        scan,
        st.integers(1, 400),
        st.decimals("0", "150", places=1).map(str) | st.none(),
        st.sampled_from(["", "a", "ab"]),
        st.decimals("0", "60", places=1).map(str) | st.none(),
    ),
    max_size=8,
)


@given(scans=SCANS)
def test_nothing_is_confirmed_before_it_was_first_unconfirmed(
    pages: tuple[CriterionPage, CriterionPage], scans: list[ImmuneScan]
) -> None:
    found = statuses(pages, *scans)
    if "iCPD" in found:
        first = found.index("iCPD")
        assert "iUPD" in found[:first]
        assert set(found[first:]) == {"iCPD"}


@given(scans=SCANS)
def test_the_nadir_never_rises(
    pages: tuple[CriterionPage, CriterionPage], scans: list[ImmuneScan]
) -> None:
    state = start(BASELINE)
    for one in scans:
        after = next_state(*pages, state, one)
        assert after.nadir <= state.nadir
        state = after
