"""Each page of the rule book as a Library and a PlanDefinition, and each option as an order."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

from rules.condition_words import conditions_of
from rules.document.knowledge import TAGS, Chapter
from rules.pages import ItemText, SourceNote
from service.cds.speaking import Hook
from service.cds.suggestions import Option, Options
from service.fhir.json_types import Json, JsonObject
from service.knowledge.heading import Publisher, concept, identity, some

_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
_LIBRARY_TYPE = "http://terminology.hl7.org/CodeSystem/library-type"
_PLAN_TYPE = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
# Conditions are sentences: the engine that evaluates them is this product's own.
_LANGUAGE = "text/plain"


def library(chapter: Chapter, publisher: Publisher) -> JsonObject:
    """A page as a logic library: its text as clinicians read it, and its sources."""
    page = chapter.page
    text: JsonObject = {
        "contentType": "text/markdown",
        "title": page.title,
        "data": b64encode(chapter.markdown().encode()).decode(),
    }
    return {
        **_heading("Library", chapter, publisher),
        "type": concept(_LIBRARY_TYPE, "logic-library"),
        "content": [text],
    }


def plan(chapter: Chapter, publisher: Publisher) -> JsonObject:
    """A page as event-condition-action rules: when each of its items comes about."""
    actions: list[Json] = [_action(item, chapter) for item in chapter.page.items.values()]
    triggers: list[Json] = [{"type": "named-event", "name": hook.value} for hook in Hook]
    return {
        **_heading("PlanDefinition", chapter, publisher),
        "type": concept(_PLAN_TYPE, "eca-rule"),
        "library": [publisher.canonical("Library", identity(chapter.page.id))],
        "action": [
            some(title=chapter.page.title, trigger=triggers, action=actions),
        ],
    }


def offers(options: Options, publisher: Publisher) -> JsonObject:
    """Which orders are offered with which grade, as a plan; none of them is pre-selected."""
    actions: list[Json] = [
        {
            "title": grade,
            "selectionBehavior": "any",
            "action": [
                {
                    "title": options.options[name].label,
                    "definitionCanonical": publisher.canonical(
                        "ActivityDefinition", identity(name)
                    ),
                }
                for name in names
            ],
        }
        for grade, names in options.offered.items()
    ]
    return {
        **publisher.heading("PlanDefinition", "offers", "What is offered with which grade"),
        "type": concept(_PLAN_TYPE, "eca-rule"),
        "action": actions,
    }


def order(name: str, option: Option, options: Options, publisher: Publisher) -> JsonObject:
    """One option as the definition of a proposed order."""
    caveats = [str(caveat["text"]) for caveat in option.caveats]
    code = option.code
    coded = concept(code["system"], code["code"], code["display"]) if "code" in code else {}
    when = [f"In {option.weeks[0]} to {option.weeks[1]} weeks."] if option.weeks else []
    category = options.categories[option.category]["text"]
    return {
        **publisher.heading("ActivityDefinition", identity(name), option.label),
        "description": " ".join((f"{category}.", *option.details, *when, *caveats)),
        "kind": "ServiceRequest",
        "intent": "proposal",
        "code": {**coded, "text": code.get("text", option.label)},
    }


def _heading(kind: str, chapter: Chapter, publisher: Publisher) -> JsonObject:
    page = chapter.page
    return {
        **publisher.heading(kind, identity(page.id), page.title, page.version),
        "description": " ".join((page.asks, page.says)),
        "purpose": page.rationale,
        "usage": f"Known gaps: {' '.join(page.misses)}",
        "relatedArtifact": list(_artifacts(chapter)),
    }


def _artifacts(chapter: Chapter) -> Iterator[Json]:
    for source in chapter.page.sources.values():
        yield some(
            type="citation",
            label=f"[{source.tag}] {TAGS[source.tag]}",
            display=source.title,
            citation=f"{source.title}. {source.place}. {source.states}",
            url=_url(source),
        )


def _url(source: SourceNote) -> str:
    doi = _DOI.search(source.place)
    return f"https://doi.org/{doi[0].rstrip('.,;')}" if doi else ""


def _action(item: ItemText, chapter: Chapter) -> JsonObject:
    rules = (rule for rule in chapter.rules if rule.id.partition(".")[0] == item.code)
    ways = [" and ".join(conditions_of(rule, chapter.thresholds)) for rule in rules]
    condition: JsonObject = {
        "kind": "applicability",
        "expression": {"language": _LANGUAGE, "expression": "; or ".join(ways)},
    }
    source = chapter.page.sources[item.source]
    artifact = some(type="citation", display=source.title, url=_url(source))
    return some(
        prefix=item.code,
        title=item.title,
        description=item.says,
        documentation=[artifact],
        condition=[condition] if ways else [],
    )
