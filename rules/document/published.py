"""The published response criteria as sections: whom for, numbers, gaps, publications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.condition_words import printed
from rules.criteria.pages import CriterionPage, Publication
from rules.document.knowledge import TAGS
from rules.document.markdown import bullets, plain, section, table


def criterion(page: CriterionPage) -> str:
    """One criterion as a section of the document."""
    return section(
        3,
        page.title,
        f"`{page.id}` · version {page.version} · made for {plain(page.population)}",
        table(("What", "Value", "Source", "Tag"), _numbers(page)),
        section(4, "Known gaps", bullets(page.misses)),
        section(4, "Publications", table(_HEAD, map(_publication, page.sources.values()))),
    )


_HEAD = ("Publication", "States", "DOI", "Tag")


def _numbers(page: CriterionPage) -> Iterator[Sequence[str]]:
    for number in page.numbers.values():
        source = page.sources[number.source]
        value = f"{number.value} {printed(number.unit)}"
        yield number.means, value, source.title, source.tag


def _publication(source: Publication) -> Sequence[str]:
    parts = (source.authors, source.title, source.journal, str(source.year or ""), source.pages)
    return (
        ". ".join(filter(None, parts)),
        source.states,
        source.doi,
        f"{source.tag}: {TAGS[source.tag]}",
    )
