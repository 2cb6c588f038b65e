"""What CDS Hooks 2.0.1 asks of what is sent: a check of whole bodies, for tests and for doubt.

Each finding names the place and the rule. No finding means that the body conforms as far as a
body alone can show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from service.fhir.json_types import Json, JsonObject, object_of, objects_of, text_of

LONGEST_SUMMARY = 139
"""Code points; the standard says "less than 140 characters"."""

_TOPIC = re.compile(r"[A-Za-z0-9]{1,100}")
_MAY_BE_EMPTY = ("$.cards", "$.services")
_ONE_OF = {
    "indicator": ("info", "warning", "critical"),
    "selectionBehavior": ("any", "at-most-one"),
}


def unfilled(value: Json, place: str = "$") -> Iterator[str]:
    """Every null, and every empty string, list or object, but for an empty list of cards."""
    if value is None:
        yield f"{place}: null"
    elif value in ("", [], {}) and place not in _MAY_BE_EMPTY:
        yield f"{place}: empty"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unfilled(item, f"{place}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from unfilled(item, f"{place}[{number}]")


def findings(body: JsonObject) -> list[str]:
    """Everything wrong with the body of a service's response."""
    found = list(unfilled(body))
    if not isinstance(body.get("cards"), list):
        return [*found, "$.cards: missing"]
    for number, card in enumerate(objects_of(body, "cards")):
        found += [f"$.cards[{number}]{finding}" for finding in _card(card)]
    return found


def _card(card: JsonObject) -> Iterator[str]:
    yield from _texts(card, "", "summary", "indicator", "uuid")
    if len(text_of(card, "summary")) > LONGEST_SUMMARY:
        yield f".summary: longer than {LONGEST_SUMMARY}"
    for name, allowed in _ONE_OF.items():
        if name in card and card[name] not in allowed:
            yield f".{name}: none of {', '.join(allowed)}"
    if ("suggestions" in card) != ("selectionBehavior" in card):
        yield ": suggestions and selectionBehavior go together"
    yield from _uuid(card, ".uuid")
    yield from _source(object_of(card, "source"))
    for suggestion in objects_of(card, "suggestions"):
        yield from _suggestion(suggestion)
    for coding in objects_of(card, "overrideReasons"):
        yield from _texts(coding, ".overrideReasons", "code", "system", "display")
    for link in objects_of(card, "links"):
        yield from _link(link)


def _source(source: JsonObject) -> Iterator[str]:
    yield from _texts(source, ".source", "label")
    topic = object_of(source, "topic")
    yield from _texts(topic, ".source.topic", "code", "system")
    if not _TOPIC.fullmatch(text_of(topic, "code")):
        yield ".source.topic.code: not alphanumeric"


def _suggestion(suggestion: JsonObject) -> Iterator[str]:
    yield from _texts(suggestion, ".suggestions", "label", "uuid")
    yield from _uuid(suggestion, ".suggestions.uuid")
    actions = objects_of(suggestion, "actions")
    if len(actions) != 1:
        yield ".suggestions.actions: not one action"
    for action in actions:
        yield from _texts(action, ".suggestions.actions", "type", "description")
        if action.get("type") not in ("create", "update", "delete"):
            yield ".suggestions.actions.type: unknown"
        if not text_of(object_of(action, "resource"), "resourceType"):
            yield ".suggestions.actions.resource: no resource"


def _link(link: JsonObject) -> Iterator[str]:
    yield from _texts(link, ".links", "label", "url", "type")
    if link.get("type") not in ("absolute", "smart"):
        yield ".links.type: unknown"
    if "appContext" in link and link.get("type") != "smart":
        yield ".links.appContext: on a link that is not smart"
    if not re.match(r"https?://[^/]+", text_of(link, "url")):
        yield ".links.url: not absolute"


def _texts(holder: JsonObject, place: str, *names: str) -> Iterator[str]:
    for name in names:
        if not text_of(holder, name).strip():
            yield f"{place}.{name}: missing or blank"


def _uuid(holder: JsonObject, place: str) -> Iterator[str]:
    text = text_of(holder, "uuid")
    try:
        version = UUID(text).version
    except ValueError:
        version = None
    if version != 4 or text != text.lower():
        yield f"{place}: not a lowercase UUID of version 4"
