"""SACT and MASS, the criteria made for renal cell carcinoma, at their thresholds."""

from decimal import Decimal

import pytest

from rules.criteria.mass import MassTarget, mass
from rules.criteria.measured import Attenuation, Sums
from rules.criteria.pages import CriterionPage, load_criteria
from rules.criteria.sact import Appearances, SactTarget, sact

NOTHING_SEEN = Appearances(
    new_metastasis=False, marked_central_fill_in=False, new_enhancement=False
)
APPEARANCES = ["new_metastasis", "marked_central_fill_in", "new_enhancement"]


@pytest.fixture(scope="module")
def sact_page() -> CriterionPage:
    return load_criteria()["sact_2010"]


@pytest.fixture(scope="module")
def mass_page() -> CriterionPage:
    return load_criteria()["mass_2010"]


def seen(**findings: bool | None) -> Appearances:
    """Nothing seen but these."""
    return Appearances(**{**dict.fromkeys(APPEARANCES, False), **findings})


def sizes(index: str | None) -> Sums:
    """A sum of 50 mm at baseline, and this one now."""
    return Sums(Decimal(50), Decimal(50), None if index is None else Decimal(index))


def fell(by: str | None) -> Attenuation:
    """An attenuation of 100 HU that fell by so much; None is not measured."""
    return Attenuation(Decimal(100), None if by is None else Decimal(100) - Decimal(by))


def sact_targets(*falls: str | None, lung: bool = False) -> list[SactTarget]:
    return [SactTarget(str(n), fell(by), lung) for n, by in enumerate(falls)]


@pytest.mark.parametrize(
    ("index", "falls", "category"),
    [
        ("40", ["0"], "favourable"),  # −10 / 50 = −20.0 %
        ("40.1", ["0"], "indeterminate"),  # −9.9 / 50 = −19.8 %
        ("39.9", ["0"], "favourable"),  # −10.1 / 50 = −20.2 %
        ("45", ["20", "0"], "favourable"),  # −10.0 %, one of two (50 %) fell by 20 HU
        ("45.1", ["20", "0"], "indeterminate"),  # −9.8 %
        ("44.9", ["20", "0"], "favourable"),  # −10.2 %
        ("45", ["19.9", "0"], "indeterminate"),  # fell by 19.9 HU
        ("45", ["20.1", "0"], "favourable"),
        ("45", ["20", "0", "0"], "indeterminate"),  # one of three (33 %)
        ("45", ["20", "20", "0"], "favourable"),  # two of three (67 %)
        ("50", ["40", "0", "0"], "favourable"),  # one fell by 40 HU
        ("50", ["39.9", "39.9"], "indeterminate"),
        ("50", ["40.1"], "favourable"),
        ("60", ["0"], "unfavourable"),  # 10 / 50 = +20.0 %
        ("59.9", ["0"], "indeterminate"),  # +19.8 %
        ("60.1", ["0"], "unfavourable"),  # +20.2 %
        ("60", ["40"], "unfavourable"),  # unfavourable comes first
        ("40", [], "favourable"),  # size alone, no target outside the lung
        ("45", [], "indeterminate"),
    ],
)
def test_sact_at_every_threshold(
    sact_page: CriterionPage, index: str, falls: list[str], category: str
) -> None:
    response = sact(sact_page, sizes(index), sact_targets(*falls), NOTHING_SEEN)
    assert response.category == category


def test_a_fall_in_the_lung_does_not_count(sact_page: CriterionPage) -> None:
    targets = sact_targets("60", lung=True)
    assert sact(sact_page, sizes("50"), targets, NOTHING_SEEN).category == "indeterminate"


@pytest.mark.parametrize(
    ("index", "falls", "category"),
    [
        (None, ["40"], "NE"),  # growth could be unfavourable
        ("45", ["20", None], "favourable"),  # one of two is half, whatever the other did
        ("45", ["20", None, "0", "0"], "NE"),  # one or two of four
        ("45", ["0", "0", None, "0"], "NE"),  # one of four is too few, but it may be 40 HU
        ("50", [None], "NE"),
        ("40", [None], "favourable"),  # size alone decides
        ("60", [None], "unfavourable"),
    ],
)
def test_sact_is_not_evaluable_where_what_is_missing_decides(
    sact_page: CriterionPage, index: str | None, falls: list[str | None], category: str
) -> None:
    response = sact(sact_page, sizes(index), sact_targets(*falls), NOTHING_SEEN)
    assert response.category == category


