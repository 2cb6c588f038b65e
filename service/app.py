"""The assembly of the application: the only place where all parts meet."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from secrets import token_bytes
from tempfile import mkdtemp
from uuid import uuid4

from flask import Flask

from service.assessor import Assessor, load_assessor
from service.audit.logs import auditor
from service.cds.answer import Parts
from service.cds.cards import Addresses, CardMaker
from service.cds.order_reader import OrderReader, load_order_words
from service.cds.speaking import load_speaking
from service.cds.suggestions import load_options
from service.cds.wording import load_wording
from service.consulting import Consulting
from service.extract import MedicationReader
from service.fhir.client import FhirClient
from service.fhir.fetching import Fetching
from service.fhir.prefetch_keys import templates
from service.first_look.people import load_people
from service.knowledge.publication import publication
from service.outbound.http import Outbound
from service.record.likeness import Likeness
from service.settings import Settings, settings_from
from service.trust.gate import Gate
from service.trust.keys import KeyRing
from service.trust.replay import ReplayStore
from service.web.admission import admission
from service.web.errors import register_errors
from service.web.first_look import first_look
from service.web.hooks import hooks
from service.web.knowledge import knowledge
from service.web.openapi import openapi
from service.web.operations import operations
from service.web.origins import allow_origins
from service.web.recording import Recording
from service.web.rulebook import rulebook_page

_KEY_BYTES = 32
_QUERIES_AT_ONCE = 32  # of one worker process, for all its calls


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
    app.register_blueprint(
        hooks(parts, templates(vocabulary), vocabulary.normalise_system, admit, recording())
    )
    app.register_blueprint(operations(assessor.rulebook.id))
    app.register_blueprint(rulebook_page(assessor.rulebook))
    if settings.first_look is not None:
        app.register_blueprint(first_look(load_people(Path(settings.first_look)), assessor, parts))
    publish = partial(
        publication, assessor.rulebook, load_options(), load_wording(), settings.public_url
    )
    app.register_blueprint(knowledge(publish))
    app.register_blueprint(openapi(settings.public_url))
    register_errors(app)
    return app


def recording() -> Recording:
    """Who is told of calls."""
    return Recording(recorders=(auditor(),), likeness=Likeness(token_bytes(_KEY_BYTES)))


def gate(settings: Settings) -> Gate | None:
    """What checks the tokens of callers; None where no client is configured."""
    if not settings.clients:
        return None
    # Made in the parent of the worker processes, which thereby share it.
    seen = Path(mkdtemp(prefix="liver-response-")) / "seen.sqlite"
    return Gate(settings.clients, KeyRing(Outbound(settings.ca_file).send), ReplayStore(seen))


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
    addresses = Addresses(settings.public_url, settings.smart_launch_url)
    return Parts(
        assess=consulting(assessor, settings),
        orders=OrderReader(vocabulary, MedicationReader(vocabulary), load_order_words()),
        speaking=load_speaking(),
        cards=CardMaker(load_wording(), load_options(), addresses, uuid4),
        today=today,
    )
