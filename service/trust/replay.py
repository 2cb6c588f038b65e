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
    issuer TEXT NOT NULL, jti TEXT NOT NULL, until REAL NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (issuer, jti)
) WITHOUT ROWID"""
_INDEX = "CREATE INDEX IF NOT EXISTS lately ON seen (issuer, at)"
_ADD = "INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)"
_WAIT_SECONDS = 2.0
_PAUSE_SECONDS = 0.02
_FORGET_EVERY = 256  # calls
_MOST = 1_000_000
_MINUTE = 60.0


class ReplayStoreError(Exception):
    """The store cannot tell; the token must not be taken for a new one."""


class ReplayStore:
    """Remembers tokens until they expire. Each thread has a connection of its own."""

    def __init__(self, file: Path, most: int = _MOST) -> None:
        """Make the file where there is none.

        Args:
            file: where tokens are remembered.
            most: how many at most; beyond that nothing is admitted until some have expired.

        Raises:
            ReplayStoreError: the file cannot be used.
        """
        self._file, self._most = file, most
        self._mine = local()
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                self._prepare()
            except sqlite3.Error as error:
                # Another process makes it at this moment: for a change of mode SQLite does not wait.
                if not _locked(error) or time.monotonic() > deadline:
                    reason = type(error).__name__
                    raise ReplayStoreError(f"{file} cannot be used ({reason})") from None
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def _prepare(self) -> None:
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_TABLE)
            connection.execute(_INDEX)

    def first_seen(self, issuer: str, jti: str, until: float, now: float) -> bool:
        """Remember a token; whether this is the first time.

        Args:
            issuer: whose token.
            jti: its id.
            until: when it expires, in seconds since 1970.
            now: the same of the call.

        Raises:
            ReplayStoreError: the store is full or does not answer.
        """
        try:
            connection = self._own()
            if self._mine.calls % _FORGET_EVERY == 0:
                self._forget(connection, now)
            added = connection.execute(_ADD, (issuer, jti, until, now)).rowcount
        except sqlite3.Error as error:
            raise ReplayStoreError(type(error).__name__) from None
        self._mine.calls += 1  # not before: a full store is looked at again by the next call
        return added == 1

    def lately(self, issuer: str, now: float) -> int:
        """How many tokens of an issuer were taken within the last minute.

        Raises:
            ReplayStoreError: the store does not answer.
        """
        asked = "SELECT count(*) FROM seen WHERE issuer = ? AND at > ?"
        try:
            (found,) = self._own().execute(asked, (issuer, now - _MINUTE)).fetchone()
        except sqlite3.Error as error:
            raise ReplayStoreError(type(error).__name__) from None
        return int(found)

    def _forget(self, connection: sqlite3.Connection, now: float) -> None:
        connection.execute("DELETE FROM seen WHERE until < ?", (now,))
        (held,) = connection.execute("SELECT count(*) FROM seen").fetchone()
        if held >= self._most:
            raise ReplayStoreError("full")

    def _own(self) -> sqlite3.Connection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection, self._mine.calls = self._connect(), 0
        connection: sqlite3.Connection = self._mine.connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        # Without isolation level every statement is a transaction of its own.
        connection = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, isolation_level=None)
        # A power cut may lose the last moments, but leaves no broken file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def _locked(error: sqlite3.Error) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
