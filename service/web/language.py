"""The language of the pages: English now, every string of the templates in a catalogue.

``service/translations/messages.pot`` lists the strings; a language is added beside it with
``pybabel init -i service/translations/messages.pot -d service/translations -l de`` and named here.
"""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel, get_locale

LANGUAGES = ("en",)


def speak(app: Flask) -> None:
    """Give the templates ``_`` and ``ngettext``, and the language that they speak."""
    Babel(app, default_locale=LANGUAGES[0])
    app.jinja_env.globals["language"] = lambda: str(get_locale() or LANGUAGES[0])
