"""The assembly of the application: the only place where all parts meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

from flask import Flask

from rules.rulebook import load_rulebook
from rules.vocabulary import Vocabulary, load_vocabulary
from service.cds.answer import Assesses, Parts
from service.cds.cards import Addresses, CardMaker
from service.cds.order_reader import OrderReader, load_order_words
from service.cds.speaking import load_speaking
from service.cds.suggestions import load_options
from service.cds.wording import load_wording
from service.extract import Extractor
from service.extract.medications import MedicationReader
from service.fhir.models import ResourceReader
from service.fhir.prefetch import read_prefetch
from service.fhir.prefetch_keys import templates
from service.settings import Settings
from service.web.errors import register_errors
from service.web.hooks import hooks
from service.web.operations import operations


def create_app(settings: Settings, today: Callable[[], date]) -> Flask:
    """Assemble the application.

    Args:
        settings: how it is set up.
        today: the day of a call.

    Raises:
        ValueError: a page of the rule book, of the vocabulary or of the words is wrong.
    """
    vocabulary, rulebook = load_vocabulary(), load_rulebook()
    parts = _parts(settings, vocabulary, rulebook, today)
    app = Flask("service")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.register_blueprint(hooks(parts, templates(vocabulary), vocabulary.normalise_system))
    app.register_blueprint(operations(rulebook.id))
    register_errors(app)
    return app


def _parts(
    settings: Settings, vocabulary: Vocabulary, rulebook: Assesses, today: Callable[[], date]
) -> Parts:
    reader = ResourceReader(vocabulary.normalise_system)
    return Parts(
        rulebook=rulebook,
        read_prefetch=lambda prefetch, patient: read_prefetch(prefetch, patient, reader),
        read_timeline=Extractor(vocabulary).timeline,
        orders=OrderReader(vocabulary, MedicationReader(vocabulary), load_order_words()),
        speaking=load_speaking(),
        cards=CardMaker(
            load_wording(),
            load_options(),
            Addresses(settings.public_url, settings.smart_launch_url),
            uuid4,
        ),
        today=today,
    )
