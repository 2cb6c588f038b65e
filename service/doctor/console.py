"""What the doctor found, for the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.doctor.report import KeyFound, Report

_COLOURS = {"present": "green", "empty": "green", "absent": "yellow"}
_MOST_SHOWN = 12


def report_text(report: Report) -> RenderableType:
    """The answer first, then key by key, then what was not understood."""
    return Group(
        Text("Answer", style="bold"),
        Text(report.answer),
        Text(),
        Text("Orders", style="bold"),
        *_lines(report.orders, "none that bear on the question"),
        Text(),
        _states(report.keys),
        *(part for key in report.keys if key.resources for part in _key(key)),
        Text(),
        Text("Bears on the question and could not be read", style="bold"),
        *_lines([f"{reference}: {reason}" for reference, reason in report.unread], "nothing"),
        Text(),
        Text("Not to be had", style="bold"),
        *_lines(report.unavailable, "nothing: all kinds of data came"),
        Text(),
        Text("How something was read", style="bold"),
        *_lines(report.remarks, "plainly"),
        Text(),
        Text("What would be asked of the FHIR server", style="bold"),
        *(line for key in report.keys for line in _queries(key)),
    )


def _lines(said: tuple[str, ...] | list[str], otherwise: str) -> Iterator[Text]:
    yield from (Text(f"  {line}") for line in said or (otherwise,))


def _states(keys: tuple[KeyFound, ...]) -> Table:
    table = Table("key", "state", "resources", "read", "not used", title="Prefetch", expand=False)
    for key in keys:
        name = (
            f"{key.name}{'' if key.ours else ' (a name of the site)'}{' *' if key.needed else ''}"
        )
        state = Text(key.state, style=_COLOURS.get(key.state, "red"))
        counts = (len(key.resources), len(key.read), len(key.ignored))
        table.add_row(Text(name), state, *map(str, counts))
    table.caption = "* needed; of the medication keys one is enough"
    return table


def _key(key: KeyFound) -> Iterator[RenderableType]:
    yield Text(f"\n{key.name}", style="bold")
    for found in key.read:
        for words in found.became:
            yield Text(f"  {found.reference}: {words}")
    for reason, times in Counter(found.reason for found in key.ignored).most_common():
        named = [found.reference for found in key.ignored if found.reason == reason]
        more = f" and {times - _MOST_SHOWN} more" if times > _MOST_SHOWN else ""
        yield Text(f"  {times} × {reason}: {', '.join(named[:_MOST_SHOWN])}{more}", style="yellow")
    for code in key.not_understood[:_MOST_SHOWN]:
        where = f"{code.system}|{code.code}" if code.code else "words only"
        yield Text(
            f"  code without meaning here, {code.times} ×: {where} {code.words}", style="dim"
        )


def _queries(key: KeyFound) -> Iterator[Text]:
    for query in key.queries:
        yield Text(f"  {key.name}, scope {key.scopes[0]} (SMART 1: {key.scopes[1]})", style="bold")
        yield Text(f"    GET {query}", style="dim", overflow="fold")
