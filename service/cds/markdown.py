"""GitHub-flavoured Markdown without HTML, from text that nobody here wrote.

A record may hold anything in a name or a label. Whatever comes from it goes through ``escaped``
and stays text in every renderer; ``Markdown`` is a type of its own so that mypy notices what
does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NewType

Markdown = NewType("Markdown", str)
"""Text that is safe to place in a document."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Entities for what could open HTML, also in renderers that know no backslash; backslashes for
# what has a meaning in GitHub-flavoured Markdown anywhere in a line.
_ESCAPES = str.maketrans({**_ENTITIES, **{mark: f"\\{mark}" for mark in "\\`*_[]()|~$"}})
_BLOCK_START = re.compile(r"^([-+](?=[-+\s]|$)|[=#])|^(\d+)(\.)(?=\s|$)")
# Renderers link bare addresses even where a character was escaped, so an invisible character
# breaks them up.
_BREAK = "\u200b"
_ADDRESS = re.compile(r"(:)(?=//)|(www)(?=\.)|(@)", re.IGNORECASE)
_LINES_KEPT = 2048

LONGEST = 300
"""Characters of one piece of text from a record; a sentence of the rule book is well below."""


def plain(text: str, longest: int | None = LONGEST) -> str:
    """One line without control or formatting characters, cut with an ellipsis where too long.

    ``longest`` is None for words of our own, which are never cut.
    """
    if not text.isprintable():  # most are, and looking at each character is slow
        text = "".join(" " if _invisible(c) else c for c in text)
    line = " ".join(text.split())
    if longest is None or len(line) <= longest:
        return line
    return f"{line[: longest - 1].rstrip()}…"


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def escaped(text: str, longest: int | None = LONGEST) -> Markdown:
    """Text that stays text: no markup, no HTML, no link, no new line."""
    return _escaped(plain(text, longest))


@lru_cache(maxsize=_LINES_KEPT)
def _escaped(line: str) -> Markdown:
    # most lines are sentences of the rule book, which every card shares
    safe = line.translate(_ESCAPES)
    safe = _BLOCK_START.sub(_escape_start, safe)
    return Markdown(_ADDRESS.sub(lambda match: match[0] + _BREAK, safe))


def _escape_start(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"


def bold(text: Markdown) -> Markdown:
    """Strongly emphasised text."""
    return Markdown(f"**{text}**")


def link(label: str, url: str) -> Markdown:
    """A link to an address of our own; the address holds no parentheses."""
    return Markdown(f"[{escaped(label)}]({url})")


def sentence_list(parts: Iterable[Markdown], separator: str = " · ") -> Markdown:
    """Parts on one line."""
    return Markdown(separator.join(parts))


def paragraph(lines: Iterable[Markdown]) -> Markdown:
    """Lines of one paragraph, the empty ones left out."""
    return Markdown(" ".join(line for line in lines if line))


def bullets(items: Iterable[Markdown]) -> Markdown:
    """A list, one line each."""
    return Markdown("\n".join(f"- {item}" for item in items))


def table(header: Sequence[str], rows: Iterable[Sequence[Markdown]]) -> Markdown:
    """A table. Cells are escaped text, so they hold neither a bar nor a new line."""
    lines = [_row(header), _row(["---"] * len(header)), *map(_row, rows)]
    return Markdown("\n".join(lines))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def document(*blocks: Markdown) -> Markdown:
    """Blocks with a blank line between them, the empty ones left out."""
    return Markdown("\n\n".join(block for block in blocks if block))


def section(heading: str, *blocks: Markdown) -> Markdown:
    """A heading and what stands under it."""
    return document(bold(Markdown(heading)), *blocks)
