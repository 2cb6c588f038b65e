"""Print the table of figures. ``--quick`` measures less long."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks import body, load
from benchmarks.servers import Running, running
from service.assessor import load_assessor
from service.serving import local_day as today

SERVICE = "/cds-services/liver-response-order-sign"
# More records than two workers keep between them, so that none is known when it comes again.
COLD_BODIES = 1_200
_SLICES = 3
_ASSESSMENTS = 100_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    seconds, rounds = (3.0, 2_000) if quick else (12.0, _ASSESSMENTS)
    console = Console()
    console.print(_in_process(rounds))
    console.print(_over_http(seconds))


def _in_process(rounds: int) -> Table:
    assessor, now = load_assessor(), today()
    document = body.call(now)
    table = Table("in one process", "per call", "ratio to parsing", title="Without a server")
    raw = orjson.dumps(document)
    parse = _best(lambda: orjson.loads(raw), 200)
    timeline = assessor.timeline(assessor.read_prefetch(document["prefetch"], "bench"))
    assessor.rulebook.assess(timeline, now)
    others = iter([orjson.loads(other) for other in body.other_contents(now, 61)])

    def read(call: body.Resource) -> object:
        return assessor.timeline(
            assessor.read_prefetch(call["prefetch"], call["context"]["patientId"])
        )

    read(next(others))
    rows = {
        f"parse {len(raw) / 1000:.0f} KB (orjson)": parse,
        "assess a timeline": _best(lambda: assessor.rulebook.assess(timeline, now), 300),
        "read the call, cold": _once_each(lambda: read(next(others)), 60),
        "read the call, warm": _best(lambda: read(document), 100),
    }
    for name, taken in rows.items():
        table.add_row(name, f"{taken * 1e6:,.0f} µs", f"{taken / parse:.1f}")
    before = _resident()
    for _ in range(rounds):
        assessor.rulebook.assess(timeline, now)
    grown = (_resident() - before) / 1e6
    table.add_row(f"memory after {rounds:,} assessments", f"{grown:+.1f} MB", "")
    return table


def _best(call: Callable[[], object], times: int) -> float:
    """The fastest of five means, since the machine is shared."""
    return min(_mean(call, times) for _ in range(5))


def _once_each(call: Callable[[], object], times: int) -> float:
    return _mean(call, times)


def _mean(call: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096


def _over_http(seconds: float) -> Table:
    now = today()
    warm, cold = [orjson.dumps(body.call(now))], body.other_contents(now, COLD_BODIES)
    table = Table(
        "over HTTP", "workers", "clients", "calls/s", "× floor", "p50 ms", "p99 ms", "CPU ms",
        title=f"{len(warm[0]) / 1000:.0f} KB order-sign calls; the floor parses the same body",
    )  # fmt: skip
    for workers in (1, 2):
        for connections in (1, 8):
            for name, bodies in (("warm", warm), ("cold", cold)):
                floor, result = _measure(workers, connections, bodies, seconds)
                _row(table, f"floor ({name})", workers, connections, floor, floor)
                _row(table, name, workers, connections, result, floor)
    return table


def _measure(
    workers: int, connections: int, bodies: list[bytes], seconds: float
) -> tuple[load.Result, load.Result]:
    """The floor and the service in turn, and of each the slice that was disturbed least.

    Others use the machine as well, and a slice that they disturb tells of them.
    """
    requests = load.requests(SERVICE, bodies)
    with running("floor", workers) as floor, running("service", workers) as service:
        # To each on and on in the same order, so that what is cold stays so.
        both = [(server, cycle(requests)) for server in (floor, service)]
        for server, sending in both:
            load.run(server.port, sending, connections, min(1.0, seconds))  # until warm
        slices = [
            [_slice(server, sending, connections, seconds / _SLICES) for server, sending in both]
            for _ in range(_SLICES)
        ]
    of_floor, of_service = zip(*slices, strict=True)
    return _least_disturbed(of_floor), _least_disturbed(of_service)


def _slice(
    server: Running, sending: Iterator[bytes], connections: int, seconds: float
) -> load.Result:
    before = server.cpu_seconds()
    result = load.run(server.port, sending, connections, seconds)
    return replace(result, cpu=(server.cpu_seconds() - before) / result.count * 1e3)


def _least_disturbed(results: Sequence[load.Result]) -> load.Result:
    return max(results, key=lambda result: result.per_second)


def _row(
    table: Table, name: str, workers: int, connections: int, result: load.Result, floor: load.Result
) -> None:
    table.add_row(
        name,
        str(workers),
        str(connections),
        f"{result.per_second:,.0f}",
        f"{result.per_second / floor.per_second:.2f}",
        f"{result.p50:.1f}",
        f"{result.p99:.1f}",
        f"{result.cpu:.2f}",
    )


if __name__ == "__main__":
    main()
