"""How the service is set up: one frozen record, from a file and environment variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from service.configuration.reading import (
    ConfigurationError,
    did_you_mean,
    read_configuration,
)
from service.configuration.tables import Client, Configuration, Operator
from service.configuration.values import address, file, folder, host, whole, words, yes_no

PREFIX = "LIVER_RESPONSE_"
"""Every variable is this and the name of a setting in capitals: ``LIVER_RESPONSE_PORT``."""

CONFIG = "config"
"""``LIVER_RESPONSE_CONFIG`` names the configuration file."""

# Paths in the configuration file start from its folder.
_PATHS = ("audit_log", "ca_file", "first_look", "state_folder")
T = TypeVar("T")


class SettingsError(ValueError):
    """Settings cannot be used. ``problems`` says of each where it stands and what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _setting(default: T, read: Callable[[str], T], table: str = "service") -> T:
    """A field with its default, the reading of its text, and its table of the file."""
    # A database address may hold a password.
    shown = table != "database"
    found: T = field(default=default, repr=shown, metadata={"read": read, "table": table})
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
        smart_launch_url: the SMART launch address of the evidence page. Without it, cards link to our
            own where the EHR of every client may open that, and else do not link there.
        first_look: a folder of invented people to show at /, for development; only where nobody
            but this machine is listened to.
        fetch_milliseconds: how long the queries of one call to the EHR's FHIR server may take.
        ca_file: certificates of authorities to trust when FHIR servers and key sets are asked: those
            of a hospital's own authority. Without it, the public authorities are trusted.
        database: the SQLAlchemy address of the store of issued cards and feedback.
        comment_key_file: keys under which the comments of overridden cards are kept; without it,
            they are not kept.
        retention_days: after how many days what is stored is deleted.
        audit_log: a file to which a line is written of each call, without anything of the patient.
            Without it, standard output.
        token_for_discovery: whether discovery, too, is for known clients only.
        state_folder: where tokens that were seen are remembered beyond a restart. Without it, a
            token that was issued before the service was started is refused.
        calls_per_minute: how many calls of one issuer are answered on this machine; more get a
            429. 0 for any number.
        token_life_seconds: how long a client's token may be good for, from its issue.
        token_leeway_seconds: how far the clocks of client and service may be apart.
        keys_fresh_seconds: how long a client's key set is kept before it is asked for again.
        keys_again_seconds: a token with an unknown key asks for the key set at once, but not more
            often than this.
        clients: who may call; of the configuration file alone. Without any, everybody on this
            machine, and nobody else.
        operators: who may see the operators' page and the metrics; of the file alone. Without any,
            everybody on this machine, as long as no client is configured.
        max_body_bytes: the longest request that is read; longer ones are answered with 413.
    """

    host: str = _setting("127.0.0.1", host)
    port: int = _setting(8080, whole(1, 65535))
    workers: int = _setting(2, whole(1, 256))
    public_url: str | None = _setting(None, address)
    smart_launch_url: str | None = _setting(None, address)
    max_body_bytes: int = _setting(16 * 1024 * 1024, whole(1024, 1024**3), "limits")
    first_look: str | None = _setting(None, folder)
    fetch_milliseconds: int = _setting(2000, whole(100, 60_000), "limits")
    ca_file: str | None = _setting(None, file)
    database: str | None = _setting(None, words, "database")
    comment_key_file: str | None = _setting(None, file, "database")
    retention_days: int = _setting(400, whole(1, 3650), "database")
    token_for_discovery: bool = _setting(False, yes_no)
    audit_log: str | None = _setting(None, words)
    state_folder: str | None = _setting(None, folder)
    calls_per_minute: int = _setting(0, whole(0, 1_000_000), "limits")
    token_life_seconds: int = _setting(3600, whole(60, 3600), "limits")
    token_leeway_seconds: int = _setting(60, whole(0, 300), "limits")
    keys_fresh_seconds: int = _setting(600, whole(10, 86_400), "limits")
    keys_again_seconds: int = _setting(30, whole(1, 3600), "limits")
    clients: tuple[Client, ...] = ()
    operators: tuple[Operator, ...] = ()


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the settings: the configuration file where one is named, the environment over it.

    Raises:
        SettingsError: something cannot be used, or no setting has that name; all of it is told.
    """
    ours = {
        name.removeprefix(PREFIX).lower(): given
        for name, given in environment.items()
        if name.startswith(PREFIX)
    }
    path = ours.pop(CONFIG, None)
    problems: list[str] = []
    told = _configuration(path, problems)
    values = {
        **_of_table("service", told.service, path, problems),
        **_of_table("limits", told.limits, path, problems),
        **_of_database(told),
        **_of_environment(ours, problems),
    }
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(**values, clients=told.clients, operators=told.operators)


def known_settings(table: str | None = None) -> dict[str, Field[Any]]:
    """The settings by name: those of a table of the file, or all."""
    return {
        f.name: f
        for f in fields(Settings)
        if "read" in f.metadata and table in (None, f.metadata["table"])
    }


def _configuration(path: str | None, problems: list[str]) -> Configuration:
    if path is None:
        return Configuration()
    try:
        return read_configuration(Path(path))
    except ConfigurationError as error:
        problems += [f"{path}: {problem}" for problem in error.problems]
        return error.rest


def _of_table(
    table: str, given: Mapping[str, object], path: str | None, problems: list[str]
) -> dict[str, Any]:
    beside = Path(path or "").parent
    texts = {
        name: str(beside / str(value)) if name in _PATHS else _as_text(value)
        for name, value in given.items()
    }
    known = known_settings(table)
    return _read(texts, known, (f"{path}: {table}.{{}}", str), problems)


def _of_environment(given: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    return _read(given, known_settings(), (PREFIX + "{}", str.upper), problems)


def _of_database(told: Configuration) -> dict[str, Any]:
    kept = told.database
    values = {"database": kept.url, "comment_key_file": kept.comment_key_file}
    given = {name: value for name, value in values.items() if value}
    return {**given, "retention_days": kept.retention_days}


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(
    given: Mapping[str, str],
    known: Mapping[str, Field[Any]],
    spelling: tuple[str, Callable[[str], str]],
    problems: list[str],
) -> dict[str, Any]:
    """Settings by name, each read from its text; ``spelling`` is how problems name them."""
    values = {}
    frame, case = spelling
    for name, told in sorted(given.items()):
        place = frame.format(case(name))
        if name not in known:
            problems.append(f"{place} is not known; {did_you_mean(case(name), map(case, known))}")
            continue
        try:
            values[name] = known[name].metadata["read"](told)
        except ValueError as error:
            problems.append(f"{place} {error}")
    return values
