"""The fields that rules ask about, in the words of an explanation.

A number or a text is named; a yes/no field has a phrase for each side. The same fields as in
``SCHEMA``, ``TALLY_SCHEMA`` and ``VERDICT_SCHEMA``.
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[tuple[str, str], str] = {
    ("patient", "liver_metastases"): "liver metastases",
    ("patient", "primary"): "primary",
    ("line", "tier"): "evidence tier",
    ("line", "days"): "time on the line",
    ("study", "age_days"): "age of the index study",
    ("growth", "percent"): "growth of the sum",
    ("growth", "millimetres"): "growth of the sum",
    ("liver", "character"): "character of the new lesion",
    ("attenuation", "fall"): "attenuation fall",
    ("attenuation", "fall_percent"): "attenuation fall",
    ("attenuation", "rise"): "attenuation rise from its lowest",
    ("attenuation", "rise_percent"): "attenuation rise from its lowest",
    ("criteria", "recist"): "RECIST 1.1 by numbers",
    ("criteria", "choi"): "Choi 2007 by numbers",
    ("elsewhere", "status"): "disease elsewhere",
    ("pet", "response"): "PET",
    ("pet", "days"): "time on the line at the PET",
    ("marker", "state"): "marker",
    ("biopsy", "result"): "biopsy",
    ("clinical", "status"): "clinical status",
    ("local_therapy", "days"): "time since liver-directed therapy",
    ("morphology", "chun"): "morphologic response (Chun)",
    ("flag", "code"): "quality flag",
    ("tally", "minors"): "minor progression items",
    ("tally", "concordant"): "concordant items",
    ("tally", "strong"): "strong concordant items",
    ("tally", "tier"): "evidence tier",
    ("tally", "age_days"): "age of the index study",
}

YES_NO: Mapping[tuple[str, str], tuple[str, str]] = {
    ("therapy", "qualifying"): ("a qualifying agent on record", "no qualifying agent on record"),
    ("therapy", "qualifying_on_board"): (
        "a qualifying agent on board",
        "no qualifying agent on board",
    ),
    ("therapy", "checkpoint_on_board"): (
        "a checkpoint inhibitor on board",
        "no checkpoint inhibitor on board",
    ),
    ("line", "dated"): ("line start and last dose dated", "line start or last dose not dated"),
    ("line", "start_known"): ("line start dated", "line start not dated"),
    ("study", "dates_certain"): ("no date too coarse to judge by", "a date too coarse to judge by"),
    ("study", "data_complete"): ("data complete", "data incomplete"),
    ("liver", "new_lesion"): ("a new liver lesion", "no new liver lesion"),
    ("liver", "baseline_correlate"): (
        "a correlate of the new lesion at baseline",
        "no recorded correlate of the new lesion at baseline",
    ),
    ("liver", "conspicuity"): ("a lesion more conspicuous", "no lesion more conspicuous"),
    ("liver", "nodule"): ("a nodule within a lesion", "no nodule recorded within a lesion"),
    ("liver", "qualitative"): ("described as treated", "not described as treated"),
    ("attenuation", "lowest_above_zero"): (
        "lowest attenuation above zero",
        "lowest attenuation zero or below",
    ),
    ("comparison", "attenuation"): (
        "attenuation measured and comparable",
        "attenuation not measured or not comparable",
    ),
    ("comparison", "growth"): ("growth known", "growth not known"),
    ("comparison", "flagged"): ("a quality flag stands", "no quality flag stands"),
    ("course", "second_growth"): ("a second consecutive growth", "no second consecutive growth"),
    ("course", "recorded_progression"): (
        "progression recorded after review",
        "no progression recorded after review",
    ),
    ("local_therapy", "dated"): (
        "liver-directed therapy dated",
        "liver-directed therapy not dated",
    ),
    ("tally", "attenuation_comparable"): (
        "attenuation measured and comparable",
        "attenuation not measured or not comparable",
    ),
    ("tally", "attenuation_flat"): ("attenuation flat", "attenuation not found flat"),
    ("tally", "measured_pattern"): ("P1 or P3 found", "neither P1 nor P3 found"),
    ("verdict", "excluded"): ("an exclusion found", "no exclusion found"),
    ("verdict", "checkpoint_alone_contrary"): (
        "progression under a checkpoint inhibitor alone found",
        "no progression under a checkpoint inhibitor alone found",
    ),
    ("verdict", "checkpoint_alone"): (
        "a checkpoint inhibitor alone",
        "not a checkpoint inhibitor alone",
    ),
    ("verdict", "major"): ("a major item found", "no major item found"),
    ("verdict", "date_ambiguous"): ("a date too coarse", "no date too coarse"),
    ("verdict", "local_therapy_undated"): (
        "undated liver-directed therapy",
        "no undated liver-directed therapy",
    ),
    ("verdict", "local_therapy"): (
        "recent liver-directed therapy",
        "no recent liver-directed therapy",
    ),
    ("verdict", "two_minors"): ("minor items add up", "minor items do not add up"),
    ("verdict", "exposure_undated"): ("exposure not dated", "no exposure found undated"),
    ("verdict", "too_early"): ("too early", "not found too early"),
    ("verdict", "liver_metastases_unknown"): (
        "liver metastases not known",
        "liver metastases not found unknown",
    ),
    ("verdict", "pattern"): ("a pattern (P1 to P3) found", "no pattern (P1 to P3) found"),
    ("verdict", "described"): ("described as treated (P4)", "not described as treated (P4)"),
    ("verdict", "readable"): (
        "sizes and attenuation readable",
        "sizes and attenuation not readable",
    ),
    ("verdict", "growth_without_fall"): (
        "growth without fall found",
        "no growth without fall found",
    ),
    ("verdict", "capped"): ("a cap or flag stands", "no cap and no flag stands"),
    ("verdict", "concordant"): ("enough concordant evidence", "not enough concordant evidence"),
    ("verdict", "expired"): ("the reading has expired", "the reading has not expired"),
}

# Units as an explanation prints them; the pages have them in UCUM.
UNITS: Mapping[str, str] = {"[hnsf'U]": "HU", "1": ""}
