"""The pictures of docs/screenshots, made anew from the running service.

``python tests/browser/screenshots.py`` writes them; what they show is invented. They are made of
fixed stories on fixed days, so that they change only where a page does.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

from live import serving  # noqa: E402 - found by the path set above
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from watching import ARGUMENTS, watching  # noqa: E402

TARGET = ROOT / "docs" / "screenshots"
LARGEST = 300_000  # bytes, so that a clone of the repository stays small
# File, address, colours, height of the picture in pixels.
PICTURES = (
    ("front-page", "/", "light", 900),
    ("evidence-supported", "/people/gist-imatinib-supported", "light", 1320),
    ("evidence-surge-dark", "/people/crc-cea-surge-window", "dark", 1400),
    ("evidence-unknown", "/people/crc-chun-optimal", "light", 1320),
    ("rule-page", "/rules/pseudoprogression", "light", 1080),
)
WHAT_IF = "/people/gist-imatinib-supported"


def main() -> int:
    """Make the pictures. Returns the exit code."""
    path = shutil.which("chromium")
    if path is None:
        print("Chromium is not installed; run .ci/parts", file=sys.stderr)
        return 1
    TARGET.mkdir(exist_ok=True)
    people = {"LIVER_RESPONSE_FIRST_LOOK": str(ROOT / "fixtures" / "people")}
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder) / "log", people) as service,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        make(browser, service.base)
        browser.close()
    large = [p.name for p in TARGET.glob("*.png") if p.stat().st_size > LARGEST]
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET.relative_to(ROOT)}", *large)
    return 1 if large else 0


def make(browser: Browser, base: str) -> None:
    """All pictures."""
    for name, address, colours, height in PICTURES:
        viewport = {"width": 1280, "height": height}
        with watching(browser, base, viewport=viewport, color_scheme=colours) as watched:
            watched.open(address)
            take(watched.page, name)
    with watching(browser, base) as watched:
        watched.open(WHAT_IF)
        watched.page.get_by_label("Disease elsewhere", exact=True).select_option("new")
        watched.page.wait_for_selector("#moved .moved")
        watched.drawn()
        take(watched.page, "what-if")


def take(page: Page, name: str) -> None:
    """One picture of what the window shows."""
    page.screenshot(path=TARGET / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    sys.exit(main())
