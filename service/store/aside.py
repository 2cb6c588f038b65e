"""Work on the store beside a call, which must never wait for a store that hangs."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from typing import TypeVar

from service.store.errors import StoreAwayError

T = TypeVar("T")

_WAIT_SECONDS = 0.25
_REST_SECONDS = 3.0
_THREADS = 4


class Aside:
    """Does work in threads of its own, waits a little, and leaves a store that fails alone a while.

    After one failure nothing is tried for some seconds: a store that is away costs a call the wait
    once, and the calls of the next seconds nothing.
    """

    def __init__(
        self,
        wait: float = _WAIT_SECONDS,
        rest: float = _REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make one. ``wait`` and ``rest`` are seconds."""
        self._wait, self._rest, self._clock = wait, rest, clock
        self._not_before = 0.0
        # Threads are started when first needed, which is after worker processes are made.
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")

    def do(self, work: Callable[[], T]) -> T:
        """Do work and give what it gives.

        Raises:
            StoreAwayError: the store does not answer in time, or did not a moment ago.
        """
        if self._clock() < self._not_before:
            raise StoreAwayError
        try:
            return self._executor.submit(work).result(self._wait)
        except (NotInTime, StoreAwayError):
            self._not_before = self._clock() + self._rest
            raise StoreAwayError from None
