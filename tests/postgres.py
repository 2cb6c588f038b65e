"""A real PostgreSQL server, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest
from live import free_port

_WHERE = sorted(Path("/usr/lib/postgresql").glob("*/bin"))  # Debian keeps them off the PATH


@dataclass(frozen=True)
class PostgreSQL:
    """A server with a data folder of its own, on loopback."""

    folder: Path
    port: int

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as a user that it agrees to be run by."""
        root = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        # Not captured: the server that pg_ctl starts would keep the pipe open.
        with (self.folder / "programs.log").open("ab") as out:
            subprocess.run(
                [_program(program), *arguments],
                check=True,
                stdout=out,
                stderr=out,
                cwd="/",
                timeout=60,
                **root,
            )

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{uuid4().hex}"
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")
        self.run("createdb", *where, name)
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


def _program(name: str) -> str:
    return str(_WHERE[-1] / name) if _WHERE else str(shutil.which(name))


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A server with nothing in it; without PostgreSQL the test is skipped, but never in CI."""
    if not _WHERE and shutil.which("initdb") is None:
        reason = "PostgreSQL is not installed (Debian: postgresql)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    folder = Path(mkdtemp(prefix="liver-response-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = PostgreSQL(folder, free_port())
    try:
        server.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-N")
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
