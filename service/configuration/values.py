"""Settings read from their texts: each reader gives the value, or a ValueError that says what it must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit


def host(text: str) -> str:
    """An address to listen on."""
    if not text.strip():
        raise ValueError("must name an address to listen on, such as 127.0.0.1")
    return text.strip()


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def read(text: str) -> int:
        if not text.strip().isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def address(text: str) -> str | None:
    """An absolute http(s) address without its last slash; blank for none."""
    if not text.strip():
        return None
    found = text.strip().rstrip("/")
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError("must be an absolute http(s) address without a query")
    return found


def folder(text: str) -> str | None:
    """An existing folder; blank for none."""
    if not text.strip():
        return None
    if not Path(text).is_dir():
        raise ValueError("must name a folder")
    return text


def file(text: str) -> str | None:
    """An existing file; blank for none."""
    if not text.strip():
        return None
    if not Path(text).is_file():
        raise ValueError("must name a file")
    return text


def words(text: str) -> str | None:
    """Any text; blank for none."""
    return text.strip() or None


def yes_no(text: str) -> bool:
    """true or false."""
    if text.strip().lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return text.strip().lower() == "true"
