"""JSON in and out of HTTP."""

from __future__ import annotations

import orjson
from flask import Request, Response

from service.errors import LiverResponseError
from service.fhir.json_types import Json

_ACCEPTED = ("application/json", "application/fhir+json")


class BodyNotJsonError(LiverResponseError):
    """The body cannot be parsed."""

    status = 400
    code = "structure"


class MediaTypeError(LiverResponseError):
    """The body is of a kind that is not read."""

    status = 415
    code = "not-supported"


def read_json(request: Request) -> Json:
    """The body of a request, parsed.

    Raises:
        MediaTypeError: the content type is not JSON, or the body is compressed.
        BodyNotJsonError: it is not JSON (RFC 8259) in UTF-8.
        RequestEntityTooLarge: it is longer than the settings allow.
    """
    if request.mimetype not in _ACCEPTED:
        raise MediaTypeError(f"Send the body as {' or '.join(_ACCEPTED)}.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise MediaTypeError("Send the body without compression.")
    try:
        parsed: Json = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BodyNotJsonError(f"The body is not valid JSON ({where}).") from None
    return parsed


def json_response(body: Json, status: int = 200, mimetype: str = "application/json") -> Response:
    """A response with a JSON body."""
    return Response(orjson.dumps(body), status=status, mimetype=mimetype)
