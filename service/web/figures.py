"""The operators' page and the metrics: how the service is used and answered, nothing of patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from flask import Blueprint, Response, render_template, request

from service.configuration.tables import Operator
from service.store.figures import Figures
from service.store.tallies import Tallies
from service.web.html import page
from service.web.operators import only_for_operators
from service.web.overview import STATES, overview

PERIODS = (1, 7, 30, 90, 400)
_DAYS = 30


@dataclass(frozen=True)
class Sources:
    """Where the page and the metrics have their figures from; each raises if the store is away.

    Attributes:
        tallies: the counts since a day.
        figures: the fates of the cards issued since a point in time.
        metrics: all counts in Prometheus' text format, and the type of that.
        today: the present day, in UTC.
    """

    tallies: Callable[[date], Tallies]
    figures: Callable[[datetime], Figures]
    metrics: Callable[[], tuple[bytes, str]]
    today: Callable[[], date]


def figures(sources: Sources, operators: Sequence[Operator]) -> Blueprint:
    """The page and the metrics, for these operators."""
    blueprint = Blueprint("figures", __name__, template_folder="../templates")
    only_for_operators(blueprint, operators)

    @blueprint.get("/operations")
    def show() -> Response:
        days, until = _days(), sources.today()
        since = until - timedelta(days=days - 1)
        begin = datetime.combine(since, time(), timezone.utc)
        seen = overview(sources.tallies(since), sources.figures(begin), since, until)
        html = render_template(
            "operations.html", seen=seen, days=days, periods=PERIODS, states=STATES
        )
        return page(html)

    @blueprint.get("/metrics")
    def measure() -> Response:
        text, kind = sources.metrics()
        return Response(text, content_type=kind, headers={"Cache-Control": "no-store"})

    return blueprint


def _days() -> int:
    """The period asked for; the usual one for anything that is none."""
    asked = request.args.get("days", type=int)
    return asked if asked in PERIODS else _DAYS
