"""What belongs to a launch, kept on this side for a short time and sealed.

One SQLite file for all worker processes of a machine. What is kept is encrypted with the secret
that the browser holds and found by a digest of it: the file by itself tells nothing.
"""

from __future__ import annotations

import os
import sqlite3
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from enum import Enum
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken

_TABLE = """CREATE TABLE IF NOT EXISTS kept (
    id BLOB PRIMARY KEY, kind TEXT NOT NULL, until REAL NOT NULL, sealed BLOB NOT NULL
) WITHOUT ROWID"""
_INDEX = "CREATE INDEX IF NOT EXISTS kept_until ON kept (kind, until)"
_OVER_FULL = """DELETE FROM kept WHERE id IN (
    SELECT id FROM kept WHERE kind = ? ORDER BY until DESC LIMIT -1 OFFSET ?)"""
_WAIT_SECONDS = 2.0
_MOST = 10_000


class Kind(str, Enum):
    """What is kept: a launch on its way, or what it led to."""

    LAUNCH = "launch"
    SESSION = "session"


class Vault:
    """Keeps contents by the secret that opens them."""

    def __init__(self, file: Path, now: Callable[[], float] = time.time, most: int = _MOST) -> None:
        """Make the file, for this user alone.

        Args:
            file: where contents are kept.
            now: the time, in seconds since 1970.
            most: how many of a kind; beyond that, those that would end first are given up.
        """
        self._file, self._now, self._most = file, now, most
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_TABLE)
            connection.execute(_INDEX)

    def keep(self, kind: Kind, content: bytes, seconds: float) -> str:
        """Keep a content; the secret that opens it, which is stored nowhere."""
        secret = token_urlsafe(32)
        row = _name(kind, secret), kind.value, self._now() + seconds, _seal(secret).encrypt(content)
        with self._connection() as connection:
            connection.execute("DELETE FROM kept WHERE until <= ?", (self._now(),))
            connection.execute("INSERT INTO kept VALUES (?, ?, ?, ?)", row)
            connection.execute(_OVER_FULL, (kind.value, self._most))
        return secret

    def look(self, kind: Kind, secret: str) -> bytes | None:
        """What a secret opens; None where there is nothing, or no more."""
        with self._connection() as connection:
            return self._found(connection, kind, secret)

    def take(self, kind: Kind, secret: str) -> bytes | None:
        """What a secret opens, which is then gone: of several who ask, one gets it."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")  # nobody else reads it in between
            found = self._found(connection, kind, secret)
            connection.execute("DELETE FROM kept WHERE id = ?", (_name(kind, secret),))
            return found

    def _found(self, connection: sqlite3.Connection, kind: Kind, secret: str) -> bytes | None:
        query = "SELECT sealed FROM kept WHERE id = ? AND until > ?"
        row = connection.execute(query, (_name(kind, secret), self._now())).fetchone()
        try:
            return _seal(secret).decrypt(row[0]) if row else None
        except InvalidToken:  # the file was tampered with
            return None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one step; launches are rare, so none is kept open."""
        with closing(sqlite3.connect(self._file, timeout=_WAIT_SECONDS)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            with connection:
                yield connection


def _name(kind: Kind, secret: str) -> bytes:
    return sha256(f"name of a {kind.value}: {secret}".encode()).digest()


def _seal(secret: str) -> Fernet:
    key = sha256(f"key: {secret}".encode()).digest()
    return Fernet(urlsafe_b64encode(key))
