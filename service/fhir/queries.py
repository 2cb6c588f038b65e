"""The FHIR queries behind the prefetch keys, filled in and no longer than servers take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from service.fhir.prefetch_keys import KEYS

# Servers and what stands before them are only sure to take addresses of about 2,000 characters.
_LONGEST = 1900
_PATIENT = "{{context.patientId}}"
_CODES = "&code="


@dataclass(frozen=True)
class Query:
    """One prefetch key as queries: several where the codes are too many for one address.

    Attributes:
        paths: relative to the base of the server, ready to be sent.
        scope: the SMART scope that they need.
    """

    key: str
    kind: str
    paths: tuple[str, ...]

    @property
    def scope(self) -> str:
        """The SMART scope that the queries need (SMART App Launch 2: read and search)."""
        return f"patient/{self.kind}.rs"


def queries(templates: Mapping[str, str], patient: str) -> dict[str, Query]:
    """The queries for one patient, by prefetch key.

    Args:
        templates: the prefetch of discovery.
        patient: the id, which is escaped.
    """
    return {
        key.name: Query(key.name, key.kind, tuple(_paths(templates[key.name], patient)))
        for key in KEYS
    }


def _paths(template: str, patient: str) -> Iterator[str]:
    query, _, codes = template.partition(_CODES)
    filled = query.replace(_PATIENT, quote(patient, safe=""))
    if not codes:
        yield filled
        return
    for chosen in _chunks(codes.split(","), _LONGEST - len(filled) - len(_CODES)):
        yield f"{filled}{_CODES}{chosen}"


def _chunks(codes: list[str], room: int) -> Iterator[str]:
    """The codes, escaped and joined, as many at a time as there is room for."""
    chosen = ""
    for code in (quote(code, safe=":/") for code in codes):
        if chosen and len(chosen) + len(code) + 1 > room:
            yield chosen
            chosen = ""
        chosen = f"{chosen},{code}" if chosen else code
    yield chosen
