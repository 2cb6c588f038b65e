"""Which facts are not known: the one place that tells "no" from "nobody knows".

Most clinical facts have a value of their own for it ("unknown", "none", None); for the others the
silence of the record tells (rules.clinical_facts.Silence). What a rule finds missing by design
(``EXTRAHEPATIC_UNKNOWN``) is found, not unknown: that a field is not known matters only to rules
that ask what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.clinical_facts import ClinicalFacts, Known, MarkerState, Silence
from rules.exposure import Exposure
from rules.working_memory import SCHEMA, Derived

Field = tuple[str, str]
"""A kind of fact and one of its fields, as in ``rules.working_memory.SCHEMA``."""

UNKNOWN, NONE, NOT_EVALUABLE = "unknown", "none", "NE"
UNREADABLE_MARKER = frozenset({MarkerState.NO_BASELINE, MarkerState.STALE, MarkerState.ASSAY_MIXED})
# What a clinician would find out → the field that is unknown until then.
DATA: Mapping[str, Field] = {
    "extrahepatic": ("elsewhere", "status"),
    "clinical": ("clinical", "status"),
    "pet": ("pet", "response"),
    "biopsy": ("biopsy", "result"),
    "marker": ("marker", "state"),
    "attenuation": ("comparison", "attenuation"),
    "sizes": ("comparison", "growth"),
    "primary": ("patient", "primary"),
    "liver_metastases": ("patient", "liver_metastases"),
    "local_therapy": ("local_therapy", "dated"),
    "second_read": ("course", "recorded_progression"),
    "new_lesion": ("liver", "character"),
    "baseline_correlate": ("liver", "baseline_correlate"),
}

_Rows = Iterator[tuple[str, Iterable[str], bool]]  # kind, fields, whether they are unknown


def unknown_fields(
    facts: ClinicalFacts, exposure: Exposure, derived: Derived, silence: Silence
) -> frozenset[Field]:
    """The fields of working memory that hold no knowledge, only a stand-in for it."""
    parts = (
        _patient(facts, exposure),
        _images(facts, derived, silence),
        _liver(facts, silence),
        _elsewhere(facts, silence),
    )
    return frozenset(
        (kind, name) for rows in parts for kind, names, unknown in rows if unknown for name in names
    )


def unknown_data(
    facts: ClinicalFacts, exposure: Exposure, unknown: frozenset[Field], silence: Silence
) -> frozenset[str]:
    """What could still be found out, by the names of the settling page."""
    agent = exposure.named
    beside_fields = {
        "line_start": agent is not None and agent.line_days is None,
        "last_dose": agent is not None and agent.last_dose_days is None,
        "marker_confirmation": facts.marker is MarkerState.RISE_UNCONFIRMED,
        "dates": facts.date_ambiguous and bool(silence.coarse),
        "data": facts.data_incomplete,
    }
    by_field = {name for name, field in DATA.items() if field in unknown}
    return frozenset(by_field | {name for name, open_ in beside_fields.items() if open_})


def _patient(facts: ClinicalFacts, exposure: Exposure) -> _Rows:
    yield "patient", ("liver_metastases",), facts.liver_metastases is Known.UNKNOWN
    yield "patient", ("primary",), facts.primary == UNKNOWN
    agent = exposure.leading
    if agent is not None:
        undated = agent.line_days is None
        yield "line", ("tier",), facts.primary == UNKNOWN
        yield "line", ("start_known", "days"), undated
        yield "line", ("dated",), undated or agent.last_dose_days is None
    yield "local_therapy", ("dated", "days"), facts.local_therapy_undated


def _images(facts: ClinicalFacts, derived: Derived, silence: Silence) -> _Rows:
    no_growth_known = derived.growth_pct is None
    yield "study", ("age_days",), silence.index_study
    yield "flag", ("code",), silence.comparison and not facts.flags
    yield "growth", SCHEMA["growth"], no_growth_known
    yield "comparison", ("growth",), no_growth_known
    yield "course", ("second_growth",), no_growth_known and not facts.second_growth
    yield "attenuation", SCHEMA["attenuation"], not derived.hu_comparable
    yield "comparison", ("attenuation",), not derived.hu_comparable
    yield "criteria", ("recist",), derived.recist in {None, NOT_EVALUABLE}
    yield "criteria", ("choi",), derived.choi in {None, NOT_EVALUABLE}
    yield "morphology", ("chun",), facts.chun == UNKNOWN


def _liver(facts: ClinicalFacts, silence: Silence) -> _Rows:
    new = facts.new_lesion
    yield "liver", ("nodule",), silence.nodule and not facts.nodule
    if new is not None:
        yield "liver", ("character",), new.character == UNKNOWN
        unsaid = silence.baseline_correlate and not new.baseline_correlate
        yield "liver", ("baseline_correlate",), unsaid


def _elsewhere(facts: ClinicalFacts, silence: Silence) -> _Rows:
    no_pet = facts.pet == NONE
    any_marker = facts.marker is MarkerState.NONE and facts.primary == UNKNOWN
    unsaid = silence.second_read and not facts.recorded_progression
    yield "elsewhere", ("status",), facts.extrahepatic == UNKNOWN
    yield "pet", ("response",), no_pet
    yield "pet", ("days",), no_pet or facts.pet_days is None
    yield "marker", ("state",), any_marker or facts.marker in UNREADABLE_MARKER
    yield "biopsy", ("result",), facts.biopsy == NONE
    yield "clinical", ("status",), facts.clinical == UNKNOWN
    yield "course", ("recorded_progression",), unsaid
