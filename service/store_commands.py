"""The commands of those who run the service: the database, feedback, operators."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import click

from service.one_line import in_one_line

if TYPE_CHECKING:
    from typing import TextIO

    from service.settings import Settings
    from service.store.store import Store

_EVER = datetime(1970, 1, 1)  # noqa: DTZ001 - as click gives days

since_option = click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    default=_EVER,
    help="The first day, in UTC. Default: everything that is kept.",
)


def _configured() -> tuple[Settings, Store]:
    """The settings of the environment, and the store that they name."""
    from service.settings import settings_from  # noqa: PLC0415 - other commands need no database
    from service.storing import open_store  # noqa: PLC0415

    settings = settings_from(os.environ)
    if settings.database is None:
        raise click.ClickException(
            "no database is configured; set LIVER_RESPONSE_DATABASE or database.url to the "
            "address that the service uses"
        )
    return settings, open_store(settings)


@click.group()
def db() -> None:
    """The database of issued cards and feedback."""


@db.command()
@in_one_line
def upgrade() -> None:
    """Apply the migrations that are missing. The service does so itself when it starts."""
    from service.store.upgrading import status as status_of  # noqa: PLC0415

    _, store = _configured()
    store.make_ready()
    click.echo(f"at {status_of(store.url).present}")


@db.command()
@in_one_line
def status() -> None:
    """Say which migration the database is at; exit with 1 if it is not the newest."""
    from service.store.upgrading import status as status_of  # noqa: PLC0415

    found = status_of(_configured()[1].url)
    click.echo(f"at {found.present or 'none'}, newest {found.newest}")
    sys.exit(0 if found.current else 1)


@db.command()
@in_one_line
def purge() -> None:
    """Delete what is older than retention_days. The service does so itself every day."""
    from service.store.retention import purge as purge_now  # noqa: PLC0415

    settings, store = _configured()
    gone = purge_now(store, settings.retention_days)
    click.echo(f"deleted {gone.cards} cards and {gone.feedback} feedback entries")


@click.group()
def feedback() -> None:
    """What users did with cards."""


@feedback.command()
@click.option("--format", "form", type=click.Choice(["csv", "ndjson"]), required=True)
@since_option
@click.option("--out", type=click.File("w", encoding="utf-8", lazy=False), default="-")
@in_one_line
def export(form: str, since: datetime, out: TextIO) -> None:
    """Write feedback with what is known of its cards; no clinical value, no patient, no user.

    Comments are there only where they are kept, which comment_key_file decides.
    """
    from service.store.comments import read_comments  # noqa: PLC0415
    from service.store.export import exported, write_csv, write_ndjson  # noqa: PLC0415

    settings, store = _configured()
    rows = exported(store, _utc(since), read_comments(settings.comment_key_file))
    (write_csv if form == "csv" else write_ndjson)(rows, out)


@feedback.command()
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@in_one_line
def figures(days: int, form: str) -> None:
    """For each rule, grade and site: shown, accepted, overridden by reason, unanswered."""
    from service.console import console  # noqa: PLC0415
    from service.console_figures import figures_json, figures_tables  # noqa: PLC0415
    from service.store.figures import figures as figures_of  # noqa: PLC0415

    _, store = _configured()
    found = figures_of(store, store.clock() - timedelta(days=days))
    if form == "json":
        click.echo(figures_json(found))
    else:
        console().print(figures_tables(found))


@feedback.command()
@in_one_line
def key() -> None:
    """Print a key for comment_key_file, under which comments are kept from then on.

    To change keys, put the new one above the old one.
    """
    from service.store.comments import new_key  # noqa: PLC0415

    click.echo(new_key())


@click.group()
def operator() -> None:
    """Who may see the operators' page and the metrics."""


@operator.command()
@click.argument("name")
@in_one_line
def token(name: str) -> None:
    """Make a token for NAME: printed once, and what the configuration file says of it."""
    from service.web.operators import hash_of, new_token  # noqa: PLC0415

    made = new_token()
    click.echo(f"The token, shown this once (password of {name}, or bearer token):", err=True)
    click.echo(made)
    click.echo(f'[[operators]]\nname = "{name}"\ntoken_sha256 = "{hash_of(made)}"')


def _utc(day: datetime) -> datetime:
    return day.replace(tzinfo=timezone.utc)
