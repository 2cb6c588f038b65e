"""What a configuration says, as a short table for the console."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.configuration.tables import Client
from service.openness import warnings
from service.settings import Settings


def configuration_text(settings: Settings) -> RenderableType:
    """The service, its clients and its limits; what is dangerous but permitted comes last."""
    dangers = [Text(f"warning: {danger}", "yellow") for danger in warnings(settings)]
    return Group(_service(settings), *map(_client, settings.clients), *dangers)


def _service(settings: Settings) -> Table:
    kept = "configured" if settings.database else "the default"
    return _table(
        "service",
        ("listens on", f"{settings.host}, port {settings.port}"),
        ("reached at", settings.public_url or "not said"),
        ("discovery", "for clients alone" if settings.token_for_discovery else "open"),
        ("database", f"{kept}; kept for {settings.retention_days} days"),
        *_limits(settings),
    )


def _limits(settings: Settings) -> Iterator[tuple[str, str]]:
    often = settings.calls_per_minute
    yield "longest request", f"{settings.max_body_bytes:,} bytes"
    yield "FHIR queries", f"{settings.fetch_milliseconds:,} ms a call"
    yield "calls of an issuer", f"{often:,} a minute" if often else "any number"
    yield (
        "tokens",
        f"good for at most {settings.token_life_seconds:,} s, clocks within "
        f"{settings.token_leeway_seconds} s",
    )
    yield "key sets", f"kept for {settings.keys_fresh_seconds:,} s"


def _client(client: Client) -> Table:
    own = client.own_access
    return _table(
        f"client {client.name}",
        ("issuer", client.issuer),
        ("keys", client.jwks_file or client.jku or ""),
        ("signs with", ", ".join(a.value for a in client.algorithms)),
        ("profile", client.profile.value),
        ("tenants", ", ".join(client.tenants)),
        ("audiences", ", ".join(client.audiences)),
        ("FHIR servers", ", ".join(client.fhir_servers)),
        ("web origins", ", ".join(client.cors_origins)),
        ("own access", f"{own.fhir_server}: {own.scope}" if own else ""),
    )


def _table(title: str, *rows: tuple[str, str]) -> Table:
    """What has no value is left out."""
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        if value:
            table.add_row(name, Text(value))  # as it stands: nothing in it is a style
    return table
