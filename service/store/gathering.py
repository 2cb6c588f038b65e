"""Cards that were sent, and counts by day: gathered in memory and written beside the calls, many at once."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import suppress
from datetime import date
from threading import Event, Lock
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from service.cds.discovery import service_id
from service.cds.speaking import Hook
from service.record.call_record import CallRecord
from service.store.engines import Use
from service.store.errors import StoreAwayError
from service.store.latency import bound_of
from service.store.store import Row, Store, add_new, insert
from service.store.tables import NAME, issued_card, tally

NO_SERVICE = "unknown"
"""What calls to addresses that are no service are counted under: anybody can make up addresses."""

_SERVICES = frozenset(service_id(hook) for hook in Hook)
_GATHER_SECONDS = 0.1  # so that writing one call does not hold up the next
_MOST_CARDS = 10_000  # that wait for a store that is away; the oldest make room
_REST_SECONDS = 3.0

Term: TypeAlias = "tuple[str, str, str]"
"""What was so, and its two terms: ("grade", "IMMUNE_PATTERN", "G5")."""


Pairs: TypeAlias = "tuple[tuple[str, str], ...]"


class _Call(NamedTuple):
    """All that is counted of a call. Most calls are like another: told apart at once, they cost little."""

    day: date
    client: str
    service: str
    answer: tuple[str, str]  # status, failure
    conclusion: tuple[str, str] | None  # grade, because
    cards: Pairs  # topic, indicator
    withheld: tuple[str, ...]
    states: Pairs  # prefetch key, state
    fetched: tuple[str, ...]
    latency: str


class _Key(NamedTuple):
    """A row of the table."""

    day: date
    client: str
    service: str
    what: str
    name: str
    value: str


class Standing(NamedTuple):
    """What is being written, and since when nothing is to be tried."""

    writing: Future[None] | None = None
    not_before: float = 0.0


class Gathering:
    """Counts calls and keeps cards. A call never waits for it, and a store that is away loses little.

    What it has not written yet is lost if the process is killed: feedback on such a card is kept
    as of a card that is not known. Its size has a bound: clients, services, grades and the like
    are few, however many calls there are, and of the cards that wait the newest are kept.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._calls: Counter[_Call] = Counter()  # since it was last written
        self._counts: Counter[_Key] = Counter()  # that the store did not take
        self._cards: deque[Row] = deque(maxlen=_MOST_CARDS)
        self._standing, self._lock, self._hurry = Standing(), Lock(), Event()
        # The thread is started when first needed, which is after worker processes are made.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="gathered")

    def add(self, record: CallRecord, cards: Sequence[Row] = ()) -> None:
        """Count a call, take its cards, and see that both are written."""
        call = _call(record)
        with self._lock:
            self._calls[call] += 1
            self._cards.extend(cards)
            writing, not_before = self._standing
            if (writing is None or writing.done()) and self._clock() >= not_before:
                self._standing = Standing(self._executor.submit(self._write_soon), not_before)

    def settle(self, seconds: float) -> None:
        """Wait a little until all that was gathered in this process is written."""
        self._hurry.set()
        asked = self._executor.submit(self._write)
        with suppress(NotInTime):
            asked.result(seconds)
        self._hurry.clear()

    def _write_soon(self) -> None:
        self._hurry.wait(_GATHER_SECONDS)
        self._write()

    def _write(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, Counter()
            calls, self._calls = self._calls, Counter()
            cards = [self._cards.popleft() for _ in range(len(self._cards))]
        _spread(calls, counts)
        try:
            if counts:
                with self._store.transaction(Use.AT_LEISURE) as connection:
                    add_new(connection, issued_card, cards)
                    _add(connection, counts)
        except StoreAwayError:
            with self._lock:
                self._counts.update(counts)
                room = _MOST_CARDS - len(self._cards)
                self._cards.extendleft(reversed(cards[-room:] if room else []))
                self._standing = Standing(None, self._clock() + _REST_SECONDS)


def _add(connection: Connection, counts: Counter[_Key]) -> None:
    adding = insert(connection, tally)
    more = {"times": tally.c.times + adding.excluded.times}
    adding = adding.on_conflict_do_update(index_elements=list(tally.primary_key), set_=more)
    # In one order for everybody, so that no two processes wait for each other.
    rows = [{**key._asdict(), "times": times} for key, times in sorted(counts.items())]
    connection.execute(adding, rows)


def _call(record: CallRecord) -> _Call:
    conclusion = record.conclusion
    return _Call(
        day=record.at.date(),
        client=record.client,
        service=record.service if record.service in _SERVICES else NO_SERVICE,
        answer=(str(record.status), record.failure),
        conclusion=(conclusion.grade, conclusion.because) if conclusion else None,
        cards=tuple([(card.topic, card.indicator) for card in record.cards]),
        withheld=record.withheld,
        states=tuple(record.states.items()),
        fetched=record.fetched,
        latency=f"{bound_of(record.milliseconds.get('whole', 0.0)):g}",
    )


def _spread(calls: Mapping[_Call, int], counts: Counter[_Key]) -> None:
    """Add what was so of the calls to the counts, each for itself."""
    for call, times in calls.items():
        for what, name, value in _terms(call):
            key = _Key(call.day, call.client, call.service, what, name[:NAME], value[:NAME])
            counts[key] += times


def _terms(call: _Call) -> Iterator[Term]:
    yield "call", *call.answer
    if call.conclusion:
        yield "grade", *call.conclusion
    yield from (("card", topic, indicator) for topic, indicator in call.cards)
    yield from (("withheld", topic, "") for topic in call.withheld)
    for key, state in call.states:
        yield "state", key, "fetched" if key in call.fetched else state
    yield "latency", "whole", call.latency
