"""What the launch was told of the card: index study and grade, in ``appContext`` or ``fhirContext``."""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

from rules.assessment import Grade
from service.fhir.json_types import JsonObject, objects_of, text_of

_STUDY = re.compile(r"ImagingStudy/[A-Za-z0-9._-]{1,128}|day:\d{4}(?:-\d\d){0,2}")
_LONGEST = 4096


@dataclass(frozen=True)
class Told:
    """What stood on the card that the page was opened from; "" for what is not told.

    Attributes:
        study: the index study, as ``StudyUsed.id``.
        grade: the value of a ``Grade``.
    """

    study: str = ""
    grade: str = ""


def read_told(answer: JsonObject) -> Told:
    """Of the answer that brought the token. What is not as this service writes it is not believed."""
    context = _app_context(answer)
    study = text_of(context, "study") or _study_of(answer)
    grade = text_of(context, "grade")
    return Told(
        study=study if _STUDY.fullmatch(study) else "",
        grade=grade if grade in [known.value for known in Grade] else "",
    )


def _app_context(answer: JsonObject) -> JsonObject:
    """It is text that holds JSON; some EHRs hand on the object itself."""
    context = answer.get("appContext")
    if isinstance(context, str) and len(context) <= _LONGEST:
        try:
            context = orjson.loads(context)
        except orjson.JSONDecodeError:
            return {}
    return context if isinstance(context, dict) else {}


def _study_of(answer: JsonObject) -> str:
    named = [text_of(item, "reference") for item in objects_of(answer, "fhirContext")]
    studies = [reference for reference in named if reference.startswith("ImagingStudy/")]
    return studies[0] if len(studies) == 1 else ""
