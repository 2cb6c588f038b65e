"""The published resources as files, for those who load them into a repository of their own."""

from __future__ import annotations

from pathlib import Path

import orjson

from rules.rulebook import load_rulebook
from service.cds.suggestions import load_options
from service.cds.wording import load_wording
from service.knowledge.publication import publication


def write(folder: Path, public_url: str | None) -> int:
    """Write every resource to ``folder/Type/id.json``.

    Returns:
        how many there are.
    """
    published = list(publication(load_rulebook(), load_options(), load_wording(), public_url))
    for resource in published:
        place = folder / str(resource["resourceType"]) / f"{resource['id']}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(orjson.dumps(resource, option=orjson.OPT_INDENT_2))
    return len(published)
