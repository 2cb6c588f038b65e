"""Generated cases over the whole space of inputs.

Values lie at, just under and just over every threshold of the decision logic, so its numbers are
spelled out here as they are in the oracle. A case is put together from a score of parts, each one
drawn from a table: few draws, so that thousands of cases take seconds and failures shrink well.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import NamedTuple

from hypothesis import strategies as st

from tests.case_facts import (
    BIOPSY,
    CHUN,
    CLINICAL,
    EXTRAHEPATIC,
    FLAGS,
    MARKERS,
    PET,
    PRIMARIES,
    UNKNOWN,
    Attenuation,
    CaseFacts,
    Exposure,
    Sums,
)  # fmt: skip
from tests.oracle_agents import ICI, QUALIFYING, WASHOUT_DAYS
from tests.supported_cases import Part, merged, supported_facts

USUAL_AGENTS = ("imatinib", "bevacizumab", "sunitinib", "regorafenib", "axitinib", "nivolumab")
ANY_AGENT = (*sorted(QUALIFYING), *sorted(ICI), "capecitabine")
LINE_START_DAYS = (60, 14, 15, 41, 42, 90, 180, 181, 182, 364, 365, 366, 500, 0, 13, None)
PET_DAYS = (None, 41, 42, 43, 0, 60, 180, UNKNOWN)
INDEX_AGE_DAYS = (1, 55, 56, 57, 90, 91)
LOCAL_THERAPY_DAYS = (0, 90, 179, 180, 181, 182, 400)
NADIRS = (53.0, 10.0, 20.0, 25.0, 30.0, 49.9, 50.0, 100.0, 0.0)
GROWTH_PERCENT = (
    13.2, 10, 10.0001, 15, 19.9999, 20, 20.0001, 30, 49.9999, 50, 50.0001, 60, 9.9999, 0, -30, -100,
)  # fmt: skip
GROWTH_MM = (4.9999, 5, 5.0001, 12)
HU_BASELINES = (72.8, 40.0, 60.0, 66.6667, 70.0, 80.0, 100.0, 20.0, 0.0, -5.0)
HU_FALL_PERCENT = (38.2, 15, 15.0001, 20, 90, 14.9999, 10, 5.0001, 5, 4.9999, 0, -15, -40)
HU_FALL = (10, 10.0001, 9.9999, -9.9999, -10, -12)
HU_RISE_FROM_LOWEST = (0, 9.9999, 10, 10.0001, 30)
HU_RATIO_TO_LOWEST = (1.1499, 1.15, 1.1501)


class Table(NamedTuple):
    """What a part of a case may be: the usual, and about once in so many draws the other."""

    usual: tuple[Part, ...]
    other: tuple[Part, ...]
    one_in: int

    def mostly_usual(self) -> st.SearchStrategy[Part]:
        times = max(1, (self.one_in - 1) * len(self.other) // len(self.usual))
        return st.sampled_from(self.usual * times + self.other)

    def evenly(self) -> st.SearchStrategy[Part]:
        return st.sampled_from(self.usual + self.other)


def table(key: str, usual: tuple[object, ...], other: tuple[object, ...], one_in: int) -> Table:
    """One fact as a part of a case."""
    return Table(tuple({key: v} for v in usual), tuple({key: v} for v in other), one_in)


def exposures(names: tuple[str, ...]) -> tuple[Exposure, ...]:
    """These agents on, off and at the edge of their washout, dated and not."""

    def last_doses(name: str) -> tuple[int | None, ...]:
        washout = 90 if name in ICI else WASHOUT_DAYS.get(name, 7)
        return (0, 0, 0, washout, washout, washout + 1, None)

    return tuple(
        Exposure(name, start, last_dose)
        for name in names
        for start, last_dose in product(LINE_START_DAYS, last_doses(name))
    )


def sums() -> tuple[Sums, ...]:
    """Sums about every growth threshold, the nadir never above the baseline."""

    def indices(nadir: float) -> list[float]:
        by_percent = [nadir * (1 + grown / 100) for grown in GROWTH_PERCENT]
        return by_percent + [nadir + grown for grown in GROWTH_MM]

    return tuple(
        Sums(nadir + above, nadir, round(index, 4))
        for nadir, above in product(NADIRS, (0, 5.0, 30.0))
        for index in indices(nadir)
    )


def sums_not_known() -> tuple[Sums, ...]:
    """Sums of which some are missing."""
    known = Sums(60.0, 53.0, 60.0)
    names = ("baseline", "nadir", "index")
    lost = [some for count in (1, 2, 3) for some in combinations(names, count)]
    return tuple(replace(known, **dict.fromkeys(some)) for some in lost)


def attenuations() -> tuple[Attenuation, ...]:
    """Attenuations about every threshold; the lowest includes the baseline."""

    def indices(baseline: float) -> list[float]:
        by_percent = [baseline * (1 - fall / 100) for fall in HU_FALL_PERCENT]
        return by_percent + [baseline - fall for fall in HU_FALL]

    def lowest(index: float) -> list[float]:
        return [index - risen for risen in HU_RISE_FROM_LOWEST] + [
            index / ratio for ratio in HU_RATIO_TO_LOWEST
        ]

    return tuple(
        Attenuation(baseline, round(min(baseline, low), 4), round(index, 4))
        for baseline in HU_BASELINES
        for index in indices(baseline)
        for low in lowest(index)
    )


def new_lesions() -> tuple[Part, ...]:
    """A new liver lesion of each character, with and without a correlate on the baseline."""
    characters = ("new_lesion_cyst_like", "new_lesion_cyst_like", "new_lesion_solid", None)
    return tuple(
        {"new_liver_lesion": True, "baseline_correlate": correlate}
        | ({character: True} if character else {})
        for character, correlate in product(characters, (True, False))
    )


def any_one_or_two(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Each alone and each pair."""
    return (*combinations(names, 1), *combinations(names, 2))


