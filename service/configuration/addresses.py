"""Addresses, names and files as the configuration file may give them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo

FOLDER = "folder"
"""What the context of a validation calls the folder that paths in the file start from."""


def _absolute(text: str) -> str:
    parts = urlsplit(text)  # a port that is no number is a ValueError of its own
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an absolute http(s) address")
    if "@" in parts.netloc or "#" in text or any(c.isspace() for c in text):
        raise ValueError("must be an address without user, fragment or space")
    return text


def _base(text: str) -> str:
    if "?" in _absolute(text):
        raise ValueError("must be an address without a query")
    return text.rstrip("/")


def _origin(text: str) -> str:
    parts = urlsplit(_base(text))
    if parts.path.strip("/"):
        raise ValueError("must be an origin: scheme, host and port, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _file(text: str, info: ValidationInfo) -> str:
    path = Path((info.context or {}).get(FOLDER, ""), text)
    if not path.is_file():
        raise ValueError("names no file; a path starts from the folder of the configuration file")
    return str(path)


Address = Annotated[str, AfterValidator(_absolute)]
"""Kept to the letter, as tokens name it."""
Base = Annotated[str, AfterValidator(_base)]
"""The beginning of addresses, without its last slash."""
Origin = Annotated[str, AfterValidator(_origin)]
"""What a browser sends as ``Origin``."""
File = Annotated[str, AfterValidator(_file)]
"""An existing file."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""What logs and figures can show."""
