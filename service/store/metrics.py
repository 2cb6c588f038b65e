"""Counts for Prometheus, made from the store: of all worker processes, and the same after a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from service.store.latency import BOUNDS
from service.store.store import Store
from service.store.tallies import Tallies, Tally, read_tallies

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_Key = Callable[[Tally], tuple[str, ...]]
# Of each counter: its name, what it counts, its labels, and how a tally gives their values.
_COUNTERS: Mapping[str, tuple[str, str, Sequence[str], _Key]] = {
    "call": (
        "liver_response_calls",
        "Calls answered",
        ("client", "service", "status", "failure"),
        lambda row: (row.client, row.service, row.name, row.value),
    ),
    "grade": (
        "liver_response_grades",
        "Conclusions",
        ("client", "service", "grade", "because"),
        lambda row: (row.client, row.service, row.name, row.value),
    ),
    "card": (
        "liver_response_cards",
        "Cards issued",
        ("client", "service", "topic", "indicator"),
        lambda row: (row.client, row.service, row.name, row.value),
    ),
    "withheld": (
        "liver_response_cards_withheld",
        "Cards not repeated, since the user had overridden them",
        ("client", "service", "topic"),
        lambda row: (row.client, row.service, row.name),
    ),
    "state": (
        "liver_response_prefetch",
        "What became of prefetch keys",
        ("client", "key", "state"),
        lambda row: (row.client, row.name, row.value),
    ),
}


def metrics(store: Store) -> bytes:
    """The metrics in Prometheus' text format.

    Raises:
        StoreAwayError: the store does not answer.
    """
    registry = CollectorRegistry()
    registry.register(_Collected(read_tallies(store)))
    return generate_latest(registry)


class _Collected(Collector):
    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        for what, (name, means, labels, key) in _COUNTERS.items():
            family = CounterMetricFamily(name, means, labels=labels)
            for values, times in self._tallies.of(what).by(key).items():
                family.add_metric(values, times)
            yield family
        yield self._durations()

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(
            "liver_response_call_seconds", "How long calls took", labels=("client", "service")
        )
        for (client, service), tallies in self._tallies.split(_site).items():
            if counts := tallies.histogram:
                family.add_metric((client, service), _cumulative(counts), sum_value=None)
        return family


def _site(row: Tally) -> tuple[str, str]:
    return row.client, row.service


def _cumulative(counts: Mapping[float, int]) -> list[tuple[str, float]]:
    seconds, seen = [], 0
    for bound in BOUNDS:
        seen += counts.get(bound, 0)
        seconds.append((f"{bound / 1000:g}".replace("inf", "+Inf"), float(seen)))
    return seconds
