"""The assembly of the application: the only place where all parts meet."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid4

from flask import Flask

from service.assessor import Assessor, load_assessor
from service.cds.answer import Parts
from service.cds.cards import Addresses, CardMaker
from service.cds.order_reader import OrderReader, load_order_words
from service.cds.speaking import load_speaking
from service.cds.suggestions import load_options
from service.cds.wording import load_wording
from service.extract import MedicationReader
from service.fhir.prefetch_keys import templates
from service.first_look.people import load_people
from service.settings import Settings, settings_from
from service.web.errors import register_errors
from service.web.first_look import first_look
from service.web.hooks import hooks
from service.web.operations import operations
from service.web.rulebook import rulebook_page


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
    app.register_blueprint(hooks(parts, templates(vocabulary), vocabulary.normalise_system))
    app.register_blueprint(operations(assessor.rulebook.id))
    app.register_blueprint(rulebook_page(assessor.rulebook))
    if settings.first_look is not None:
        app.register_blueprint(first_look(load_people(Path(settings.first_look)), assessor, parts))
    register_errors(app)
    return app


def make_parts(assessor: Assessor, settings: Settings, today: Callable[[], date]) -> Parts:
    """What every answer is made with, for any door."""
    vocabulary = assessor.rulebook.knowledge.vocabulary
    addresses = Addresses(settings.public_url, settings.smart_launch_url)
    return Parts(
        assess=assessor.of_prefetch,
        orders=OrderReader(vocabulary, MedicationReader(vocabulary), load_order_words()),
        speaking=load_speaking(),
        cards=CardMaker(load_wording(), load_options(), addresses, uuid4),
        today=today,
    )
