"""Brings the tables up to date, by one process at a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, event, text

from service.store.engines import SQLITE, Use, make_engine
from service.store.errors import StoreUnusableError

_LOCK = 0x4C52_4344  # the advisory lock of this product on PostgreSQL


_TRIES, _PAUSE_SECONDS = 100, 0.05


@dataclass(frozen=True)
class Status:
    """Which migration a store is at, and which is the newest; None where it has no table yet."""

    present: str | None
    newest: str

    @property
    def current(self) -> bool:
        """Whether nothing is to be done."""
        return self.present == self.newest


def upgrade(url: URL) -> None:
    """Apply the migrations that are missing; others that want to wait meanwhile.

    Raises:
        StoreUnusableError: the store was made by a newer version of this product.
        SQLAlchemyError: it does not answer.
    """
    with locked(url) as connection:
        config = _config(connection)
        try:
            if not _status(connection, config).current:
                command.upgrade(config, "head")
        except CommandError:
            raise StoreUnusableError(
                "the database was made by a newer version of Liver Response CDS; install that version"
            ) from None


def status(url: URL) -> Status:
    """Where a store stands.

    Raises:
        SQLAlchemyError: it does not answer.
    """
    with make_engine(url, Use.MIGRATION).connect() as connection:
        return _status(connection, _config(connection))


def _status(connection: Connection, config: Config) -> Status:
    newest = ScriptDirectory.from_config(config).get_current_head()
    return Status(MigrationContext.configure(connection).get_current_revision(), str(newest))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "service.store:migrations")
    config.attributes["connection"] = connection
    return config


def _to_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait where two change the journal at once: wait for it."""
    for _ in range(_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def locked(url: URL) -> Iterator[Connection]:
    """A transaction that no other upgrade runs beside; undone if it fails."""
    engine = make_engine(url, Use.MIGRATION)
    if url.get_backend_name() == SQLITE:

        @event.listens_for(engine, "connect")
        def by_hand(connection, _entry) -> None:  # type: ignore[no-untyped-def]
            connection.isolation_level = None
            _to_wal(connection)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        if url.get_backend_name() != SQLITE:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection
