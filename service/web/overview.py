"""What the operators' page shows, from the counts by day and the fates of cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rules.assessment import Grade
from service.fhir.prefetch import State
from service.store.figures import Figures
from service.store.tallies import Tallies

_SHARES = (0.5, 0.95, 0.99)
FETCHED = "fetched"


@dataclass(frozen=True)
class Bar:
    """One day of a series; ``height`` is its share of the highest, in percent."""

    day: date
    times: int
    height: float


@dataclass(frozen=True)
class Series:
    """A count over the days."""

    name: str
    total: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Speed:
    """How long the calls of a service took, in milliseconds, as upper bounds: 50, 95, 99 %."""

    service: str
    calls: int
    within: tuple[float | None, ...]


@dataclass(frozen=True)
class Failure:
    """Calls of a client that were answered with an error."""

    client: str
    status: str
    failure: str
    times: int


@dataclass(frozen=True)
class Prefetch:
    """What became of one prefetch key of a client's calls: how often which state."""

    client: str
    key: str
    states: Mapping[str, int]


STATES = (*(state.value for state in State), FETCHED)


@dataclass(frozen=True)
class Overview:
    """The whole page. Nothing on it is of a patient or a user."""

    since: date
    until: date
    calls: Series
    grades: tuple[Series, ...]
    speeds: tuple[Speed, ...]
    failures: tuple[Failure, ...]
    prefetch: tuple[Prefetch, ...]
    withheld: int
    figures: Figures


def overview(tallies: Tallies, figures: Figures, since: date, until: date) -> Overview:
    """The page of the days from ``since`` to ``until``."""
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    calls = tallies.of("call")
    return Overview(
        since=since,
        until=until,
        calls=_series("calls", calls, days, 0),
        grades=tuple(_grades(tallies.of("grade"), days)),
        speeds=tuple(_speeds(tallies)),
        failures=tuple(_failures(calls)),
        prefetch=tuple(_prefetch(tallies.of("state"))),
        withheld=tallies.of("withheld").total,
        figures=figures,
    )


def _series(name: str, tallies: Tallies, days: Sequence[date], highest: int) -> Series:
    of_day = tallies.by(lambda row: row.day)
    top = highest or max(of_day.values(), default=0) or 1
    bars = (Bar(day, of_day.get(day, 0), 100 * of_day.get(day, 0) / top) for day in days)
    return Series(name, tallies.total, tuple(bars))


def _grades(tallies: Tallies, days: Sequence[date]) -> Iterator[Series]:
    """All grades on one scale, the silent one included: how often a rule book says nothing matters."""
    highest = max(tallies.by(lambda row: (row.name, row.day)).values(), default=0)
    of_grade = tallies.split(lambda row: row.name)
    for grade in Grade:
        yield _series(grade.value, of_grade.get(grade.value, Tallies(())), days, highest)


def _speeds(tallies: Tallies) -> Iterator[Speed]:
    for service, part in sorted(tallies.of("latency").split(lambda row: row.service).items()):
        yield Speed(service, part.total, tuple(part.within(share) for share in _SHARES))


def _failures(calls: Tallies) -> Iterator[Failure]:
    found = calls.by(lambda row: (row.client, row.name, row.value))
    for (client, status, failure), times in sorted(found.items(), key=lambda item: -item[1]):
        if not status.startswith("2"):
            yield Failure(client, status, failure or "–", times)


def _prefetch(tallies: Tallies) -> Iterator[Prefetch]:
    for (client, key), part in sorted(tallies.split(lambda row: (row.client, row.name)).items()):
        yield Prefetch(client, key, part.by(lambda row: row.value))
