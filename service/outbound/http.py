"""Sends requests, to allowed destinations only, within a deadline and a size.

Names are looked up once and the connection goes to the address that was checked, by
requests-hardened; redirects are not followed; proxies, cookies and credentials of the machine are
not used.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError

from service.outbound.deadline import Deadline
from service.outbound.destinations import Destinations
from service.outbound.errors import OutboundError, Trouble

_CONNECTIONS = 32  # kept open to one server
_CHUNK_BYTES = 65536


@dataclass(frozen=True)
class Request:
    """What to send."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outbound:
    """Sends requests for all callers, from any thread; connections are kept open and used again."""

    def __init__(self, ca_file: str | None = None, max_bytes: int = 8 * 1024 * 1024) -> None:
        """Set up connections; none is opened yet.

        Args:
            ca_file: certificates of the authorities to trust; None for the public ones.
            max_bytes: the longest answer that is read, unpacked.
        """
        self._max_bytes = max_bytes
        self._public = _session(ca_file, _filtered(True), _filtered(False))
        self._private = _session(ca_file, _plain(), _plain())

    def send(self, request: Request, allowed: Destinations, deadline: Deadline) -> Answer:
        """Send a request and read the whole answer.

        Raises:
            OutboundError: it may not be sent, or there is no whole answer in time.
        """
        allowed.base_of(request.url)
        deadline.check()
        session = self._private if allowed.private_addresses else self._public
        with _named_troubles():
            response = session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.form,
                timeout=deadline.left,
                allow_redirects=False,
                stream=True,
            )
            with response:
                if response.is_redirect:
                    raise OutboundError(Trouble.REDIRECTED)
                return Answer(
                    response.status_code, response.headers, self._body(response, deadline)
                )

    def _body(self, response: requests.Response, deadline: Deadline) -> bytes:
        """The body as far as it may go.

        It is read piece by piece as it arrives, so that one that trickles in or swells on being
        unpacked is given up on.
        """
        body = bytearray()
        for piece in _pieces(response):
            body += piece
            if len(body) > self._max_bytes:
                raise OutboundError(Trouble.TOO_MUCH)
            deadline.check()
        return bytes(body)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    while piece := response.raw.read1(_CHUNK_BYTES, decode_content=True):
        yield piece


@contextmanager
def _named_troubles() -> Iterator[None]:
    try:
        yield
    except InvalidIPAddress:
        raise OutboundError(Trouble.NOT_ALLOWED) from None
    except requests.Timeout:
        raise OutboundError(Trouble.TOO_SLOW) from None
    except (requests.RequestException, HTTPError, OSError, gzip.BadGzipFile, zlib.error) as error:
        slow = "timed out" in str(error)
        raise OutboundError(Trouble.TOO_SLOW if slow else Trouble.NOT_REACHED) from None


def _session(ca_file: str | None, https: HTTPAdapter, http: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.verify = ca_file or True
    session.trust_env = False  # no proxy, no .netrc, no certificates of the environment
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "liver-response-cds"
    session.mount("https://", https)
    session.mount("http://", http)
    return session


def _filtered(tls: bool) -> HTTPAdapter:
    adapter: HTTPAdapter = IPFilterAdapter(is_https_proto=tls)
    adapter.init_poolmanager(_CONNECTIONS, _CONNECTIONS)
    return adapter


def _plain() -> HTTPAdapter:
    return HTTPAdapter(pool_connections=_CONNECTIONS, pool_maxsize=_CONNECTIONS)
