"""The cookies of launches: one for each, so that one patient's page never shows another's.

A page left open in a second tab would otherwise, on reload, show whoever was launched last.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request, Response

from service.smart.vault import Kind

_MOST = 12  # what a header line takes; beyond that the oldest are given up


@dataclass(frozen=True)
class Cookies:
    """Sets and reads them. The name holds the handle of the launch, the value its secret.

    Attributes:
        https: whether browsers reach this service by TLS; without, cookies are for development.
    """

    https: bool

    def secret(self, request: Request, kind: Kind, handle: str) -> str:
        """The secret that the browser holds for a handle; "" where it holds none."""
        return request.cookies.get(self._name(kind, handle), "")

    def give(
        self, response: Response, kind: Kind, held: tuple[str, str], seconds: int, framed: bool
    ) -> None:
        """Give the browser the secret for a handle.

        Within a frame of the EHR only a cookie for other sites' pages is kept, and by some browsers
        only one that is kept apart for each of these sites (CHIPS). Else it is for our own pages
        and for being sent to them: the way back from signing in is such.
        """
        handle, secret = held
        apart = framed and self.https
        response.set_cookie(
            self._name(kind, handle),
            secret,
            max_age=seconds,
            secure=self.https,
            httponly=True,
            samesite="None" if apart else "Lax",
            partitioned=apart,
        )

    def drop(self, response: Response, kind: Kind, handle: str, framed: bool) -> None:
        """Take a cookie back."""
        self.give(response, kind, (handle, ""), 0, framed)

    def make_room(self, request: Request, response: Response, framed: bool) -> None:
        """Take the oldest back where there are too many; browsers send the oldest first."""
        for kind in Kind:
            start = self._name(kind, "")
            held = [name.removeprefix(start) for name in request.cookies if name.startswith(start)]
            for handle in held[:-_MOST]:
                self.drop(response, kind, handle, framed)

    def _name(self, kind: Kind, handle: str) -> str:
        # With this prefix browsers take it from this very host by TLS alone.
        return f"{'__Host-' if self.https else ''}liver-{kind.value}-{handle}"
