"""The few forms of Markdown that the document is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ACTIVE = re.compile(r"([\\|<>*_`\[\]])")
_NO_ANCHOR = re.compile(r"[^\w\s-]")


def plain(text: str) -> str:
    """Text that stays what it is: nothing in it is markup, and it stays on one line."""
    return _ACTIVE.sub(r"\\\1", " ".join(text.split()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain texts; nothing where there is no row."""
    lines = [f"| {' | '.join(map(plain, row))} |" for row in rows]
    if not lines:
        return ""
    return "\n".join((f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines))


def bullets(texts: Iterable[str]) -> str:
    """A list of plain texts."""
    return "\n".join(f"- {plain(text)}" for text in texts)


def section(level: int, title: str, *blocks: str) -> str:
    """A heading with what is under it; nothing where there is nothing."""
    filled = [block for block in blocks if block]
    return "\n\n".join((f"{'#' * level} {plain(title)}", *filled)) if filled else ""


def anchor(title: str) -> str:
    """The address of a heading within a page, as forges make it."""
    return _NO_ANCHOR.sub("", title.casefold()).strip().replace(" ", "-")
