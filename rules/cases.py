"""Worked cases: clinical facts in clinical words, and what they must lead to.

A case says only what matters to it; what it does not say is unknown, and a yes/no fact no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from typing import Any

from rules.clinical_facts import (
    AgentUse,
    ClinicalFacts,
    Course,
    Flag,
    Known,
    MarkerState,
    NewLesion,
)
from rules.pages import PageError
from rules.strict_yaml import load_strict

GroupOf = Callable[[str], str]


@dataclass(frozen=True)
class Case:
    """A sentence, the facts given, and what is expected: a grade, and codes where it matters."""

    name: str
    page: str
    facts: ClinicalFacts
    grade: str
    because: str | None
    finds: tuple[str, ...]
    not_finds: tuple[str, ...]
    given: Mapping[str, Any] = field(default_factory=dict)  # in its own words; the rest is common


def load_cases(page: str, group_of: GroupOf) -> tuple[Case, ...]:
    """The worked cases of one page.

    ``given`` of the file stands for every case, each case's own ``given`` on top of it.

    Raises:
        PageError: a case has an unknown word.
    """
    raw = _read(page)
    return tuple(_case(row, page, raw.get("given", {}), group_of) for row in raw["cases"])


def common_given(page: str) -> Mapping[str, Any]:
    """What holds for every case of a page, in the words of its file."""
    given: Mapping[str, Any] = _read(page).get("given", {})
    return given


def _read(page: str) -> Mapping[str, Any]:
    source = files("rules") / "catalog" / page / "cases.yaml"
    raw: Any = load_strict(source.read_text("utf-8"), f"rules/catalog/{page}/cases.yaml")
    return raw if isinstance(raw, dict) else {}


def _case(row: Mapping[str, Any], page: str, common: Mapping[str, Any], group_of: GroupOf) -> Case:
    unknown = set(row) - {"name", "given", "expect", "because", "finds", "not_finds"}
    if unknown:
        raise PageError(f"{page}: case {row.get('name')!r} has unknown words {sorted(unknown)}")
    return Case(
        name=row["name"],
        page=page,
        facts=read_facts({**common, **(row.get("given") or {})}, group_of),
        grade=row["expect"],
        because=row.get("because"),
        finds=tuple(row.get("finds", ())),
        not_finds=tuple(row.get("not_finds", ())),
        given=row.get("given") or {},
    )


_PLAIN: Mapping[str, str] = {
    "primary": "primary",
    "conspicuity": "conspicuity",
    "nodule": "nodule",
    "qualitative": "qualitative",
    "extrahepatic": "extrahepatic",
    "pet": "pet",
    "biopsy": "biopsy",
    "clinical": "clinical",
    "second_growth": "second_growth",
    "recorded_progression": "recorded_progression",
    "local_therapy_days": "local_therapy_days",
    "local_therapy_undated": "local_therapy_undated",
    "chun": "chun",
    "index_age_days": "index_age",
    "date_ambiguous": "date_ambiguous",
    "data_incomplete": "data_incomplete",
}
_WORDS = {
    *_PLAIN,
    "liver_metastases",
    "agents",
    "sld_mm",
    "hu",
    "new_liver_lesion",
    "new_lesion_cyst_like",
    "new_lesion_solid",
    "baseline_correlate",
    "pet_days_from_line_start",
    "marker",
    "flags",
}


def read_facts(given: Mapping[str, Any], group_of: GroupOf) -> ClinicalFacts:
    """Clinical facts from the words of a case.

    Raises:
        PageError: a word is not one of ours.
    """
    unknown = set(given) - _WORDS
    if unknown:
        raise PageError(f"a case says {sorted(unknown)}; the words are {sorted(_WORDS)}")
    agents = tuple(_agent(row, group_of) for row in given.get("agents", ()))
    days = [a.line_days for a in agents if a.line_days is not None]
    plain = {field: given[word] for word, field in _PLAIN.items() if word in given}
    return ClinicalFacts(
        liver_metastases=_known(given.get("liver_metastases", False)),
        agents=agents,
        sld=_course(given.get("sld_mm"), "nadir"),
        hu=_course(given.get("hu"), "lowest_on_treatment"),
        new_lesion=_new_lesion(given),
        # A PET without a day is one made with the index study.
        pet_days=given.get("pet_days_from_line_start", days[0] if days else None),
        marker=MarkerState(given.get("marker", "NONE")),
        flags=frozenset(Flag(flag) for flag in given.get("flags", ())),
        **plain,
    )


def _known(value: bool | str) -> Known:
    if value == "unknown":
        return Known.UNKNOWN
    return Known.YES if value else Known.NO


def _agent(row: Mapping[str, Any], group_of: GroupOf) -> AgentUse:
    return AgentUse(
        ingredient=row["ingredient"],
        group=group_of(row["ingredient"]),
        line_days=row["line_start_days_before_index"],
        last_dose_days=row["last_dose_days_before_index"],
    )


def _course(values: Mapping[str, Any] | None, lowest: str) -> Course:
    if not values:
        return Course()
    return Course(*(_decimal(values.get(key)) for key in ("baseline", lowest, "index")))


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _new_lesion(given: Mapping[str, Any]) -> NewLesion | None:
    if not given.get("new_liver_lesion"):
        return None
    solid, cystic = given.get("new_lesion_solid"), given.get("new_lesion_cyst_like")
    character = "solid-enhancing" if solid else "cyst-like" if cystic else "unknown"
    return NewLesion(character, bool(given.get("baseline_correlate")))
