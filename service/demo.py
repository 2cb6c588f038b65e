"""A first look: the real service, started for the occasion, answers invented calls told today."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from socket import socket

import orjson
import requests
from rich.console import Console

from service.console import card_panel, console
from service.dates_shifted import shifted, told_on
from service.fhir.json_types import Json, JsonObject

# One call per hook: the call's folder, and what to look at.
SHOWN = (
    ("order-sign-sunitinib", "order-sign: another drug is ordered for growing liver metastases"),
    ("order-select-liver-ct", "order-select: a liver CT is being ordered for the same patient"),
    ("patient-view-supported", "patient-view: the chart of the same patient is opened"),
)
_PATIENCE_SECONDS = 30


class NotStartedError(OSError):
    """The service did not come up."""


def demonstrate(base: str | None, calls: Path) -> int:
    """Fire the calls and print their cards. Returns the exit code.

    ``base`` is the address of a running service; None starts one for the occasion.

    Raises:
        NotStartedError: no service answers.
    """
    if base is None:
        with _service(_free_port()) as started:
            return demonstrate(started, calls)
    out = console()
    _wait_for(base)
    listed = requests.get(f"{base}/cds-services", timeout=10).json()["services"]
    out.print(f"[bold]{base}/cds-services[/] lists {len(listed)} services.")
    shown = [_show(out, base, calls / name, title) for name, title in SHOWN]
    return 0 if all(shown) else 1


def _free_port() -> int:
    with closing(socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def _service(port: int) -> Iterator[str]:
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command)  # noqa: S603 - our own command line
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(base: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            requests.get(f"{base}/health", timeout=1).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise NotStartedError(f"no service answers on {base}; is the port taken?")


def _show(out: Console, base: str, folder: Path, title: str) -> bool:
    call = _told_today(orjson.loads((folder / "request.json").read_bytes()))
    hook = call["hook"]
    answer = requests.post(f"{base}/cds-services/liver-response-{hook}", json=call, timeout=10)
    out.rule(f"{title} (HTTP {answer.status_code})")
    cards = answer.json().get("cards", [])
    for card in cards:
        out.print(card_panel(card))
    return answer.ok and bool(cards)


def _told_today(call: Json) -> JsonObject:
    told = told_on(call)
    today = date.today()  # noqa: DTZ011 - the local day, as the service takes it
    moved = shifted(call, (today - told).days if told else 0)
    if not isinstance(moved, dict):
        raise ValueError("a call must be a JSON object")
    return moved
