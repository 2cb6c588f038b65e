"""The assembly of the application: the only place where all parts meet."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp
from time import time

from flask import Flask

from service.assessor import Assessor, load_assessor
from service.audit.logs import auditor
from service.cds.answer import Parts
from service.cds.cards import Addresses, CardMaker, random_uuids
from service.cds.order_reader import OrderReader, load_order_words
from service.cds.speaking import load_speaking
from service.cds.suggestions import load_options
from service.cds.wording import load_wording
from service.consulting import Consulting
from service.doctor.open import doctor
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
from service.trust.gate import Gate, Limits
from service.trust.keys import LARGEST_SET_BYTES, KeyRing
from service.trust.own_access import OwnTokens
from service.trust.own_keys import OwnKey, key_set, read_own_keys
from service.trust.replay import ReplayStore
from service.web.admission import admission
from service.web.assets import serve_assets
from service.web.doctor import doctor_page
from service.web.errors import register_errors
from service.web.feedback import feedback
from service.web.figures import figures
from service.web.first_look import first_look
from service.web.hooks import hooks
from service.web.knowledge import knowledge
from service.web.language import speak
from service.web.launch import Door, launch_pages
from service.web.openapi import openapi
from service.web.operations import operations
from service.web.operators import visible
from service.web.origins import allow_origins
from service.web.own_keys import own_keys
from service.web.recording import Recording
from service.web.rule_figures import for_operators, nobody
from service.web.rule_pages import rule_pages

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
        SettingsError: a setting or the configuration file cannot be used.
        ValueError: a key of our own cannot be read; or a page of the rule book, of the vocabulary or of the words is wrong.
    """
    settings = settings or settings_from(os.environ)
    assessor = load_assessor()
    vocabulary = assessor.rulebook.knowledge.vocabulary
    parts = make_parts(assessor, settings, today)
    app = Flask("service")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    keys = {client.name: read_own_keys(client) for client in settings.clients}
    admit = admission(gate(settings, keys), settings)
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
    told_of_rules = nobody
    if visible(settings):
        app.register_blueprint(figures(sources(kept), settings.operators))
        told_of_rules = for_operators(sources(kept), settings.operators)
    app.register_blueprint(rule_pages(assessor.rulebook, told_of_rules))
    if any(keys.values()):
        app.register_blueprint(own_keys(key_set(chain.from_iterable(keys.values()))))
    if settings.first_look is not None:
        app.register_blueprint(first_look(load_people(Path(settings.first_look)), assessor, parts))
        app.register_blueprint(doctor_page(partial(doctor, assessor, parts)))
    if door := launch_door(assessor, settings, today):
        app.register_blueprint(launch_pages(door))
    publish = partial(
        publication, assessor.rulebook, load_options(), load_wording(), settings.public_url
    )
    app.register_blueprint(knowledge(publish))
    app.register_blueprint(openapi(settings.public_url))
    register_errors(app)
    return app


def recording(kept: Storing, hours: int) -> Recording:
    """Who is told of calls, and what is not said again for some hours once it was overridden."""
    return Recording((auditor(), kept.recorder), kept.likeness, kept.overridden(hours))


def gate(settings: Settings, keys: Mapping[str, Sequence[OwnKey]]) -> Gate | None:
    """What checks the tokens of callers; None where no client is configured."""
    if not settings.clients:
        return None
    # Key sets and tokens are short: nothing longer is read.
    send = Outbound(settings.ca_file, LARGEST_SET_BYTES).send
    # Made in the parent of the worker processes, which thereby share it.
    folder = Path(settings.state_folder or mkdtemp(prefix="liver-response-"))
    return Gate(
        settings.clients,
        KeyRing(send, settings.keys_fresh_seconds, settings.keys_again_seconds),
        ReplayStore(folder / "seen-tokens.sqlite"),
        {
            client.name: OwnTokens(client, client.own_access, keys[client.name][0], send)
            for client in settings.clients
            if client.own_access
        },
        Limits(
            leeway=settings.token_leeway_seconds,
            longest_life=settings.token_life_seconds,
            calls_per_minute=settings.calls_per_minute,
            not_before=0 if settings.state_folder else time(),
        ),
    )


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
        cards=CardMaker(load_wording(), load_options(), addresses, random_uuids),
        today=today,
    )
