"""Generated cases that reach the top grade, by construction: nothing is filtered out."""

from __future__ import annotations

from functools import cache
from itertools import combinations, product
from typing import Any

from hypothesis import strategies as st

from tests.case_facts import CHUN, Attenuation, CaseFacts, Exposure, Sums
from tests.oracle_agents import WASHOUT_DAYS

Part = dict[str, Any]

LEADING = (
    ("A", "imatinib", "GIST"), ("B", "sunitinib", "GIST"), ("C", "regorafenib", "CRC"),
    ("B", "bevacizumab", "CRC"), ("C", "cetuximab", "CRC"), ("B", "ripretinib", "GIST"),
    ("B", "axitinib", "RCC"), ("C", "bevacizumab", "RCC"), ("B", "tivozanib", "RCC"),
    ("B", "cabozantinib", "NET"), ("C", "imatinib", "NET"), ("B", "surufatinib", "NET"),
    ("C", "pazopanib", "other"), ("C", "trastuzumab", "breast"), ("C", "vandetanib", "melanoma"),
)  # fmt: skip
AGREEING: dict[str, tuple[str, tuple[str, ...]]] = {
    "elsewhere": ("extrahepatic", ("stable", "responding")),
    "marker": ("marker", ("FALL",)),
    "marked": ("marker", ("MARKED_FALL",)),
    "pet": ("pet", ("PMR", "CMR")),
    "biopsy": ("biopsy", ("necrosis",)),
}
NOT_AGREEING: dict[str, tuple[str | None, ...]] = {
    "extrahepatic": ("none-known",),
    "marker": (
        None, "FLAT", "RISE_IN_SURGE_WINDOW", "NON_SECRETOR", "NO_BASELINE", "STALE",
        "ASSAY_MIXED",
    ),
    "pet": ("none", "SMD"),
    "biopsy": ("none",),
}  # fmt: skip
ENOUGH = {
    "A": (("elsewhere",), ("marker",), ("marked",), ("pet",), ("biopsy",), ("elsewhere", "pet")),
    "B": (
        ("elsewhere", "marker"), ("elsewhere", "marked"), ("elsewhere", "pet"), ("marker", "pet"),
        ("pet", "biopsy"), ("elsewhere", "biopsy"), ("elsewhere", "marker", "pet"),
    ),
    "C": (
        ("elsewhere", "marked"), ("elsewhere", "pet"), ("elsewhere", "biopsy"), ("marker", "pet"),
        ("marked", "biopsy"), ("pet", "biopsy"), ("elsewhere", "marker", "biopsy"),
    ),
}  # fmt: skip


def agreement(tier: str) -> list[Part]:
    """Evidence that is just enough for the tier, or more."""
    found = []
    for agreeing in ENOUGH[tier]:
        values = NOT_AGREEING | dict(AGREEING[name] for name in agreeing)
        found += [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]
    return found


def steady_agents(leading: str, tier: str) -> list[Part]:
    """The leading agent in its core window, and others beside it that change nothing."""
    beside = (
        Exposure("nivolumab", 300, 91),
        Exposure("capecitabine", 60, 0),
        Exposure("temsirolimus", None, 15),
        Exposure("everolimus", 400, 0),
        Exposure(leading, 380, 0),
        *((Exposure("everolimus"),) if tier != "C" else ()),
    )
    others = [some for count in (0, 1, 2) for some in combinations(beside, count)]
    washout = WASHOUT_DAYS.get(leading, 7)
    starts = (60, 14, 15, 30, 41, 42, 90, 120, 179, 180)
    leads = [Exposure(leading, *days) for days in product(starts, (0, 1, washout - 1, washout))]
    orders = ((lead, *some) for lead, some in product(leads, others))
    return [{"agents": agents} for order in orders for agents in (order, order[::-1])]


def apparent_progression(tier: str) -> list[Part]:
    """Growth of 10 to 50 %, or less with another sign, or both."""
    cyst_like = {"new_liver_lesion": True, "new_lesion_cyst_like": True}
    signs: list[Part] = [{"conspicuity": True}, {**cyst_like, "baseline_correlate": True}]
    if tier == "A":
        signs.append(cyst_like)
    changes = [
        *product((10, 10.1, 13.2, 20, 35, 49.9, 50), [{}, *signs]),
        *product((-30, 0, 9.9), signs),
    ]
    return [
        {"sld_mm": Sums(nadir * above, nadir, round(nadir * (1 + percent / 100), 4)), **sign}
        for nadir, above in product((53.0, 20.0, 25.0, 40.0, 100.0), (1, 1.25, 2))
        for percent, sign in changes
    ]


def attenuation_fall(primary: str) -> list[Part]:
    """A fall that is just enough, or more; in CRC also a lesser one beside an optimal response."""
    baselines = (72.8, 30.0, 40.0, 55.5, 66.6667, 68.0, 80.0, 100.0)
    found: list[Part] = []
    for baseline, beyond, chun in product(baselines, (0, 0.01, 0.1, 1, 5, 12), CHUN):
        index = round(baseline - max(10, baseline * 0.15) - beyond, 6)
        lows = (baseline, index, index - 5)
        found += [{"hu": Attenuation(baseline, low, index), "chun": chun} for low in lows]
    if primary == "CRC":
        lesser = [Attenuation(70.0, 70.0, index) for index in (60.1, 63.0, 66.5)]
        found += [{"hu": hu, "chun": "optimal"} for hu in lesser * 40]
    return found


def circumstances() -> list[Part]:
    """What else may be true without a say."""
    return [
        {
            "liver_metastases": True,
            "qualitative": qualitative,
            "clinical": clinical,
            "local_therapy_days": local_therapy,
            "index_age_days": age,
        }
        for qualitative, clinical, local_therapy, age in product(
            (False, True), ("stable", "improved"), (None, 181, 400), (0, 1, 30, 56)
        )
    ]


def merged(drawn: tuple[Part, ...]) -> CaseFacts:
    """A case from its parts; of a fact given twice the last counts."""
    return CaseFacts(**{key: value for part in drawn for key, value in part.items()})


@cache
def supported_on(tier: str, leading: str, primary: str) -> st.SearchStrategy[CaseFacts]:
    """Cases of one leading agent in one primary."""
    tables = (
        [{"primary": primary}],
        steady_agents(leading, tier),
        apparent_progression(tier),
        attenuation_fall(primary),
        agreement(tier),
        circumstances(),
    )
    return st.tuples(*map(st.sampled_from, tables)).map(merged)


def supported_facts() -> st.SearchStrategy[CaseFacts]:
    """A case that reaches the top grade, by construction."""
    return st.sampled_from(LEADING).flatmap(lambda leading: supported_on(*leading))
