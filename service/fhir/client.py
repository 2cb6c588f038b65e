"""Reads from a FHIR server: single resources, and searches with all their pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import orjson

from service.fhir.json_types import Json, JsonObject, list_of, objects_of, text_of
from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations, same_base
from service.outbound.errors import OutboundError, Trouble
from service.outbound.http import Answer, Request

Send = Callable[[Request, Destinations, Deadline], Answer]

_MOST_PAGES = 20
_MOST_ENTRIES = 5000
_AGAIN = frozenset((429, 502, 503, 504))
_WAIT_SECONDS = 0.1  # before the second try, where the server does not say
_TROUBLES = {401: Trouble.NOT_AUTHORISED, 403: Trouble.NOT_AUTHORISED, 404: Trouble.NOT_FOUND}


@dataclass(frozen=True)
class Server:
    """One FHIR server as one call may ask it.

    The token is of this call alone: it is kept nowhere else and is no part of any text.
    """

    base: str
    allowed: Destinations
    token: str | None = field(default=None, repr=False)


class FhirClient:
    """Reads by GET. Shared by all calls and threads; knows nothing of any of them."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def read(self, server: Server, path: str, deadline: Deadline) -> JsonObject:
        """One resource, or the first page of a search.

        Raises:
            OutboundError: there is none to be had in time.
        """
        return self._get(server, f"{server.base}/{path}", deadline)

    def search(
        self, server: Server, path: str, deadline: Deadline, first: JsonObject | None = None
    ) -> JsonObject:
        """A search with all its pages, as one Bundle.

        Args:
            server: whom to ask.
            path: the search, relative to the base.
            deadline: for all pages together.
            first: a first page that is there already, whose next page is on this server.

        Raises:
            OutboundError: not every page was to be had. Part of the data is never taken for all.
        """
        page = first or self._get(server, f"{server.base}/{path}", deadline)
        entries = list_of(page, "entry")
        for further in self._further(server, page, deadline):
            entries = [*entries, *list_of(further, "entry")]
            if len(entries) > _MOST_ENTRIES:
                raise OutboundError(Trouble.TOO_MUCH)
        links: list[Json] = [
            link for link in objects_of(page, "link") if text_of(link, "relation") != "next"
        ]
        return {**page, "link": links, "entry": entries}

    def _further(
        self, server: Server, page: JsonObject, deadline: Deadline
    ) -> Iterator[JsonObject]:
        seen: set[str] = set()
        while url := next_page(page, server.base):
            if url in seen or len(seen) >= _MOST_PAGES:
                raise OutboundError(Trouble.TOO_MUCH)
            seen.add(url)
            page = self._get(server, url, deadline)
            yield page

    def _get(self, server: Server, url: str, deadline: Deadline) -> JsonObject:
        answer = self._insist(server, url, deadline)
        if answer.status != 200:
            raise OutboundError(_TROUBLES.get(answer.status, Trouble.FAILED))
        return _resource(answer.body)

    def _insist(self, server: Server, url: str, deadline: Deadline) -> Answer:
        """Ask, and once more where that may help and there is time for it."""
        headers = {"Accept": "application/fhir+json"}
        if server.token:
            headers["Authorization"] = f"Bearer {server.token}"
        request = Request(url, headers=headers)
        try:
            answer = self._send(request, server.allowed, deadline)
            if answer.status not in _AGAIN:
                return answer
            wait = _retry_after(answer)
        except OutboundError as error:
            if error.trouble is not Trouble.NOT_REACHED:
                raise
            wait = _WAIT_SECONDS
        if wait >= deadline.left:
            raise OutboundError(Trouble.FAILED)
        time.sleep(wait)
        return self._send(request, server.allowed, deadline)


def next_page(page: JsonObject, base: str) -> str | None:
    """The address of the page after this one; None after the last.

    Raises:
        OutboundError: it is on another server, which is never asked.
    """
    links = (link for link in objects_of(page, "link") if text_of(link, "relation") == "next")
    url = next((text_of(link, "url") for link in links), "")
    if url and not same_base(url, base):
        raise OutboundError(Trouble.REDIRECTED)
    return url or None


def _resource(body: bytes) -> JsonObject:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise OutboundError(Trouble.NO_FHIR) from None
    if not isinstance(found, dict) or not text_of(found, "resourceType"):
        raise OutboundError(Trouble.NO_FHIR)
    return found


def _retry_after(answer: Answer) -> float:
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isdecimal() and len(given) < 6 else _WAIT_SECONDS
