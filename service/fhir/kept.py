"""The last so many of something, by what they were made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class LastKept(Generic[Kept]):
    """What was asked for last, at most so many. Safe to share between threads.

    Where ``functools.lru_cache`` makes what it lacks from the key alone, this leaves the making
    to the caller, who has more at hand than the key.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under this key, or None."""
        value = self._kept.get(key)
        if value is not None:
            self._touch(key)
        return value

    def keep(self, key: Hashable, value: Kept) -> None:
        """Keep it under this key, in the place of what was not asked for the longest."""
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _touch(self, key: Hashable) -> None:
        with self._lock:
            if key in self._kept:  # another thread may just have dropped it
                self._kept.move_to_end(key)
