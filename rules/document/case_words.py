"""What a worked case gives, in clinical words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_NAMES: Mapping[str, str] = {
    "sld_mm": "sum of diameters in mm",
    "hu": "attenuation in HU",
    "extrahepatic": "disease elsewhere",
    "clinical": "clinical status",
    "pet": "PET",
    "pet_days_from_line_start": "days on the line at the PET",
    "chun": "morphologic response",
    "index_age_days": "age of the index study in days",
    "local_therapy_days": "days since liver-directed therapy",
    "flags": "quality flags",
}


def given_words(given: Mapping[str, Any]) -> str:
    """The words of a case or of what is common to all: "primary GIST; disease elsewhere stable"."""
    return "; ".join(_FORMS.get(word, _plain)(word, value) for word, value in given.items())


def _plain(word: str, value: Any) -> str:
    name = _NAMES.get(word, word.replace("_", " "))
    if isinstance(value, bool):
        return name if value else f"no {name}"
    if isinstance(value, list):
        return f"{name} {', '.join(map(str, value)) or 'none'}"
    return f"{name} {_known(value)}"


def _course(word: str, value: Mapping[str, Any] | None) -> str:
    points = [f"{name.replace('_', ' ')} {_known(point)}" for name, point in (value or {}).items()]
    return f"{_NAMES[word]}: {', '.join(points) or 'not known'}"


def _agents(_: str, rows: list[Mapping[str, Any]]) -> str:
    return "; ".join(map(_agent, rows)) or "no agent"


def _agent(row: Mapping[str, Any]) -> str:
    start = _ago(row["line_start_days_before_index"])
    last = _ago(row["last_dose_days_before_index"])
    return f"{row['ingredient']}, started {start} and last taken {last}"


def _ago(days: Any) -> str:
    if not isinstance(days, int):
        return "on an unknown day"
    return f"{days} d before the index study" if days else "on the day of the index study"


def _known(value: Any) -> str:
    return "not known" if value in (None, "unknown") else str(value)


_FORMS: Mapping[str, Callable[[str, Any], str]] = {
    "sld_mm": _course,
    "hu": _course,
    "agents": _agents,
}
