"""The facts an assessment reads, as one record, and a reader of the case file format.

A case file gives ``facts`` as a mapping. A fact not given is unknown, a yes/no fact not given
is no. All days count back from the index study unless said otherwise.

==========================  =====================================================================
``liver_metastases``        true, false, "unknown" (also where not given)
``primary``                 one of PRIMARIES
``agents``                  list of ``{ingredient, line_start_days_before_index,
                            last_dose_days_before_index}``; null or not given: undated
``sld_mm``                  ``{baseline, nadir, index}``, mm
``hu``                      ``{baseline, lowest_on_treatment, index}``, HU; the lowest is the
                            lowest before the index study and includes the baseline
``new_liver_lesion``        yes/no; its character and correlate mean nothing without it
``new_lesion_cyst_like``    yes/no; neither cyst-like nor solid: character unknown
``new_lesion_solid``        yes/no
``baseline_correlate``      yes/no, found on a second read of the baseline
``conspicuity``             yes/no
``nodule``                  yes/no
``qualitative``             yes/no
``extrahepatic``            new, progressing, stable, responding, none-known, "unknown"
``pet``                     CMR, PMR, SMD, PMD, none
``pet_days_from_line_start``  days from line start to the PET; not given: a PET of the day of the
                            index study, seen from the leading agent; "unknown": undated PET
``marker``                  a marker state, null where none is known
``biopsy``                  viable, necrosis, none
``clinical``                crisis, worse, stable, improved, "unknown"
``second_growth``           yes/no
``recorded_progression``    yes/no
``local_therapy_days``      days since liver-directed therapy, null: none
``local_therapy_undated``   yes/no: there was one, its date is not recorded
``chun``                    optimal, incomplete, none, "unknown"
``index_age_days``          days from the index study to the call, 0 where not given
``date_ambiguous``          yes/no: a date known only to its month or year would change an item
``data_incomplete``         yes/no: a kind of data was not to be had, a resource that bears on
                            the question could not be read, or duplicates conflict
``flags``                   list of quality flags
==========================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

UNKNOWN: Literal["unknown"] = "unknown"

PRIMARIES = (
    "GIST", "CRC", "RCC", "NET", "HCC", "breast", "melanoma", "pancreatobiliary", "ovary",
    "germ cell", "medullary thyroid", "other", UNKNOWN,
)  # fmt: skip
EXTRAHEPATIC = ("new", "progressing", "stable", "responding", "none-known", UNKNOWN)
PET = ("CMR", "PMR", "SMD", "PMD", "none")
MARKERS = (
    "MARKED_FALL", "FALL", "FLAT", "RISE_IN_SURGE_WINDOW", "RISE_UNCONFIRMED", "RISE_CONFIRMED",
    "NON_SECRETOR", "NO_BASELINE", "STALE", "ASSAY_MIXED", None,
)  # fmt: skip
BIOPSY = ("viable", "necrosis", "none")
CLINICAL = ("crisis", "worse", "stable", "improved", UNKNOWN)
CHUN = ("optimal", "incomplete", "none", UNKNOWN)
FLAGS = (
    "PHASE", "MODALITY", "SLICE", "SMALL", "STEATOSIS", "HAEMORRHAGE", "BASELINE_OLD",
    "DOSE_GAP", "MISSING_TARGET",
)  # fmt: skip

_VOCABULARY: Mapping[str, tuple[object, ...]] = {
    "liver_metastases": (True, False, UNKNOWN),
    "primary": PRIMARIES,
    "extrahepatic": EXTRAHEPATIC,
    "pet": PET,
    "marker": MARKERS,
    "biopsy": BIOPSY,
    "clinical": CLINICAL,
    "chun": CHUN,
}


@dataclass(frozen=True)
class Exposure:
    """One agent: days from line start and from the last dose to the index study, None: undated."""

    ingredient: str
    line_start_days_before_index: int | None = None
    last_dose_days_before_index: int | None = None


@dataclass(frozen=True)
class Sums:
    """Sums of longest diameters of the liver target lesions, mm."""

    baseline: float | None = None
    nadir: float | None = None
    index: float | None = None


@dataclass(frozen=True)
class Attenuation:
    """Portal venous attenuation of those lesions, mean HU."""

    baseline: float | None = None
    lowest_on_treatment: float | None = None
    index: float | None = None


@dataclass(frozen=True)
class CaseFacts:
    """Everything that decides one case; the fields are the keys of the case file format.

    ``dataclasses.asdict`` gives the mapping back.
    """

    liver_metastases: bool | Literal["unknown"] = UNKNOWN
    primary: str = UNKNOWN
    agents: tuple[Exposure, ...] = ()
    sld_mm: Sums = Sums()
    hu: Attenuation = Attenuation()
    new_liver_lesion: bool = False
    new_lesion_cyst_like: bool = False
    new_lesion_solid: bool = False
    baseline_correlate: bool = False
    conspicuity: bool = False
    nodule: bool = False
    qualitative: bool = False
    extrahepatic: str = UNKNOWN
    pet: str = "none"
    pet_days_from_line_start: int | Literal["unknown"] | None = None
    marker: str | None = None
    biopsy: str = "none"
    clinical: str = UNKNOWN
    second_growth: bool = False
    recorded_progression: bool = False
    local_therapy_days: int | None = None
    local_therapy_undated: bool = False
    chun: str = UNKNOWN
    index_age_days: int = 0
    date_ambiguous: bool = False
    data_incomplete: bool = False
    flags: tuple[str, ...] = ()

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> CaseFacts:
        """Read the ``facts`` mapping of a case file.

        Raises:
            TypeError: a key that is not a fact.
            ValueError: a value that the fact cannot take.
        """
        given = dict(facts)
        for key, allowed in _VOCABULARY.items():
            _check(key, given.get(key, allowed[0]), allowed)
        for flag in given.get("flags", ()):
            _check("flags", flag, FLAGS)
        given["agents"] = tuple(Exposure(**agent) for agent in given.get("agents", ()))
        given["sld_mm"] = Sums(**given.get("sld_mm", {}))
        given["hu"] = Attenuation(**given.get("hu", {}))
        given["flags"] = tuple(given.get("flags", ()))
        return cls(**given)


def _check(key: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{key}: a value that this fact cannot take; known are {allowed}")
