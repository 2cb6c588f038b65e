"""Chun morphologic groups, their change, and the majority."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.criteria.chun import Group, Interface, Morphology, Rim, Texture, chun, group_of
from rules.criteria.pages import CriterionPage, load_criteria

ONE, TWO, THREE = Group.ONE, Group.TWO, Group.THREE
OPTIMAL, INCOMPLETE, NONE, UNGRADED = (THREE, ONE), (THREE, TWO), (THREE, THREE), (THREE, None)


@pytest.fixture(scope="module")
def page() -> CriterionPage:
    return load_criteria()["chun_2009"]


@pytest.mark.parametrize(
    ("texture", "interface", "rim", "group"),
    [
        (Texture.HETEROGENEOUS, Interface.ILL_DEFINED, Rim.PRESENT, THREE),
        (Texture.HETEROGENEOUS, Interface.ILL_DEFINED, Rim.ABSENT, THREE),  # rim may be there
        (Texture.MIXED, Interface.INTERMEDIATE, Rim.PARTLY_RESOLVED, TWO),
        (Texture.HOMOGENEOUS_LOW, Interface.SHARP, Rim.ABSENT, ONE),
        (Texture.HOMOGENEOUS_LOW, Interface.SHARP, Rim.PARTLY_RESOLVED, TWO),
        (Texture.HOMOGENEOUS_LOW, Interface.ILL_DEFINED, Rim.ABSENT, THREE),
        (Texture.HOMOGENEOUS_LOW, Interface.SHARP, None, None),
        (Texture.MIXED, Interface.INTERMEDIATE, None, None),  # a full rim would make it three
        (Texture.HETEROGENEOUS, None, None, THREE),  # nothing can make it better
        (None, None, None, None),
    ],
)
def test_the_most_active_feature_gives_the_group(
    texture: Texture | None, interface: Interface | None, rim: Rim | None, group: Group | None
) -> None:
    assert group_of(Morphology(texture, interface, rim)) is group


@pytest.mark.parametrize(
    ("before", "after", "response"),
    [
        (THREE, ONE, "optimal"),
        (TWO, ONE, "optimal"),
        (THREE, TWO, "incomplete"),
        (THREE, THREE, "none"),
        (TWO, TWO, "none"),
        (ONE, ONE, "none"),
        (TWO, THREE, "none"),
        (ONE, TWO, "none"),
        (ONE, THREE, "none"),
        (None, ONE, "NE"),
        (THREE, None, "NE"),
    ],
)
def test_the_response_of_one_metastasis(
    page: CriterionPage, before: Group | None, after: Group | None, response: str
) -> None:
    assert chun(page, [(before, after)]).category == response


@pytest.mark.parametrize(
    ("lesions", "response"),
    [
        ([OPTIMAL, OPTIMAL, NONE], "optimal"),  # 2 of 3
        ([OPTIMAL, NONE], "none"),  # 1 of 2 is no majority; neither did most change
        ([OPTIMAL, OPTIMAL, NONE, NONE], "none"),
        ([OPTIMAL, INCOMPLETE, NONE], "incomplete"),  # 2 of 3 changed
        ([OPTIMAL, OPTIMAL, INCOMPLETE, NONE], "incomplete"),  # optimal is 2 of 4, changed 3 of 4
        ([INCOMPLETE, INCOMPLETE, NONE], "incomplete"),
        ([INCOMPLETE, NONE], "none"),
        ([OPTIMAL, OPTIMAL, UNGRADED], "optimal"),  # 2 of 3, whatever the third
        ([OPTIMAL, NONE, UNGRADED], "NE"),
        ([NONE, NONE, UNGRADED], "none"),
        ([], "NE"),
    ],
)
def test_the_majority_decides(
    page: CriterionPage,
    lesions: list[tuple[Group | None, Group | None]],
    response: str,
) -> None:
    assert chun(page, lesions).category == response


def test_the_answer_counts_the_metastases(page: CriterionPage) -> None:
    response = chun(page, [OPTIMAL, OPTIMAL, INCOMPLETE, UNGRADED])
    assert response.arithmetic == "4 metastases: 2 optimal, 1 incomplete, 0 none, 1 not graded"


GRADED = st.lists(st.sampled_from([OPTIMAL, INCOMPLETE, NONE, UNGRADED]), min_size=1, max_size=7)


@given(lesions=GRADED)
def test_grading_the_rest_never_contradicts_an_answer(
    page: CriterionPage, lesions: list[tuple[Group | None, Group | None]]
) -> None:
    answer = chun(page, lesions).category
    for grade in (OPTIMAL, INCOMPLETE, NONE):
        graded = [grade if lesion == UNGRADED else lesion for lesion in lesions]
        assert answer in ("NE", chun(page, graded).category)
