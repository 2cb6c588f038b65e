"""An HTTP server on this machine that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = Any


@dataclass(frozen=True)
class Asked:
    """One request as it came in; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What to answer. ``slow`` is awaited before each piece of the body."""

    status: int = 200
    body: bytes | Json = b""
    headers: dict[str, str] = field(default_factory=dict)
    slow: threading.Event | None = None

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # many ask at the same time
    daemon_threads = True


Script = Callable[[Asked], Reply]


@dataclass(frozen=True)
class Scripted:
    """A running server."""

    base: str
    asked: list[Asked]

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]


@contextmanager
def scripted(script: Script) -> Iterator[Scripted]:
    """A server that answers by a script, on a port of its own."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(self.command, self.path, headers, self.rfile.read(length))
            asked.append(request)
            self._reply(script(request))

        def _reply(self, reply: Reply) -> None:
            self.send_response(reply.status)
            headers = {"Content-Type": "application/fhir+json", "Connection": "close"}
            for name, value in (headers | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if reply.slow:
                    for byte in reply.content:
                        self.wfile.write(bytes((byte,)))
                        self.wfile.flush()
                        reply.slow.wait(0.05)
                else:
                    self.wfile.write(reply.content)
            except OSError:  # who asked has given up
                pass

        do_GET = do_POST = _answer  # noqa: N815 - named by http.server

        def log_message(self, *_: object) -> None:
            """Keep the test's output to what matters."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Scripted(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        server.server_close()
