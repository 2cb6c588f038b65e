"""The command line: run the service, assess one file, read the rule book."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson

from rules import __version__
from rules.assessment import Assessment
from rules.explain import Explanation
from rules.pages import load_pages
from service.dates_shifted import told_on
from service.fhir.json_types import Json, JsonObject
from service.one_line import in_one_line
from service.store_commands import db, feedback, operator


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="liver-response")
def main() -> None:
    """Advice on apparent progression of liver metastases that may be a treatment effect.

    Not validated for care. It shows evidence for and against and never decides.
    """


main.add_command(db)
main.add_command(feedback)
main.add_command(operator)


@main.command()
@click.option("--host", help="Address to listen on; beyond loopback only with clients configured.")
@click.option("--port", type=click.IntRange(1, 65535), help="TCP port.")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes.")
@in_one_line
def serve(**options: Any) -> None:
    """Run the service until stopped."""
    from dataclasses import replace  # noqa: PLC0415 - the other commands need no web server

    from service.serving import serve as run  # noqa: PLC0415
    from service.settings import settings_from  # noqa: PLC0415

    given = {name: value for name, value in options.items() if value is not None}
    settings = replace(settings_from(os.environ), **given)
    known = ", ".join(client.name for client in settings.clients)
    who = f"for {known}" if known else "reachable from this machine only"
    click.echo(
        f"Liver Response CDS {__version__} on http://{settings.host}:{settings.port}/cds-services, "
        f"{who}. Not validated for care.",
        err=True,
    )
    run(settings)


@main.group()
def config() -> None:
    """The configuration file (LIVER_RESPONSE_CONFIG)."""


@config.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@in_one_line
def check(file: str | None) -> None:
    """Say what is wrong with FILE and where, all at once; or in short what it says.

    Without FILE, the one of LIVER_RESPONSE_CONFIG. Environment variables are looked at as well,
    as the service would.
    """
    from service.console import console  # noqa: PLC0415
    from service.console_configuration import configuration_text  # noqa: PLC0415
    from service.openness import refusals  # noqa: PLC0415
    from service.settings import CONFIG, PREFIX, SettingsError, settings_from  # noqa: PLC0415

    place = PREFIX + CONFIG.upper()
    if not (file or os.environ.get(place)):
        raise click.UsageError(f"name a FILE, or set {place}")
    try:
        settings = settings_from({**os.environ, **({place: file} if file else {})})
        problems = tuple(refusals(settings))
    except SettingsError as error:
        problems = error.problems
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)
    console().print(configuration_text(settings))


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to judge from. Default: the day that the file tells (Bundle.timestamp), else today.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "card", "json"]),
    default="text",
    show_default=True,
    help="For reading, the CDS Hooks card, or the assessment.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Every rule as true, false or not known, on which facts; and all that would change the grade.",
)
@in_one_line
def assess(file: BinaryIO, as_of: datetime | None, form: str, explain: bool) -> None:
    """Assess one patient: FILE is a FHIR Bundle or a whole CDS Hooks call, - for standard input."""
    document = _json(file)
    day = as_of.date() if as_of else told_on(document) or date.today()  # noqa: DTZ011 - local day
    from service.desk import Desk  # noqa: PLC0415 - loading the models takes a moment
    from service.settings import settings_from  # noqa: PLC0415

    if explain and form == "card":
        raise click.UsageError("a card has no place for --explain; take --format text or json")
    desk = Desk.open(settings_from(os.environ), day)
    assessment = desk.assess(document, day)
    explanation = desk.explain(assessment) if explain else None
    _FORMS[form](assessment, desk.card(assessment), explanation)


def _json(file: BinaryIO) -> Json:
    try:
        document: Json = orjson.loads(file.read())
    except orjson.JSONDecodeError as error:
        raise click.ClickException(f"{file.name} is not JSON: {error}") from error
    return document


def _text(assessment: Assessment, card: JsonObject | None, explanation: Explanation | None) -> None:
    from service.console import assessment_text, console  # noqa: PLC0415
    from service.console_explanation import explanation_text  # noqa: PLC0415

    console().print(assessment_text(assessment, str(card["detail"]) if card else None))
    if explanation:
        console().print(explanation_text(explanation, assessment))


def _card(_assessment: Assessment, card: JsonObject | None, _none: Explanation | None) -> None:
    click.echo(orjson.dumps({"cards": [card] if card else []}, option=orjson.OPT_INDENT_2))


def _object(
    assessment: Assessment, _card: JsonObject | None, explanation: Explanation | None
) -> None:
    from service.machine_readable import as_json, explanation_as_json  # noqa: PLC0415

    explained = {"explain": explanation_as_json(explanation)} if explanation else {}
    document = {**as_json(assessment), **explained}
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))


_FORMS = {"text": _text, "card": _card, "json": _object}


@main.command()
@click.argument("call", type=click.File("rb"))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to judge from. Default: the day that the file tells, else today.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@in_one_line
def doctor(call: BinaryIO, as_of: datetime | None, form: str) -> None:
    """Tell what of CALL, a whole CDS Hooks call, was read, what not and why; - for standard input.

    Shows clinical values of the call, on this console only. No server is asked for anything.
    """
    document = _json(call)
    day = as_of.date() if as_of else told_on(document) or date.today()  # noqa: DTZ011 - local day
    from service.desk import Desk  # noqa: PLC0415 - loading the models takes a moment
    from service.doctor.console import report_text  # noqa: PLC0415
    from service.doctor.open import call_of  # noqa: PLC0415
    from service.doctor.open import doctor as made  # noqa: PLC0415
    from service.settings import settings_from  # noqa: PLC0415

    desk = Desk.open(settings_from(os.environ), day)
    found = made(desk.assessor, desk.parts)
    report = found.examine(call_of(document, found))
    if form == "json":
        click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2))
        return
    from service.console import console  # noqa: PLC0415

    console().print(report_text(report))


@main.command()
@click.argument("page", required=False)
@in_one_line
def rules(page: str | None) -> None:
    """Print the rule book: the list of its pages, or one PAGE with numbers, rules and sources."""
    from service.console import console, page_list, page_text  # noqa: PLC0415

    pages = {p.id: p for p in load_pages()}
    if page is None:
        console().print(page_list(list(pages.values())))
        return
    if page not in pages:
        raise click.ClickException(f"there is no page {page!r}; pages are {', '.join(pages)}")
    console().print(page_text(pages[page]))


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--public-url", help="The address the service is reached at; canonicals begin with it."
)
@in_one_line
def knowledge(folder: Path, public_url: str | None) -> None:
    """Write the rule book as FHIR R4 resources, one file each, below FOLDER."""
    from service.knowledge.files import write  # noqa: PLC0415

    click.echo(f"{write(folder, public_url)} resources in {folder}")


@main.group()
def audit() -> None:
    """What is written of calls: turn it into other forms."""


@audit.command("events")
@click.argument("lines", type=click.File("rb"), default="-")
@in_one_line
def audit_events(lines: BinaryIO) -> None:
    """Turn LINES about calls, by default standard input, into FHIR R4 AuditEvents, one a line."""
    from service.audit.events import events  # noqa: PLC0415

    for event in events(lines):
        click.echo(orjson.dumps(event))


@main.command()
@click.option("--url", help="A running service. Default: one is started for the occasion.")
@click.option(
    "--calls",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("fixtures/calls"),
    show_default=True,
    help="Where the invented calls are.",
)
@in_one_line
def demo(url: str | None, calls: Path) -> None:
    """First look: fire one invented call per hook at the service and print the cards."""
    from service.demo import demonstrate  # noqa: PLC0415

    sys.exit(demonstrate(url, calls))


if __name__ == "__main__":
    main()
