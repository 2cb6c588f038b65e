"""Whose record is shown, as the Patient resource says it; for the eyes of who looks at it, only."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.fhir.json_types import Json, JsonObject, list_of, objects_of, text_of

_LONGEST = 120
_FORMER = ("old", "maiden", "nickname", "anonymous")


@dataclass(frozen=True)
class Whose:
    """A patient, to be told from others by; "" for what is not recorded.

    It is drawn and dropped: part of no text and no log.
    """

    id: str
    name: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)


def read_whose(patient: str, resource: Json) -> Whose:
    """Whose record it is, by the id alone where the resource could not be had."""
    if not isinstance(resource, dict) or text_of(resource, "id") != patient:
        return Whose(patient)
    return Whose(
        id=patient,
        name=_name(resource)[:_LONGEST],
        born=text_of(resource, "birthDate")[:_LONGEST],
        sex=text_of(resource, "gender")[:_LONGEST],
    )


def _name(resource: JsonObject) -> str:
    names = [name for name in objects_of(resource, "name") if text_of(name, "use") not in _FORMER]
    official = [name for name in names if text_of(name, "use") == "official"]
    for name in (*official, *names):
        given = [part for part in list_of(name, "given") if isinstance(part, str)]
        parts = " ".join((*given, text_of(name, "family"))).strip()
        if text_of(name, "text") or parts:
            return text_of(name, "text") or parts
    return ""
