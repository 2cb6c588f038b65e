"""The prefetch doctor as a page, for development: paste a call, see what became of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import orjson
from flask import Blueprint, Response, render_template, request

from service.doctor.examine import Doctor
from service.doctor.open import call_of
from service.errors import LiverResponseError
from service.web.html import page

_NOT_JSON = "This is not JSON."


def doctor_page(make: Callable[[], Doctor]) -> Blueprint:
    """The page. The caller sees to it that nobody but developers reaches it."""
    blueprint = Blueprint("doctor", __name__)
    made = cache(make)

    @blueprint.get("/doctor")
    def ask() -> Response:
        return page(render_template("doctor.html", text=""))

    @blueprint.post("/doctor")
    def examine() -> Response:
        text = request.form.get("call", "")
        try:
            found = made()
            report = found.examine(call_of(orjson.loads(text), found))
        except orjson.JSONDecodeError:
            return page(render_template("doctor.html", text=text, problem=_NOT_JSON), 400)
        except LiverResponseError as error:
            problem = f"{error.where}: {error}" if error.where else str(error)
            return page(render_template("doctor.html", text=text, problem=problem), error.status)
        return page(render_template("doctor.html", text=text, report=report))

    return blueprint
