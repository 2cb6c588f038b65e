"""Connections to the store: SQLite by default, PostgreSQL by its address."""

from __future__ import annotations

import sqlite3
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from service.store.errors import StoreUnusableError

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_CONNECT_SECONDS = 2  # the least that libpq takes


class Use(Enum):
    """What connections are for: how long a statement may wait, in seconds, and what a commit means."""

    BESIDE_A_CALL = (0.2, False)  # a card lost to a power cut is a card whose feedback is "unknown"
    TO_BE_KEPT = (2.0, True)  # acknowledged once it is on the disk
    AT_LEISURE = (20.0, False)
    MIGRATION = (10.0, True)

    @property
    def seconds(self) -> float:
        """How long to wait for a lock, or for a statement."""
        return self.value[0]

    @property
    def durable(self) -> bool:
        """Whether a commit is on the disk when it returns."""
        return self.value[1]


def read_address(address: str) -> URL:
    """The address of a store.

    Raises:
        StoreUnusableError: it is none, or of another kind of database.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise StoreUnusableError(
            "database is no SQLAlchemy address; write sqlite:////var/lib/liver-response/store.sqlite "
            "or postgresql://user@host/name"
        ) from None
    kind = url.get_backend_name()
    if kind not in (SQLITE, POSTGRESQL):
        raise StoreUnusableError(f"database is of the kind {kind!r}; known are sqlite, postgresql")
    if kind == SQLITE and url.database in (None, "", ":memory:"):
        raise StoreUnusableError("database names no file; write sqlite:////path/to/store.sqlite")
    return url.set(drivername="postgresql+psycopg") if kind == POSTGRESQL else url


def make_engine(url: URL, use: Use) -> Engine:
    """An engine that has not connected yet, and so may be taken along into worker processes.

    Raises:
        StoreUnusableError: the driver is not installed.
    """
    make = _sqlite if url.get_backend_name() == SQLITE else _postgresql
    try:
        return make(url, use)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreUnusableError(
            "the driver for PostgreSQL is missing; pip install 'liver-response-cds[postgresql]'"
        ) from None


def _options(use: Use) -> dict[str, Any]:
    # Parameters are what clients sent: never in an error text.
    options: dict[str, Any] = {"hide_parameters": True}
    return {**options, "poolclass": NullPool} if use is Use.MIGRATION else options


def _sqlite(url: URL, use: Use) -> Engine:
    engine = create_engine(url, connect_args={"timeout": use.seconds}, **_options(use))

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.execute(f"PRAGMA synchronous = {'FULL' if use.durable else 'NORMAL'}")

    return engine


def _postgresql(url: URL, use: Use) -> Engine:
    milliseconds = int(use.seconds * 1000)
    settings = {
        "lock_timeout": milliseconds,
        "statement_timeout": 0 if use is Use.MIGRATION else milliseconds,
        "synchronous_commit": "on" if use.durable else "off",
    }
    arguments = {
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": _CONNECT_SECONDS * 1000,
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        "prepare_threshold": None,  # poolers that give each transaction another server
    }
    options = _options(use)
    if use is not Use.MIGRATION:
        options |= {"pool_pre_ping": True, "pool_timeout": _CONNECT_SECONDS}
    if use is Use.BESIDE_A_CALL:  # one statement at a time: two ways to the server and back fewer
        options |= {"isolation_level": "AUTOCOMMIT"}
    return create_engine(url, connect_args=arguments, **options)


def make_file(url: URL) -> None:
    """Make the file of an SQLite store, for its owner alone, where there is none.

    Raises:
        StoreUnusableError: it cannot be made.
    """
    if url.get_backend_name() != SQLITE:
        return
    file = Path(str(url.database))
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
    except OSError as error:
        raise StoreUnusableError(
            f"database: {file} cannot be written ({type(error).__name__}); make its folder, or "
            "name another"
        ) from None
