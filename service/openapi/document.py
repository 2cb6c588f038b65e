"""The document, made of what the page says and what the service serves; neither is believed alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from rules import __version__
from rules.strict_yaml import load_strict
from service.fhir.json_types import JsonObject
from service.openapi.schemas import schemas

_PAGE = "service/openapi/openapi.yaml"
PAGES = "x-pages"
"""Where the page lists the addresses that are for people."""


@dataclass(frozen=True)
class Route:
    """An address that is served.

    Attributes:
        path: with its parameters in braces: "/fhir/{kind}".
        methods: in lower case, those that this service answers itself.
    """

    path: str
    methods: frozenset[str]


def document(routes: Iterable[Route], public_url: str | None) -> JsonObject:
    """Everything that is said of the addresses that are served.

    Args:
        routes: what is served.
        public_url: the address under which it is reached; None for wherever the document is from.

    Raises:
        StrictYamlError: the page cannot be read.
    """
    page = _page()
    served = {route.path: route.methods for route in routes}
    return {
        **{name: part for name, part in page.items() if name != PAGES},
        "info": {**page["info"], "version": __version__},
        "servers": [{"url": public_url or "/"}],
        "paths": {
            path: _of_methods(item, served[path])
            for path, item in page["paths"].items()
            if path in served
        },
        "components": {
            **page["components"],
            "schemas": {**page["components"]["schemas"], **schemas()},
        },
    }


def undescribed(routes: Iterable[Route]) -> tuple[str, ...]:
    """What is served and said nothing of: "POST /address"."""
    page = _page()
    return tuple(
        f"{method.upper()} {route.path}"
        for route in routes
        if not any(_below(route.path, known) for known in page[PAGES])
        for method in sorted(route.methods)
        if method not in page["paths"].get(route.path, {})
    )


def _page() -> dict[str, Any]:
    text = (files("service.openapi") / "openapi.yaml").read_text("utf-8")
    page = load_strict(text, _PAGE)
    if not isinstance(page, dict):
        raise TypeError(f"{_PAGE}: expected a mapping")
    return page


def _of_methods(item: Mapping[str, Any], methods: frozenset[str]) -> JsonObject:
    return {name: part for name, part in item.items() if name == "parameters" or name in methods}


def _below(path: str, known: str) -> bool:
    return path == known or (known != "/" and path.startswith(f"{known}/"))
