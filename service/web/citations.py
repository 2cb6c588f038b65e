"""Where a source stands, with what can be followed as a link: DOI, PubMed, PubMed Central, pages."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_CITED = re.compile(
    r"(?P<doi>\b10\.\d{4,9}/[^\s;,]+)"
    r"|PMID (?P<pmid>\d+)"
    r"|(?P<pmc>\bPMC\d+)"
    r"|(?P<address>https://[^\s;,]+)"
    r"|rules/catalog/(?P<page>\w+)/page\.yaml"
)
_AT = {
    "doi": "https://doi.org/{}",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "pmc": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "address": "{}",
}
_LINK = Markup('<a href="{}" rel="noreferrer">{}</a>')


def cited(text: str) -> Markup:
    """A text with its identifiers as links; all else in it stays text."""
    parts, begun = [], 0
    for match in _CITED.finditer(text):
        parts += [escape(text[begun : match.start()]), _link(match)]
        begun = match.end()
    return Markup().join((*parts, escape(text[begun:])))


def _link(match: re.Match[str]) -> Markup:
    kind = str(match.lastgroup)
    if kind == "page":
        return escape(match[0])
    return _LINK.format(_AT[kind].format(match[kind]), match[0])
