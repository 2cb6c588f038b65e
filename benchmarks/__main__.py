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
_SLICE_SECONDS = 1.0
_ASSESSMENTS = 100_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    slices, rounds = (3, 2_000) if quick else (10, _ASSESSMENTS)
    console = Console()
    console.print(_in_process(rounds))
    console.print(_over_http(slices))


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


def _over_http(slices: int) -> Table:
    now = today()
    warm, cold = [orjson.dumps(body.call(now))], body.other_contents(now, COLD_BODIES)
    table = Table(
        "over HTTP", "workers", "clients", "calls/s", "× floor", "p50 ms", "p99 ms", "CPU ms",
        title=f"{len(warm[0]) / 1000:.0f} KB order-sign calls; the floor parses the same body",
    )  # fmt: skip
    for workers in (1, 2):
        for connections in (1, 8):
            for name, bodies in (("warm", warm), ("cold", cold)):
                both = _measure(workers, connections, bodies, slices)
                for kind, results in zip((f"floor ({name})", name), both, strict=True):
                    _row(table, (kind, str(workers), str(connections)), results, both[0])
    return table


def _measure(
    workers: int, connections: int, bodies: list[bytes], slices: int
) -> tuple[list[load.Result], list[load.Result]]:
    """The floor and the service in turn, in slices of a second."""
    requests = load.requests(SERVICE, bodies)
    with running("floor", workers) as floor, running("service", workers) as service:
        # To each on and on in the same order, so that what is cold stays so.
        both = [(server, cycle(requests)) for server in (floor, service)]
        for server, sending in both:
            load.run(server.port, sending, connections, _SLICE_SECONDS)  # until warm
        found = [
            [_slice(server, sending, connections) for server, sending in both]
            for _ in range(slices)
        ]
    return [of_floor for of_floor, _ in found], [of_service for _, of_service in found]


def _slice(server: Running, sending: Iterator[bytes], connections: int) -> load.Result:
    before = server.cpu_seconds()
    result = load.run(server.port, sending, connections, _SLICE_SECONDS)
    return replace(result, cpu_seconds=server.cpu_seconds() - before)


def _row(
    table: Table,
    names: tuple[str, str, str],
    results: Sequence[load.Result],
    floor: Sequence[load.Result],
) -> None:
    """Others use the machine too: speed is that of the second disturbed least, latency that of all."""
    best = _least_disturbed(results)
    latencies = tuple(latency for result in results for latency in result.latencies)
    every = load.Result(latencies, sum(result.seconds for result in results))
    table.add_row(
        *names,
        f"{best.per_second:,.0f}",
        f"{best.per_second / _least_disturbed(floor).per_second:.2f}",
        f"{every.within_ms(0.5):.1f}",
        f"{every.within_ms(0.99):.1f}",
        f"{best.cpu_ms:.2f}",
    )


def _least_disturbed(results: Sequence[load.Result]) -> load.Result:
    return max(results, key=lambda result: result.per_second)


if __name__ == "__main__":
    main()
