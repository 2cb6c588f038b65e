"""Choi 2007 and the two criteria called modified Choi, at their thresholds."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.criteria.choi import choi_2007
from rules.criteria.measured import Attenuation, Sums
from rules.criteria.modified_choi import modified_choi_nathan, modified_choi_smith
from rules.criteria.pages import CriterionPage, load_criteria
from rules.criteria.response import Response
from rules.timeline import Phase

SUMS = st.decimals(min_value="1", max_value="300", places=1)


@pytest.fixture(scope="module")
def page() -> CriterionPage:
    return load_criteria()["choi_2007"]


def decimals(*texts: str | None) -> list[Decimal | None]:
    return [None if text is None else Decimal(text) for text in texts]


def choi(
    page: CriterionPage, mm: str, hu: str, *, new_lesion: bool = False, nodule: bool = False
) -> Response | None:
    """Sums as "baseline nadir index", attenuations as "baseline index"; "-" is not measured."""
    values = [None if v == "-" else v for v in (*mm.split(), *hu.split())]
    baseline, nadir, index, hu_then, hu_now = decimals(*values)
    return choi_2007(page, baseline, nadir, index, hu_then, hu_now, new_lesion, nodule)


@pytest.mark.parametrize(
    ("mm", "hu", "category"),
    [
        ("50 50 45", "60 60", "PR"),  # −5 / 50 = −10.0 %
        ("50 50 45.1", "60 60", "SD"),  # −4.9 / 50 = −9.8 %
        ("50 50 44.9", "60 60", "PR"),  # −5.1 / 50 = −10.2 %
        ("50 50 50", "60 51", "PR"),  # −9 / 60 = −15.0 %
        ("50 50 50", "60 51.1", "SD"),  # −8.9 / 60 = −14.8 %
        ("50 50 50", "60 50.9", "PR"),  # −9.1 / 60 = −15.2 %
        ("50 50 55", "60 60", "PD"),  # 5 / 50 = +10.0 %
        ("50 50 54.9", "60 60", "SD"),  # 4.9 / 50 = +9.8 %
        ("50 50 55.1", "60 60", "PD"),  # 5.1 / 50 = +10.2 %
        ("50 50 55", "60 51", "PR"),  # +10.0 %, but attenuation −15.0 %
        ("50 50 55", "60 51.1", "PD"),  # +10.0 %, attenuation −14.8 %
        ("53 53 60", "72.8 45", "PR"),  # +13.2 %, attenuation −27.8 / 72.8 = −38.2 %
        ("53 53 60", "72.8 61.9", "PD"),  # +13.2 %, attenuation −10.9 / 72.8 = −14.97 %
        ("100 60 66", "60 60", "PD"),  # from nadir +10.0 %, though −34 % from baseline
        ("100 60 65.9", "60 60", "PR"),  # from nadir +9.8 %; from baseline −34.1 %
        ("30 0 2", "60 60", "PD"),  # regrown from nothing
        ("50 50 0", "60 -", "PR"),  # all gone; complete response is not told apart
        ("50 50 50", "-5 -20", "SD"),  # no percentage of a reference below zero
    ],
)
def test_the_response_at_every_threshold(
    page: CriterionPage, mm: str, hu: str, category: str
) -> None:
    response = choi(page, mm, hu)
    assert response is not None
    assert response.category == category


@pytest.mark.parametrize("hu", ["72.8 45", "- -"], ids=["attenuation fell", "not measured"])
@pytest.mark.parametrize("mm", ["53 53 60", "53 53 30", "53 - -"])
def test_a_new_lesion_or_a_nodule_is_progression_whatever_the_numbers(
    page: CriterionPage, mm: str, hu: str
) -> None:
    for appearance in ({"new_lesion": True}, {"nodule": True}):
        response = choi(page, mm, hu, **appearance)
        assert response is not None
        assert response.category == "PD"


@pytest.mark.parametrize(
    ("mm", "category"),
    [
        ("50 50 45", "PR"),  # −10.0 %: enough by itself
        ("50 50 45.1", "NE"),  # PR if attenuation fell, else SD
        ("50 50 54.9", "NE"),
        ("50 50 55", "NE"),  # PR if attenuation fell, else PD
        ("100 60 66", "NE"),  # +10.0 % from nadir, −34 % from baseline: PR or PD
    ],
)
@pytest.mark.parametrize("hu", ["60 -", "- 60", "- -"])
def test_attenuation_not_measured_is_never_guessed_from_size(
    page: CriterionPage, mm: str, hu: str, category: str
) -> None:
    response = choi(page, mm, hu)
    assert response is not None
    assert response.category == category
    assert "attenuation not available (a fall of at least 15 % would" in response.arithmetic


@pytest.mark.parametrize("mm", ["- 50 50", "50 - 50", "50 50 -"])
def test_a_sum_that_was_not_measured_gives_no_response(page: CriterionPage, mm: str) -> None:
    assert choi(page, mm, "60 30") is None


def test_the_response_shows_its_arithmetic(page: CriterionPage) -> None:
    response = choi(page, "53 53 60", "72.8 45", nodule=True)
    assert response is not None
    assert response.arithmetic == (
        "nodule inside a lesion; from nadir 60 − 53 = 7 mm, +13.2 %; "
        "from baseline 60 − 53 = 7 mm, +13.2 %; attenuation 45 − 72.8 = −27.8 HU, −38.2 %"
    )


@given(sizes=st.tuples(SUMS, SUMS, SUMS), attenuation=st.tuples(SUMS, SUMS))
def test_knowing_attenuation_only_ever_decides_what_was_open(
    page: CriterionPage,
    sizes: tuple[Decimal, Decimal, Decimal],
    attenuation: tuple[Decimal, Decimal],
) -> None:
    baseline, nadir, index = sizes
    sums = (baseline, min(baseline, nadir), index)
    blind = choi_2007(page, *sums, None, None, False, False)
    seeing = choi_2007(page, *sums, *attenuation, False, False)
    assert blind is not None
    assert seeing is not None
    assert blind.category in ("NE", seeing.category)


@given(baseline=SUMS, nadir=SUMS, now=SUMS)
def test_what_is_no_larger_than_its_nadir_never_progressed(
    page: CriterionPage, baseline: Decimal, nadir: Decimal, now: Decimal
) -> None:
    nadir = min(baseline, nadir)
    response = choi_2007(page, baseline, nadir, nadir, Decimal(60), now, False, False)
    assert response is not None
    assert response.category in ("PR", "SD")


@pytest.fixture(scope="module")
def modified() -> Callable[..., str]:
    """Nathan's or Smith's category from sums and attenuations as in ``choi``."""
    pages = load_criteria()
    criteria = {
        "Nathan": partial(modified_choi_nathan, pages["mchoi_nathan_2010"]),
        "Smith": partial(modified_choi_smith, pages["mchoi_smith_2010"]),
    }

    def category(
        name: str, mm: str, hu: str, phase: Phase | None = Phase.ARTERIAL, appearance: str = ""
    ) -> str:
        values = [None if v == "-" else v for v in (*mm.split(), *hu.split())]
        baseline, nadir, index, hu_then, hu_now = decimals(*values)
        response = criteria[name](
            Sums(baseline, nadir, index),
            Attenuation(hu_then, hu_now, phase),
            new_lesion=appearance == "new lesion",
            nodule=appearance == "nodule",
        )
        return response.category

    return category


@pytest.mark.parametrize(
    ("mm", "hu", "nathan", "smith"),
    [
        ("50 50 45", "60 51", "PR", "PR"),  # −10.0 % and −15.0 %: both at once
        ("50 50 45.1", "60 51", "SD", "PR"),  # −9.8 %: only attenuation
        ("50 50 44.9", "60 51", "PR", "PR"),  # −10.2 %
        ("50 50 45", "60 51.1", "SD", "PR"),  # attenuation −14.8 %: only size
        ("50 50 45", "60 50.9", "PR", "PR"),  # attenuation −15.2 %
        ("50 50 45.1", "60 51.1", "SD", "SD"),  # neither
        ("50 50 55", "60 60", "PD", "PD"),  # +10.0 %
        ("50 50 54.9", "60 60", "SD", "SD"),  # +9.8 %
        ("50 50 55.1", "60 60", "PD", "PD"),  # +10.2 %
        ("50 50 55", "60 51", "SD", "PR"),  # +10.0 % with attenuation −15.0 %
        ("100 60 66", "60 51", "PR", "PR"),  # from baseline −34 % and −15.0 %
        ("50 50 0", "60 -", "CR", "CR"),
        ("50 50 45", "60 -", "NE", "PR"),  # Nathan needs both
        ("50 50 45.1", "60 -", "SD", "NE"),  # size fails, so Nathan cannot be PR
        ("50 50 55", "60 -", "NE", "NE"),
        ("50 50 -", "60 51", "NE", "NE"),
    ],
)
def test_two_criteria_of_one_name_differ(
    modified: Callable[..., str], mm: str, hu: str, nathan: str, smith: str
) -> None:
    assert (modified("Nathan", mm, hu), modified("Smith", mm, hu)) == (nathan, smith)


@pytest.mark.parametrize("phase", [Phase.PORTAL_VENOUS, None])
def test_nathan_uses_arterial_attenuation_only(
    modified: Callable[..., str], phase: Phase | None
) -> None:
    assert modified("Nathan", "50 50 45", "60 51", phase=phase) == "NE"


@pytest.mark.parametrize("name", ["Nathan", "Smith"])
@pytest.mark.parametrize("appearance", ["new lesion", "nodule"])
def test_a_new_lesion_or_a_nodule_is_progression_there_too(
    modified: Callable[..., str], name: str, appearance: str
) -> None:
    assert modified(name, "50 50 0", "60 30", appearance=appearance) == "PD"
