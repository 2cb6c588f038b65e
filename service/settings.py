"""How the service is set up: one frozen record, from environment variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

PREFIX = "LIVER_RESPONSE_"
"""Every variable is this and the name of a setting in capitals: ``LIVER_RESPONSE_PORT``."""

T = TypeVar("T")


class SettingsError(ValueError):
    """A setting cannot be used; the message names the variable and says what to do."""


def _host(text: str) -> str:
    if not text.strip():
        raise ValueError("must name an address to listen on, such as 127.0.0.1")
    return text.strip()


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.strip().isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _address(text: str) -> str | None:
    if not text.strip():
        return None
    address = text.strip().rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError("must be an absolute http(s) address without a query")
    return address


def _folder(text: str) -> str | None:
    if not text.strip():
        return None
    if not Path(text).is_dir():
        raise ValueError("must name a folder")
    return text


def _file(text: str) -> str | None:
    if not text.strip():
        return None
    if not Path(text).is_file():
        raise ValueError("must name a file")
    return text


def _setting(default: T, read: Callable[[str], T]) -> T:
    """A field with its default and the reading of its variable."""
    found: T = field(default=default, metadata={"read": read})
    return found


@dataclass(frozen=True)
class Settings:
    """The settings. The defaults serve one machine, reachable from that machine alone.

    Attributes:
        host: the address to listen on.
        port: the TCP port to listen on.
        workers: the number of worker processes.
        public_url: the address under which browsers reach this service. Without it, cards have no
            icon and no links.
        smart_launch_url: the SMART launch address of the evidence page. Without it, cards do not
            link there.
        first_look: a folder of invented people to show at /, for development; only where nobody
            but this machine is listened to.
        fetch_milliseconds: how long the queries of one call to the EHR's FHIR server may take.
        ca_file: certificates of authorities to trust when FHIR servers and key sets are asked: those
            of a hospital's own authority. Without it, the public authorities are trusted.
        max_body_bytes: the longest request that is read; longer ones are answered with 413.
    """

    host: str = _setting("127.0.0.1", _host)
    port: int = _setting(8080, _whole(1, 65535))
    workers: int = _setting(2, _whole(1, 256))
    public_url: str | None = _setting(None, _address)
    smart_launch_url: str | None = _setting(None, _address)
    max_body_bytes: int = _setting(16 * 1024 * 1024, _whole(1024, 1024**3))
    first_look: str | None = _setting(None, _folder)
    fetch_milliseconds: int = _setting(2000, _whole(100, 60_000))
    ca_file: str | None = _setting(None, _file)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; what is not set keeps its default.

    Raises:
        SettingsError: a variable cannot be used, or none of ours has that name.
    """
    known = {f"{PREFIX}{f.name.upper()}": f for f in fields(Settings)}
    ours = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
    unknown = ours.keys() - known.keys()
    if unknown:
        raise SettingsError(f"unknown settings {sorted(unknown)}; known are {sorted(known)}")
    values = {}
    for name, text in ours.items():
        try:
            values[known[name].name] = known[name].metadata["read"](text)
        except ValueError as error:
            raise SettingsError(f"{name} {error}") from None
    return Settings(**values)
