"""The names that resources go by, "Type/id", and the references that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from service.fhir.json_types import Json

_NAMED = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9._-]+)(?:/_history/[^/]+)?$")

_KEPT = 4096


def relative(reference: str, owner: str) -> str:
    """A reference as "Type/id": of any server, of any version; what is no such name, unchanged.

    ``#x`` is what ``owner`` contains, named "Type/id#x" after it (or after what contains both).
    """
    if reference.startswith("#"):
        return owner.partition("#")[0] + reference
    return _bare(reference)


def is_name(reference: str) -> bool:
    """Whether a reference is the name of what it leads to, whoever refers and whatever else came.

    What is contained is named after its owner, and ``urn:uuid:`` by the Bundle it came in.
    """
    return not reference.startswith(("#", "urn:")) and _bare(reference) == reference


def references_in(value: Json) -> Iterator[str]:
    """Every reference in an element, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from references_in(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name == "reference" and isinstance(member, str):
                yield member
            else:
                yield from references_in(member)


@lru_cache(maxsize=_KEPT)
def _bare(reference: str) -> str:
    # all resources of a patient refer to the same few
    found = _NAMED.search(reference)
    return found[1] if found else reference
