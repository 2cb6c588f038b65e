"""Scopes: what is asked for, and what of it was granted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.fhir.prefetch_keys import KEYS

KINDS = tuple(sorted({*(key.kind for key in KEYS), "BodyStructure", "Medication"}))
"""The types that are read: those of the queries, and the drugs and places of lesions referred to."""

_SCOPE = re.compile(r"(?:patient|user)/([A-Za-z]+|\*)\.(read|\*|[cruds]{1,5})")


def wanted(within_ehr: bool, fine: bool, besides: Iterable[str] = ()) -> str:
    """The scopes to ask for: reading, for one patient, of the types that the rules look at.

    Args:
        within_ehr: launched from a chart; else the patient is chosen on signing in.
        fine: whether the server takes the scopes of SMART 2 (``.rs``); else those of SMART 1.
        besides: what else this server needs.
    """
    context = "launch" if within_ehr else "launch/patient"
    access = "rs" if fine else "read"
    asked = (f"patient/{kind}.{access}" for kind in KINDS)
    return " ".join(dict.fromkeys((context, *asked, *besides)))


def not_granted(granted: str) -> frozenset[str]:
    """The types that may not be read wholly.

    A scope that is restricted to part of a type (``patient/Observation.rs?category=…``) does not
    count: part of the data would look like all of it.
    """
    given = {
        found[1]
        for scope in granted.split()
        if (found := _SCOPE.fullmatch(scope)) and _reads(found[2])
    }
    return frozenset() if "*" in given else frozenset(KINDS) - given


def _reads(access: str) -> bool:
    return access in ("read", "*") or {"r", "s"} <= set(access)
