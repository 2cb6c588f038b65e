"""What became of cards, for the command line: tables, or JSON."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from rich.console import Group, RenderableType
from rich.table import Table

from service.fhir.json_types import JsonObject
from service.store.figures import Count, Figures


def figures_tables(found: Figures) -> RenderableType:
    """One table each for rules, grades and sites."""
    unknown = f"{found.unknown} feedback entries are about no card that is known here."
    kinds = {"rule": found.rules, "grade": found.grades, "site": found.sites}
    tables = [_table(what, counts) for what, counts in kinds.items()]
    return Group(*tables, *([unknown] if found.unknown else []))


def _table(what: str, counts: Mapping[str, Count]) -> Table:
    table = Table(what, "shown", "accepted", "overridden", "unanswered", "reasons")
    for name, count in counts.items():
        reasons = sorted(count.overridden.items(), key=lambda item: -item[1])
        table.add_row(
            *(name, str(count.fired), str(count.accepted)),
            *(str(sum(count.overridden.values())), str(count.unanswered)),
            ", ".join(f"{reason} {times}" for reason, times in reasons),
        )
    return table


def figures_json(found: Figures) -> bytes:
    """The same as one object."""
    kinds = {"rules": found.rules, "grades": found.grades, "sites": found.sites}
    parts: JsonObject = {
        kind: {name: _count(count) for name, count in counts.items()}
        for kind, counts in kinds.items()
    }
    document: JsonObject = {"cards": _count(found.cards), **parts, "unknown": found.unknown}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _count(count: Count) -> JsonObject:
    return {
        "fired": count.fired,
        "accepted": count.accepted,
        "overridden": {**count.overridden},
        "unanswered": count.unanswered,
    }
