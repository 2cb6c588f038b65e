"""The prefetch keys: what each asks for, and what it is called when it is not to be had.

Templates keep to what EHRs can send: equality, ``_count`` and ``_sort``; no parameter twice, no
user token, no ``_include``. Codes come from the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass

from rules.vocabulary import Vocabulary

_PATIENT = "patient={{context.patientId}}"
_PAGE = "_count=500"  # as large as servers allow: a further page means the data is incomplete


@dataclass(frozen=True)
class Key:
    """One prefetch key.

    Attributes:
        name: as in discovery.
        kind: the resource type that it holds.
        plain: what is unavailable where this key is.
        query: the template, without the codes.
        topics: the topics of the vocabulary whose codes are asked for.
    """

    name: str
    kind: str
    plain: str
    query: str
    topics: tuple[str, ...] = ()


KEYS = (
    Key("patient", "Patient", "the patient", "Patient/{{context.patientId}}"),
    Key("imaging", "ImagingStudy", "imaging studies", f"ImagingStudy?{_PATIENT}&{_PAGE}"),
    Key(
        "observations",
        "Observation",
        "imaging measurements",
        f"Observation?{_PATIENT}&category=imaging&{_PAGE}",
    ),
    # Measurements are asked for here by code as well: mCODE files tumour sizes as laboratory.
    Key(
        "findings",
        "Observation",
        "radiology findings",
        f"Observation?{_PATIENT}&{_PAGE}",
        ("findings", "measurements", "disease_status"),
    ),
    Key(
        "markers",
        "Observation",
        "tumour markers",
        f"Observation?{_PATIENT}&_sort=-date&{_PAGE}",
        ("markers",),
    ),
    Key(
        "performance",
        "Observation",
        "performance status",
        f"Observation?{_PATIENT}&_sort=-date&{_PAGE}",
        ("performance",),
    ),
    Key(
        "statements",
        "MedicationStatement",
        "medication statements",
        f"MedicationStatement?{_PATIENT}&{_PAGE}",
    ),
    Key(
        "requests",
        "MedicationRequest",
        "medication orders",
        f"MedicationRequest?{_PATIENT}&{_PAGE}",
    ),
    Key(
        "administrations",
        "MedicationAdministration",
        "medication administrations",
        f"MedicationAdministration?{_PATIENT}&{_PAGE}",
    ),
    Key("conditions", "Condition", "conditions", f"Condition?{_PATIENT}&{_PAGE}"),
    Key("procedures", "Procedure", "procedures", f"Procedure?{_PATIENT}&{_PAGE}"),
)
"""Every key, in the order of discovery."""

REQUIRED = ("imaging", "observations")
"""Without each of these nothing can be judged."""

MEDICATIONS = ("statements", "requests", "administrations")
"""One of these is required: systems keep medications in one or the other."""


def templates(vocabulary: Vocabulary) -> dict[str, str]:
    """The prefetch of discovery: a FHIR query for each key."""
    return {key.name: key.query + _code_parameter(key, vocabulary) for key in KEYS}


def _code_parameter(key: Key, vocabulary: Vocabulary) -> str:
    codes = dict.fromkeys(
        f"{code.system}|{code.code}"
        for topic in key.topics
        for term in vocabulary.terms(topic)
        for code in term.codes
        if not code.prefix  # a search has no such thing as a family of codes
    )
    return f"&code={','.join(codes)}" if codes else ""
