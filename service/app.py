"""The assembly of the application: the only place where all parts meet."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from flask import Flask

from service.assessor import Assessor, load_assessor
from service.cds.answer import Parts
from service.cds.cards import Addresses, CardMaker
from service.cds.order_reader import OrderReader, load_order_words
from service.cds.speaking import load_speaking
from service.cds.suggestions import load_options
from service.cds.wording import load_wording
from service.consulting import Consulting
from service.evidence.visit import Visiting
from service.extract import MedicationReader
from service.fhir.client import FhirClient
from service.fhir.fetching import Fetching
from service.fhir.prefetch_keys import templates
from service.first_look.people import load_people
from service.knowledge.publication import publication
from service.outbound.http import Outbound
from service.settings import Settings, settings_from
from service.smart.launching import Launching
from service.smart.vault import Vault
from service.store.retention import purge_daily
from service.storing import Storing, sources, storing
from service.trust.gate import Gate
from service.trust.keys import KeyRing
from service.trust.replay import ReplayStore
from service.web.admission import admission
from service.web.assets import serve_assets
from service.web.errors import register_errors
from service.web.feedback import feedback
from service.web.figures import figures
from service.web.first_look import first_look
from service.web.hooks import hooks
from service.web.knowledge import knowledge
from service.web.language import speak
from service.web.launch import Door, launch_pages
from service.web.operations import operations
from service.web.operators import visible
from service.web.origins import allow_origins
from service.web.recording import Recording
from service.web.rulebook import rulebook_page

DAILY = "daily"
"""The name of the extension that starts what is done every day."""

_QUERIES_AT_ONCE = 32  # of one worker process, for all its calls
_PAGE_SECONDS = 8.0  # how long a page may read; who opened it waits longer than an order does


def create_app(settings: Settings | None = None, today: Callable[[], date] = date.today) -> Flask:
    """Assemble the application.

    Args:
        settings: how it is set up; None for what the environment says.
        today: the day of a call.

    Raises:
        SettingsError: a variable of the environment cannot be used.
        ValueError: a page of the rule book, of the vocabulary or of the words is wrong.
    """
    settings = settings or settings_from(os.environ)
    assessor = load_assessor()
    vocabulary = assessor.rulebook.knowledge.vocabulary
    parts = make_parts(assessor, settings, today)
    app = Flask("service")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    admit = admission(gate(settings), settings)
    allow_origins(app, settings)
    serve_assets(app)
    speak(app)
    kept = storing(settings)
    told = recording(kept, parts.speaking.not_repeated_hours)
    app.register_blueprint(
        hooks(parts, templates(vocabulary), vocabulary.normalise_system, admit, told)
    )
    app.register_blueprint(feedback(kept.keep, admit))
    app.extensions[DAILY] = partial(purge_daily, kept.store, settings.retention_days)
    app.register_blueprint(operations(assessor.rulebook.id, kept.ask))
    if visible(settings):
        app.register_blueprint(figures(sources(kept), settings.operators))
    app.register_blueprint(rulebook_page(assessor.rulebook))
    if settings.first_look is not None:
        app.register_blueprint(first_look(load_people(Path(settings.first_look)), assessor, parts))
    if door := launch_door(assessor, settings, today):
        app.register_blueprint(launch_pages(door))
    publish = partial(
        publication, assessor.rulebook, load_options(), load_wording(), settings.public_url
    )
    app.register_blueprint(knowledge(publish))
    register_errors(app)
    return app


def recording(kept: Storing, hours: int) -> Recording:
    """Who is told of calls, and what is not said again for some hours once it was overridden."""
    return Recording((kept.recorder,), kept.likeness, kept.overridden(hours))


def gate(settings: Settings) -> Gate | None:
    """What checks the tokens of callers; None where no client is configured."""
    if not settings.clients:
        return None
    # Made in the parent of the worker processes, which thereby share it.
    seen = Path(mkdtemp(prefix="liver-response-")) / "seen.sqlite"
    return Gate(settings.clients, KeyRing(Outbound(settings.ca_file).send), ReplayStore(seen))


def launch_door(assessor: Assessor, settings: Settings, today: Callable[[], date]) -> Door | None:
    """What the evidence page of a chart is made with; None where no EHR may open it."""
    if settings.public_url is None or not any(client.smart for client in settings.clients):
        return None
    # Made in the parent of the worker processes, which thereby share it.
    vault = Vault(Path(mkdtemp(prefix="liver-response-")) / "launches.sqlite")
    send = Outbound(settings.ca_file).send
    # Its own pool of queries: pages do not take those of calls.
    reading = replace(consulting(assessor, settings), seconds=_PAGE_SECONDS)
    return Door(
        launching=Launching(settings.clients, settings.public_url, send, vault),
        visiting=Visiting(reading, load_wording()),
        public_url=settings.public_url,
        today=today,
    )


def launch_address(settings: Settings) -> str | None:
    """Where cards lead: as set, else to our own evidence page if every client's EHR may open it."""
    ours = settings.public_url and settings.clients and all(c.smart for c in settings.clients)
    return settings.smart_launch_url or (f"{settings.public_url}/launch" if ours else None)


def consulting(assessor: Assessor, settings: Settings) -> Consulting:
    """What reads and judges the patient of a call, asking FHIR servers for what was not sent."""
    outbound = Outbound(settings.ca_file)
    # Threads are started when first needed, which is after worker processes are made.
    executor = ThreadPoolExecutor(_QUERIES_AT_ONCE, thread_name_prefix="fhir")
    return Consulting(
        assessor=assessor,
        fetching=Fetching(FhirClient(outbound.send), executor),
        templates=templates(assessor.rulebook.knowledge.vocabulary),
        seconds=settings.fetch_milliseconds / 1000,
    )


def make_parts(assessor: Assessor, settings: Settings, today: Callable[[], date]) -> Parts:
    """What every answer is made with, for any door."""
    vocabulary = assessor.rulebook.knowledge.vocabulary
    addresses = Addresses(settings.public_url, launch_address(settings))
    return Parts(
        assess=consulting(assessor, settings),
        orders=OrderReader(vocabulary, MedicationReader(vocabulary), load_order_words()),
        speaking=load_speaking(),
        cards=CardMaker(load_wording(), load_options(), addresses, uuid4),
        today=today,
    )
