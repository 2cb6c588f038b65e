"""Tokens that were seen: each is good for one call.

One SQLite file for all worker processes of a machine, so that a token is not good once for each.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from threading import local

_TABLE = """CREATE TABLE IF NOT EXISTS seen (
    issuer TEXT NOT NULL, jti TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (issuer, jti)
) WITHOUT ROWID"""
_WAIT_SECONDS = 2.0
_FORGET_EVERY = 256  # calls
_MOST = 1_000_000


class ReplayStoreError(Exception):
    """The store cannot tell; the token must not be taken for a new one."""


class ReplayStore:
    """Remembers tokens until they expire. Each thread has a connection of its own."""

    def __init__(self, file: Path, most: int = _MOST) -> None:
        """Make the file where there is none.

        Args:
            file: where tokens are remembered.
            most: how many at most; beyond that nothing is admitted until some have expired.
        """
        self._file, self._most = file, most
        self._mine = local()
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_TABLE)
            connection.commit()

    def first_seen(self, issuer: str, jti: str, until: float) -> bool:
        """Remember a token; whether this is the first time.

        Args:
            issuer: whose token.
            jti: its id.
            until: when it expires, in seconds since 1970.

        Raises:
            ReplayStoreError: the store is full or does not answer.
        """
        try:
            connection, calls = self._own()
            if calls % _FORGET_EVERY == 0:
                self._forget(connection)
            added = connection.execute(
                "INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (issuer, jti, until)
            ).rowcount
            connection.commit()
        except sqlite3.Error as error:
            raise ReplayStoreError(type(error).__name__) from None
        return added == 1

    def _forget(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM seen WHERE until < ?", (time.time(),))
        (held,) = connection.execute("SELECT count(*) FROM seen").fetchone()
        if held >= self._most:
            connection.rollback()
            raise ReplayStoreError("full")

    def _own(self) -> tuple[sqlite3.Connection, int]:
        if not hasattr(self._mine, "connection"):
            self._mine.connection, self._mine.calls = self._connect(), 0
        self._mine.calls += 1
        return self._mine.connection, self._mine.calls - 1

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=_WAIT_SECONDS)
        # A token lost to a power cut has expired before the machine is up again.
        connection.execute("PRAGMA synchronous = OFF")
        return connection
