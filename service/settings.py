"""How the service is set up: one frozen record, from a file and environment variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from service.configuration.reading import ConfigurationError, read_configuration
from service.configuration.tables import Client, Configuration

PREFIX = "LIVER_RESPONSE_"
"""Every variable is this and the name of a setting in capitals: ``LIVER_RESPONSE_PORT``."""

CONFIG = "config"
"""``LIVER_RESPONSE_CONFIG`` names the configuration file."""

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


def _text(text: str) -> str | None:
    return text.strip() or None


def _yes_no(text: str) -> bool:
    if text.strip().lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return text.strip().lower() == "true"


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
        database: the SQLAlchemy address of the store of issued cards and feedback.
        retention_days: after how many days what is stored is deleted.
        audit_log: a file to which a line is written of each call, without anything of the patient.
            Without it, standard output.
        token_for_discovery: whether discovery, too, is for known clients only.
        clients: who may call; of the configuration file alone. Without any, everybody on this
            machine, and nobody else.
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
    database: str | None = _setting(None, _text)
    retention_days: int = _setting(400, _whole(1, 3650))
    token_for_discovery: bool = _setting(False, _yes_no)
    audit_log: str | None = _setting(None, _text)
    clients: tuple[Client, ...] = ()


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the settings: the configuration file where one is named, the environment over it.

    Raises:
        SettingsError: something cannot be used, or no setting has that name.
    """
    ours = {
        name.removeprefix(PREFIX).lower(): text
        for name, text in environment.items()
        if name.startswith(PREFIX)
    }
    file = _configuration(ours.pop(CONFIG, None))
    of_file = {name: _as_text(value) for name, value in file.service.items()}
    values = {
        **_read(of_file, "{}"),
        **_of_database(file),
        **_read(ours, PREFIX + "{}", str.upper),
    }
    return Settings(**values, clients=file.clients)


def _configuration(path: str | None) -> Configuration:
    if path is None:
        return Configuration()
    try:
        return read_configuration(Path(path))
    except ConfigurationError as error:
        raise SettingsError(str(error)) from None


def _of_database(file: Configuration) -> dict[str, Any]:
    url = {"database": file.database.url} if file.database.url else {}
    return {**url, "retention_days": file.database.retention_days}


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(
    given: Mapping[str, str], spelling: str, case: Callable[[str], str] = str
) -> dict[str, Any]:
    """Settings by name, each read from its text; ``spelling`` is how errors name them."""
    known = {f.name: f for f in fields(Settings) if "read" in f.metadata}
    unknown = [spelling.format(case(name)) for name in sorted(given.keys() - known.keys())]
    if unknown:
        names = [spelling.format(case(name)) for name in sorted(known)]
        raise SettingsError(f"unknown settings {unknown}; known are {names}")
    return {
        name: _value(known[name], text, spelling.format(case(name))) for name, text in given.items()
    }


def _value(setting: Field[Any], text: str, name: str) -> Any:
    try:
        return setting.metadata["read"](text)
    except ValueError as error:
        raise SettingsError(f"{name} {error}") from None
