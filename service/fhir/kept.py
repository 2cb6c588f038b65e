"""The last so many of something, by what they were made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class LastKept(Generic[Kept]):
    """What was asked for last, within bounds of number and size. Safe to share between threads.

    Where ``functools.lru_cache`` makes what it lacks from the key alone, this leaves the making
    to the caller, who has more at hand than the key; and a few large things do not fill the
    memory that was meant for many small ones.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        """Set up the bounds.

        Args:
            most: how many; 0 for none.
            most_bytes: how large all of them may be together.
        """
        self._most, self._most_bytes, self._bytes = most, most_bytes, 0
        self._kept: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under this key, or None."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._touch(key)
        return found[0]

    def keep(self, key: Hashable, value: Kept, size: int) -> None:
        """Keep it, of so many bytes, in the place of what was not asked for the longest."""
        if size > self._most_bytes:
            return
        with self._lock:
            if key in self._kept:  # another thread was faster
                return
            self._kept[key] = value, size
            self._bytes += size
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped

    def _touch(self, key: Hashable) -> None:
        with self._lock:
            if key in self._kept:  # another thread may just have dropped it
                self._kept.move_to_end(key)
