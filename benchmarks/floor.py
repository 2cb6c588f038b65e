"""The floor: the same server, the same body parsed, and nothing said."""

from __future__ import annotations

import orjson
from flask import Flask, Response, request


def create_floor() -> Flask:
    """Flask and orjson alone."""
    app = Flask("floor")

    @app.post("/cds-services/<service>")
    def answer(service: str) -> Response:
        del service
        orjson.loads(request.get_data())
        return Response(orjson.dumps({"cards": []}), mimetype="application/json")

    @app.get("/health")
    def health() -> Response:
        return Response(b"{}", mimetype="application/json")

    return app
