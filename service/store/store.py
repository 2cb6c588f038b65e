"""The store: one for all threads of a process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from secrets import token_bytes
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from service.store.engines import POSTGRESQL, Use, make_engine, make_file, read_address
from service.store.errors import StoreAwayError
from service.store.tables import secret
from service.store.upgrading import upgrade

log = logging.getLogger(__name__)

_SECRET_BYTES = 32

Row = dict[str, Any]
Insert = postgresql.Insert | sqlite.Insert


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(timezone.utc)


class Store:
    """Where cards, feedback and counts are kept.

    Nothing is connected to when it is made, so that it may be made before worker processes are. A
    database that is away then is made ready by whoever first finds it there.
    """

    def __init__(self, address: str, clock: Callable[[], datetime] = now) -> None:
        """Make a store.

        Raises:
            StoreUnusableError: the address is none, or the driver is not installed.
        """
        self.url, self.clock = read_address(address), clock
        self._engines: dict[Use, Engine] = {
            use: make_engine(self.url, use) for use in Use if use is not Use.MIGRATION
        }
        self._making_ready = Lock()
        self._secret: bytes | None = None

    @property
    def secret(self) -> bytes | None:
        """The key of likenesses and digests; None until the store was reached."""
        return self._secret

    def make_ready(self) -> bytes:
        """Bring the tables up to date and read the secret, once.

        Raises:
            StoreUnusableError: the store was made by a newer version.
            StoreAwayError: it does not answer.
        """
        with self._making_ready:
            if self._secret is None:
                with _or_away():
                    make_file(self.url)
                    upgrade(self.url)
                    with self._engines[Use.TO_BE_KEPT].begin() as connection:
                        self._secret = _made_once(connection)
                # A connection must not be taken along into worker processes.
                self._engines[Use.TO_BE_KEPT].dispose()
            return self._secret

    @contextmanager
    def transaction(self, use: Use) -> Iterator[Connection]:
        """A transaction, committed at the end.

        Raises:
            StoreAwayError: the store does not answer; nothing is kept.
        """
        self.make_ready()
        with _or_away(), self._engines[use].begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        for engine in self._engines.values():
            engine.dispose()

    def reachable(self) -> None:
        """Ask the store for something.

        Raises:
            StoreAwayError: it does not answer.
        """
        with self.transaction(Use.BESIDE_A_CALL) as connection:
            connection.execute(select(secret.c.name).limit(1))


@contextmanager
def _or_away() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # Its class alone: the text may quote what a client sent.
        cause = getattr(error, "orig", None) or error
        log.warning("the store does not answer: %s", type(cause).__name__)
        raise StoreAwayError from None


def _made_once(connection: Connection) -> bytes:
    made: Row = {"name": "key", "value": token_bytes(_SECRET_BYTES)}
    connection.execute(insert(connection, secret).on_conflict_do_nothing(), made)
    kept: bytes = connection.execute(
        select(secret.c.value).where(secret.c.name == "key")
    ).scalar_one()
    return kept


def insert(connection: Connection, table: Table) -> Insert:
    """An INSERT that can say what to do about a row that is there already."""
    kind = connection.dialect.name
    return postgresql.insert(table) if kind == POSTGRESQL else sqlite.insert(table)


def add_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; one that is there already is left as it is."""
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), list(rows))
