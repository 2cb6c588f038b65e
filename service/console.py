"""What the command line shows: assessments, cards and rule-book pages, for reading."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from rules.assessment import Assessment, Outcome
from rules.pages import Page
from service.fhir.json_types import Json, JsonObject

_COLOURS = {"warning": "yellow", "info": "cyan"}


def card_panel(card: JsonObject) -> Panel:
    """A card as an EHR shows it: the summary, the body, and the suggestions as buttons."""
    indicator, source = str(card.get("indicator")), card.get("source")
    return Panel(
        Group(
            Text(str(card.get("summary")), style="bold"),
            Text(),
            Markdown(str(card.get("detail"))),
            Text(),
            *_buttons(card.get("suggestions")),
        ),
        title=indicator,
        subtitle=str(source.get("label")) if isinstance(source, dict) else None,
        border_style=_COLOURS.get(indicator, "white"),
    )


def _buttons(suggestions: Json) -> list[Text]:
    listed = suggestions if isinstance(suggestions, list) else []
    return [Text(f"[ {s.get('label')} ]", style="bold") for s in listed if isinstance(s, dict)]


def assessment_text(assessment: Assessment, detail: str | None) -> RenderableType:
    """The grade in words with its basis; without a card, why there is none."""
    heading = Text(assessment.label, style="bold")
    about = Text(
        f"{assessment.grade.value} ({assessment.because}) as of {assessment.as_of}", style="dim"
    )
    if assessment.outcome is Outcome.SILENCE or detail is None:
        reasons = [Text(reason) for reason in assessment.reasons]
        return Group(heading, about, Text(), Text("No card:"), *reasons)
    return Group(heading, about, Text(), Markdown(detail))


def page_list(pages: list[Page]) -> Table:
    """The pages of the rule book."""
    table = Table("page", "version", "title", "asks", title="Rule book")
    for page in pages:
        table.add_row(page.id, page.version, page.title, page.asks)
    return table


def page_text(page: Page) -> RenderableType:
    """One page of the rule book, for a clinician."""
    parts: list[RenderableType] = [
        Text(f"{page.title} ({page.id}, version {page.version})", style="bold"),
        Text(page.status, style="dim"),
        Text(),
        Text(page.asks),
        Text(page.says),
        Text(),
        Text(page.rationale),
    ]
    tables = (_numbers(page), _rows(page), _items(page), _sources(page))
    parts += [table for table in tables if table.row_count]
    parts += [Text("Known gaps", style="bold"), *(Text(f"- {gap}") for gap in page.misses)]
    return Group(*parts)


def _numbers(page: Page) -> Table:
    table = Table("number", "value", "unit", "since", "source", "means", title="Numbers")
    for number in page.parameters.values():
        now = number.in_force
        table.add_row(
            number.name,
            f"{now.value:g}",
            number.unit,
            str(now.since),
            _tagged(page, now.source),
            number.means,
        )
    return table


def _rows(page: Page) -> Table:
    table = Table("table", "row", "value", "unit", "source", title="Tables")
    for numbers in page.tables.values():
        rows = dict(numbers.rows)
        if numbers.otherwise is not None:
            rows["all others"] = numbers.otherwise
        for name, value in rows.items():
            table.add_row(
                numbers.name, name, f"{value:g}", numbers.unit, _tagged(page, numbers.source)
            )
    return table


def _items(page: Page) -> Table:
    table = Table("rule", "title", "says", "source", title="Rules")
    for item in page.items.values():
        table.add_row(item.code, item.title, item.says, _tagged(page, item.source))
    return table


def _sources(page: Page) -> Table:
    table = Table(
        "source",
        "tag",
        "title",
        "place",
        "states",
        title="Sources (S seen, K known literature, A assumption to be signed off)",
    )
    for source in page.sources.values():
        table.add_row(source.id, source.tag, source.title, source.place, source.states)
    return table


def _tagged(page: Page, source: str) -> str:
    return f"{source} \\[{page.sources[source].tag}]"


def console() -> Console:
    """Where results go; colour only where a terminal shows it."""
    return Console(highlight=False)
