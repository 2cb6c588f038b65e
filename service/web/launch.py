"""The evidence page as it is opened from a chart: launch, way back, the page, and its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from threading import BoundedSemaphore

from flask import Blueprint, Response, make_response, redirect, render_template, request

from service.configuration.tables import Client
from service.errors import LiverResponseError
from service.evidence.visit import Failed, NotReadError, Visit, Visiting
from service.smart.errors import LaunchError, Stop
from service.smart.launching import LAUNCH_SECONDS, Launching
from service.smart.sessions import Session
from service.smart.vault import Kind
from service.web.errors import log_unexpected
from service.web.html import page, resource
from service.web.launch_cookies import Cookies

log = logging.getLogger(__name__)

# So many of the threads of a worker may wait for an EHR; the others stay free for the hooks, which
# are in more of a hurry.
_AT_ONCE = 2
_FAILED = "The service failed; nothing was concluded. The failure is in its log."


@dataclass(frozen=True)
class Door:
    """What the pages are made with.

    Attributes:
        public_url: the address of this service for browsers.
        today: the day of a visit.
    """

    launching: Launching
    visiting: Visiting
    public_url: str
    today: Callable[[], date]

    @property
    def cookies(self) -> Cookies:
        """Those of this address."""
        return Cookies(self.public_url.startswith("https://"))


def launch_pages(door: Door) -> Blueprint:
    """The pages of a SMART app."""
    blueprint = Blueprint("launch", __name__, template_folder="../templates")
    blueprint.add_app_template_filter(resource, "resource")
    launching, cookies = door.launching, door.cookies
    at_once = partial(_one_of, BoundedSemaphore(_AT_ONCE))

    @blueprint.get("/launch")
    def begin() -> Response:
        server, chart = request.args.get("iss") or None, request.args.get("launch") or None
        with at_once():
            begun = launching.begin(server, chart)
        response = _onward(begun.address)
        cookies.make_room(request, response, begun.framed)
        held = begun.handle, begun.secret
        cookies.give(response, Kind.LAUNCH, held, LAUNCH_SECONDS, begun.framed)
        return response

    @blueprint.get("/launch/back")
    def back() -> Response:
        handle = request.args.get("state", "").partition(".")[0]
        secret = cookies.secret(request, Kind.LAUNCH, handle)
        with at_once():
            opened = launching.finish(secret, request.args.to_dict())
        response = _onward(f"{door.public_url}/evidence/{opened.handle}")
        cookies.drop(response, Kind.LAUNCH, handle, opened.framed)
        held = opened.handle, opened.secret
        cookies.give(response, Kind.SESSION, held, opened.seconds, opened.framed)
        return response

    @blueprint.get("/evidence/<handle>")
    def show(handle: str) -> Response:
        session, client = launching.session(cookies.secret(request, Kind.SESSION, handle))
        with at_once():
            visit = door.visiting(session, client, door.today())
        return page(_shown(visit, session, handle), frames=_frames(client))

    @blueprint.post("/evidence/<handle>/end")
    def end(handle: str) -> Response:
        secret = cookies.secret(request, Kind.SESSION, handle)
        _, client = launching.session(secret)
        launching.sessions.end(secret)
        response = page(render_template("launch_ended.html"), frames=_frames(client))
        cookies.drop(response, Kind.SESSION, handle, bool(_frames(client)))
        return response

    _register_stops(blueprint, launching.frames)
    return blueprint


def _register_stops(blueprint: Blueprint, frames: Sequence[str]) -> None:
    """Make every failure of these pages a page that says what to do, and holds nothing else."""

    def stopped(words: str, advice: str, status: int, failed: tuple[Failed, ...] = ()) -> Response:
        html = render_template("launch_stopped.html", words=words, advice=advice, failed=failed)
        return page(html, status, frames)

    @blueprint.errorhandler(LaunchError)
    def launch(error: LaunchError) -> Response:
        log.warning("launch: %s (client %s)", error.stop.name, error.client or "unknown")
        response = stopped(error.stop.words, error.stop.advice, error.status)
        if error.stop is Stop.BUSY:
            response.headers["Retry-After"] = "5"
        return response

    @blueprint.errorhandler(NotReadError)
    def not_read(error: NotReadError) -> Response:
        return stopped(str(error), Stop.BUSY.advice, error.status, error.failed)

    @blueprint.errorhandler(LiverResponseError)
    def on_purpose(error: LiverResponseError) -> Response:
        log.info("%s at %s", type(error).__name__, error.where or "the record")
        return stopped(str(error), Stop.NO_TOKEN.advice, 502)

    @blueprint.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log_unexpected(error)
        return stopped(_FAILED, Stop.CODE_REFUSED.advice, 500)


@contextmanager
def _one_of(places: BoundedSemaphore) -> Iterator[None]:
    """A place among those that may wait for an EHR.

    Raises:
        LaunchError: all are taken.
    """
    if not places.acquire(blocking=False):
        raise LaunchError(Stop.BUSY)
    try:
        yield
    finally:
        places.release()


def _onward(address: str) -> Response:
    """On to another address, which learns nothing of where it came from."""
    response = make_response(redirect(address, 303))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _shown(visit: Visit, session: Session, handle: str) -> str:
    return render_template(
        "launched.html",
        page=visit.page,
        visit=visit,
        handle=handle,
        read_at=_clock(datetime.now().astimezone()),
        ends_at=_clock(datetime.fromtimestamp(session.until).astimezone()),
    )


def _clock(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S %Z")


def _frames(client: Client) -> tuple[str, ...]:
    return client.smart.embedded_in if client.smart else ()
