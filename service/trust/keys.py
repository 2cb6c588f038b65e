"""The public keys of a client: from a file, or from where its ``jku`` is, kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from jwt import PyJWK

from service.configuration.tables import Client
from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations
from service.outbound.errors import OutboundError
from service.outbound.http import Answer, Request
from service.trust.errors import NotAdmittedError, Refusal
from service.trust.key_set import KeySet, key_for, read_key_set

Send = Callable[[Request, Destinations, Deadline], Answer]

LARGEST_SET_BYTES = 65_536
"""What is read of a key set; one that is longer is none."""

_STALE_SECONDS = 3600.0  # how long keys outlive their server being away
_FETCH_SECONDS = 2.0


@dataclass
class _Known:
    """What is known of a client's keys."""

    keys: KeySet = field(default_factory=dict)
    read_at: float = float("-inf")
    tried_at: float = float("-inf")
    asking: Lock = field(default_factory=Lock)


class KeyRing:
    """The keys of all clients. Safe to share between threads; each process has its own."""

    def __init__(
        self,
        send: Send,
        fresh_seconds: float = 600,
        again_seconds: float = 30,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know nothing yet.

        Args:
            send: how key sets are asked for; reads no more than ``LARGEST_SET_BYTES``.
            fresh_seconds: how long a key set is kept before it is asked for again.
            again_seconds: an unknown name asks at once, but not more often than this.
            clock: seconds of any beginning.
        """
        self._send, self._clock = send, clock
        self._fresh, self._again = fresh_seconds, again_seconds
        self._known: dict[str, _Known] = {}

    def key(self, client: Client, kid: str, algorithm: str) -> PyJWK:
        """The key of that name, if it is one for this algorithm.

        An unknown name asks for the key set once more, as keys are rotated.

        Raises:
            NotAdmittedError: there is none, or the key set is not to be had.
        """
        known = self._known.setdefault(client.name, _Known())
        self._see_to(client, known, kid)
        if not known.keys:
            raise NotAdmittedError(Refusal.KEYS_NOT_HAD, client.name)
        key = key_for(known.keys[kid], algorithm) if kid in known.keys else None
        if key is None:
            raise NotAdmittedError(Refusal.UNKNOWN_KEY, client.name)
        return key

    def _see_to(self, client: Client, known: _Known, kid: str) -> None:
        """Ask for the keys where that is due; by one thread, and only those wait who must."""
        fresh = self._clock() - known.read_at <= self._fresh
        if fresh and kid in known.keys:
            return
        if known.asking.acquire(blocking=kid not in known.keys):
            try:
                self._refresh(client, known)
            finally:
                known.asking.release()

    def _refresh(self, client: Client, known: _Known) -> None:
        now = self._clock()
        if now - known.tried_at < self._again:
            return
        known.tried_at = now
        try:
            known.keys, known.read_at = read_key_set(self._document(client)), now
        except (OutboundError, OSError, ValueError):
            if now - known.read_at > self._fresh + _STALE_SECONDS:
                known.keys = {}

    def _document(self, client: Client) -> bytes:
        if client.jwks_file is not None:
            return Path(client.jwks_file).read_bytes()
        place = client.jku or ""
        answer = self._send(Request(place), client.only(place), Deadline.after(_FETCH_SECONDS))
        if answer.status != 200:
            raise ValueError("no key set")
        return answer.body