def parts() -> tuple[Table, ...]:
    """The tables that a case is drawn from, all but its agents."""
    rare = any_one_or_two(
        (
            "nodule", "second_growth", "recorded_progression", "local_therapy_undated",
            "date_ambiguous", "data_incomplete",
        )
    )  # fmt: skip
    pets = tuple(
        {"pet": pet, "pet_days_from_line_start": days} for pet, days in product(PET, PET_DAYS)
    )
    unmeasured = (Attenuation(), Attenuation(70.0, 70.0, None), Attenuation(index=50.0))
    return (
        table("liver_metastases", (True,), (False, UNKNOWN), 30),
        table("primary", ("GIST", "CRC", "RCC", "NET"), PRIMARIES, 6),
        table("sld_mm", sums(), sums_not_known() * 8, 10),
        table("hu", attenuations(), unmeasured * 60, 8),
        Table(({},), new_lesions(), 4),
        Table(({},), ({"conspicuity": True}, {"qualitative": True}), 2),
        table("extrahepatic", ("stable", "responding"), EXTRAHEPATIC, 4),
        Table(({},), pets, 4),
        table("marker", (None, "FLAT", "FALL", "MARKED_FALL"), MARKERS, 2),
        table("biopsy", ("none",), BIOPSY, 6),
        table("clinical", ("stable", "improved"), CLINICAL, 4),
        table("local_therapy_days", (None,), LOCAL_THERAPY_DAYS, 8),
        table("chun", ("unknown",), CHUN, 2),
        table("index_age_days", (0,), INDEX_AGE_DAYS, 4),
        table("flags", ((),), any_one_or_two(FLAGS), 4),
        Table(({},), tuple(dict.fromkeys(some, True) for some in rare), 8),
    )


def unrelated_facts() -> st.SearchStrategy[CaseFacts]:
    """Every part drawn on its own."""
    usual, other = (st.sampled_from(exposures(names)) for names in (USUAL_AGENTS, ANY_AGENT))
    agents = st.one_of(
        st.tuples(usual), st.tuples(usual, other), st.tuples(other), st.tuples(other, usual, other)
    )
    tables = (part.mostly_usual() for part in parts())
    return st.tuples(agents.map(lambda taken: {"agents": taken}), *tables).map(merged)


def nearly_supported_facts() -> st.SearchStrategy[CaseFacts]:
    """A case that reached the top grade, with up to three of its parts drawn again."""
    agents = st.sampled_from(exposures(USUAL_AGENTS)).map(lambda taken: {"agents": (taken,)})
    again = st.one_of(agents, *(part.evenly() for part in parts()))
    changed = st.tuples(supported_facts(), again, again, again)
    return changed.map(lambda drawn: replace(drawn[0], **drawn[1] | drawn[2] | drawn[3]))


def case_facts() -> st.SearchStrategy[CaseFacts]:
    """Any case, with weight on the plausible and on values at and near every threshold."""
    return unrelated_facts() | nearly_supported_facts()
