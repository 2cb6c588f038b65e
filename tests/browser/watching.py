"""A page of a real browser, and everything that it complained of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

# Without these, Chromium asks hosts of its own for updates and the like.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Watched:
    """A page; ``complaints`` are its console messages and errors, ``requests`` what it asked for."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Open an address of the service, and wait until its plots are drawn."""
        self.page.goto(f"{self.base}{path}")
        if "/people/" in path:
            self.drawn()

    def drawn(self) -> None:
        """Wait until the plots are drawn."""
        self.page.wait_for_selector("html[data-drawn]")

    def violations(self) -> list[str]:
        """What the Content-Security-Policy stopped."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def spoken(self) -> list[str]:
        """What every mark of the plots says to a screen reader."""
        found: list[str] = self.page.eval_on_selector_all(
            '#plots [role="graphics-symbol"][aria-label]',
            "marks => marks.map(mark => mark.getAttribute('aria-label'))",
        )
        return found


@contextmanager
def watching(browser: Browser, base: str, **options: Any) -> Iterator[Watched]:
    """A new page with nothing kept from before, watched."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.add_init_script(_VIOLATIONS)
    watched = Watched(context.new_page(), base)

    def heard(message: ConsoleMessage) -> None:
        watched.complaints.append(f"{message.type}: {message.text}")

    def asked(request: Request) -> None:
        watched.requests.append(request)  # Playwright takes no method of a list

    watched.page.on("console", heard)
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.on("request", asked)
    yield watched
    context.close()
