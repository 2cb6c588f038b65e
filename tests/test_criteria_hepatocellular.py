"""mRECIST and EASL: hepatocellular carcinoma, at their thresholds, and nothing else."""

from decimal import Decimal

import pytest

from rules.criteria.easl import easl
from rules.criteria.measured import Sums
from rules.criteria.mrecist import is_new_nodule, is_target, mrecist
from rules.criteria.pages import CriterionPage, load_criteria


@pytest.fixture(scope="module")
def mrecist_page() -> CriterionPage:
    return load_criteria()["mrecist_2010"]


@pytest.fixture(scope="module")
def easl_page() -> CriterionPage:
    return load_criteria()["easl_2001"]


def sums(text: str, unit: str = "mm") -> Sums:
    """Baseline, nadir and index; "-" is not measured."""
    baseline, nadir, index = (None if v == "-" else Decimal(v) for v in text.split())
    return Sums(baseline, nadir, index, unit)


@pytest.mark.parametrize(
    ("primary", "category", "here"),
    [
        ("GIST", "out of scope", "GIST"),
        ("CRC", "out of scope", "CRC"),
        ("unknown", "NE", "not known"),  # it may be the one they are for
    ],
)
def test_they_are_for_hepatocellular_carcinoma_only(
    mrecist_page: CriterionPage, easl_page: CriterionPage, primary: str, category: str, here: str
) -> None:
    by_mrecist = mrecist(mrecist_page, primary, sums("50 50 0"), new_nodule=False)
    by_easl = easl(easl_page, primary, sums("50 50 0"), new_enhancement=False)
    assert (by_mrecist.category, by_easl.category) == (category, category)
    assert by_mrecist.arithmetic == (
        f"mRECIST: for hepatocellular carcinoma only; the primary here is {here}"
    )


@pytest.mark.parametrize(
    ("viable", "new_nodule", "category"),
    [
        ("50 50 0", False, "CR"),  # nothing enhances any more
        ("50 50 35", False, "PR"),  # −15 / 50 = −30.0 %
        ("50 50 35.1", False, "SD"),  # −29.8 %
        ("50 50 34.9", False, "PR"),  # −30.2 %
        ("50 50 60", False, "PD"),  # +20.0 %
        ("50 50 59.9", False, "SD"),  # +19.8 %
        ("50 50 60.1", False, "PD"),  # +20.2 %
        ("20 20 24", False, "PD"),  # +20.0 %, and 4 mm are enough here
        ("100 40 48", False, "PD"),  # from nadir +20.0 %
        ("50 50 0", True, "PD"),
        ("50 50 -", True, "PD"),
        ("50 50 35", None, "NE"),  # a new nodule would be progression
        ("50 50 60", None, "PD"),
        ("50 50 -", False, "NE"),
        ("- 50 50", False, "NE"),
    ],
)
def test_mrecist_at_every_threshold(
    mrecist_page: CriterionPage, viable: str, new_nodule: bool | None, category: str
) -> None:
    assert mrecist(mrecist_page, "HCC", sums(viable), new_nodule).category == category


@pytest.mark.parametrize(
    ("mm", "typical", "new"),
    [
        ("9.9", True, False),
        ("10", True, True),
        ("10.1", True, True),
        ("10", False, False),
        ("10", None, None),
        (None, True, None),
        (None, False, False),
        ("9.9", None, False),
    ],
)
def test_a_new_nodule_is_large_and_typical(
    mrecist_page: CriterionPage, mm: str | None, typical: bool | None, new: bool | None
) -> None:
    size = None if mm is None else Decimal(mm)
    assert is_new_nodule(mrecist_page, size, typical) is new


@pytest.mark.parametrize(
    ("mm", "enhancing", "target"),
    [("9.9", True, False), ("10", True, True), ("10.1", True, True), ("30", False, False)],
)
def test_a_target_enhances_and_is_large_enough(
    mrecist_page: CriterionPage, mm: str, enhancing: bool, target: bool
) -> None:
    assert is_target(mrecist_page, Decimal(mm), enhancing) is target


@pytest.mark.parametrize(
    ("areas", "new_enhancement", "category"),
    [
        ("400 400 0", False, "CR"),
        ("400 400 200", False, "PR"),  # −200 / 400 = −50.0 %
        ("400 400 201", False, "SD"),  # −49.75 %
        ("400 400 199", False, "PR"),  # −50.25 %
        ("400 400 500", False, "SD"),  # 100 / 400 = +25.0 %: not more than 25
        ("400 400 499", False, "SD"),  # +24.75 %
        ("400 400 501", False, "PD"),  # +25.25 %
        ("800 400 501", False, "PD"),  # from nadir +25.25 %
        ("400 400 0", True, "PD"),
        ("400 400 -", True, "PD"),
        ("400 400 200", None, "NE"),
        ("400 400 501", None, "PD"),
        ("400 400 -", False, "NE"),
    ],
)
def test_easl_at_every_threshold(
    easl_page: CriterionPage, areas: str, new_enhancement: bool | None, category: str
) -> None:
    response = easl(easl_page, "HCC", sums(areas, "mm²"), new_enhancement)
    assert response.category == category


def test_easl_shows_its_arithmetic_in_square_millimetres(easl_page: CriterionPage) -> None:
    response = easl(easl_page, "HCC", sums("400 400 200", "mm²"), new_enhancement=False)
    assert response.arithmetic == (
        "from nadir 200 − 400 = −200 mm², −50.0 %; from baseline 200 − 400 = −200 mm², −50.0 %"
    )