@pytest.mark.parametrize("appearance", APPEARANCES)
def test_an_unfavourable_appearance_decides_in_both(
    sact_page: CriterionPage, mass_page: CriterionPage, appearance: str
) -> None:
    found = seen(**{appearance: True})
    assert sact(sact_page, sizes(None), (), found).category == "unfavourable"
    assert mass(mass_page, sizes("30"), (), found).category == "unfavourable"


@pytest.mark.parametrize("appearance", APPEARANCES)
def test_an_appearance_not_stated_is_not_taken_for_absent(
    sact_page: CriterionPage, mass_page: CriterionPage, appearance: str
) -> None:
    unknown = seen(**{appearance: None})
    assert sact(sact_page, sizes("30"), (), unknown).category == "NE"
    assert mass(mass_page, sizes("30"), (), unknown).category == "NE"
    assert "not stated" in mass(mass_page, sizes("30"), (), unknown).arithmetic


def mass_target(
    by: str | None, *, solid: bool | None = True, necrosis: bool | None = False
) -> MassTarget:
    return MassTarget("a", fell(by), solid, necrosis)


@pytest.mark.parametrize(
    ("index", "target", "category"),
    [
        ("40", mass_target("0"), "favourable"),  # −20.0 %
        ("40.1", mass_target("0"), "indeterminate"),  # −19.8 %
        ("39.9", mass_target("0"), "favourable"),  # −20.2 %
        ("50", mass_target("40"), "favourable"),  # fell by exactly 40 HU
        ("50", mass_target("39.9"), "indeterminate"),
        ("50", mass_target("40.1"), "favourable"),
        ("50", mass_target("0", necrosis=True), "favourable"),
        ("50", mass_target("40", solid=False), "indeterminate"),  # not solid at baseline
        ("60", mass_target("0"), "unfavourable"),  # +20.0 %
        ("59.9", mass_target("0"), "indeterminate"),  # +19.8 %
        ("60.1", mass_target("0"), "unfavourable"),  # +20.2 %
        ("60", mass_target("40"), "favourable"),  # growth exempted by the fall
        ("60", mass_target("39.9"), "unfavourable"),
        ("90", mass_target("0", necrosis=True), "favourable"),  # growth exempted by necrosis
        ("60", mass_target("40", solid=False), "unfavourable"),
        ("60", mass_target(None), "NE"),  # the fall would decide
        ("60", mass_target("40", solid=None), "NE"),
        ("60", mass_target("0", necrosis=None), "NE"),
        ("40", mass_target(None), "favourable"),  # size alone decides
        (None, mass_target("0"), "NE"),
        (None, mass_target("40"), "favourable"),  # exempt, whatever the size
    ],
)
def test_mass_at_every_threshold(
    mass_page: CriterionPage, index: str | None, target: MassTarget, category: str
) -> None:
    assert mass(mass_page, sizes(index), [target], NOTHING_SEEN).category == category


def test_the_answers_show_their_arithmetic(
    sact_page: CriterionPage, mass_page: CriterionPage
) -> None:
    by_sact = sact(sact_page, sizes("60"), sact_targets("40", None), seen(new_metastasis=True))
    assert by_sact.arithmetic == (
        "from baseline 60 − 50 = 10 mm, +20.0 %; 2 targets outside the lung, "
        "1 fell by at least 20 HU, 1 fell by at least 40 HU, 1 not measured; new metastasis"
    )
    by_mass = mass(mass_page, sizes("60"), [mass_target("40")], NOTHING_SEEN)
    assert by_mass.arithmetic == (
        "from baseline 60 − 50 = 10 mm, +20.0 %; "
        "marked central necrosis or a fall of at least 40 HU: in a solid lesion"
    )
