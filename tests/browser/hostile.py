"""An invented person whose record tries everything that a text can try."""

from __future__ import annotations

from typing import Any

from stories import story

HOSTILE = (
    '</script><script>window.hit = 1</script><img src=x onerror="window.hit = 2">'
    "'\"&lt; **bold** [link](javascript:window.hit=3) {{ 7 * 7 }} \u202eright to left\u202c"
)
_SPOILT = {
    "BodyStructure",
    "ImagingStudy",
    "DiagnosticReport",
    "MedicationStatement",
    "Observation",
}
_TEXTS = {"text", "description", "display", "conclusion"}


def hostile_person() -> Any:
    """The first of the invented people, every free text of it spoilt."""
    person = story("people", "gist-imatinib-supported")
    for entry in person["entry"]:
        if entry["resource"]["resourceType"] in _SPOILT:
            _spoil(entry["resource"])
    return person


def _spoil(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _spoil(item)
    if isinstance(value, dict):
        for name, item in value.items():
            if name in _TEXTS and isinstance(item, str):
                value[name] = HOSTILE
            else:
                _spoil(item)
