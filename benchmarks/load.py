"""A closed-loop load over kept connections, light enough to share two cores with a server."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_CHUNK = 1 << 18


@dataclass(frozen=True)
class Result:
    """How long each answer took, in seconds; in all; and how long the server computed for them."""

    latencies: tuple[float, ...]
    seconds: float
    cpu_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """What the server computed for an answer, in ms."""
        return self.cpu_seconds / len(self.latencies) * 1e3

    def within_ms(self, share: float) -> float:
        """How many ms this share of the answers stayed within."""
        return sorted(self.latencies)[int(len(self.latencies) * share)] * 1e3


@dataclass
class _Connection:
    sock: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def requests(path: str, bodies: Sequence[bytes]) -> list[bytes]:
    """Requests with these bodies, as they go over the wire."""
    return [_request(path, body) for body in bodies]


def run(port: int, sending: Iterator[bytes], connections: int, seconds: float) -> Result:
    """Send requests over some connections until the time is over.

    Raises:
        RuntimeError: an answer other than 200.
    """
    selector = selectors.DefaultSelector()
    latencies: list[float] = []
    for _ in range(connections):
        connection = _Connection(socket.create_connection(("127.0.0.1", port)))
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.sock, selectors.EVENT_READ, connection)
        _send(connection, next(sending))
    start = time.perf_counter()
    while (now := time.perf_counter()) - start < seconds:
        for key, _ in selector.select(timeout=1):
            connection = key.data
            if _answered(connection):
                latencies.append(time.perf_counter() - connection.sent_at)
                _send(connection, next(sending))
    for key in list(selector.get_map().values()):
        key.data.sock.close()
    return Result(tuple(latencies), now - start)


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _send(connection: _Connection, request: bytes) -> None:
    connection.received.clear()
    connection.sent_at = time.perf_counter()
    connection.sock.sendall(request)


def _answered(connection: _Connection) -> bool:
    connection.received += connection.sock.recv(_CHUNK)
    head, separator, body = bytes(connection.received).partition(b"\r\n\r\n")
    if not separator:
        return False
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"unexpected answer: {head[:80]!r}")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length")
    )
    return len(body) >= length
