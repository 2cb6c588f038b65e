"""All published resources together, found by type, id and the few parameters that are supported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from rules.document.whole import chapters
from rules.rulebook import Rulebook
from service.cds.suggestions import Options
from service.cds.wording import Wording
from service.errors import LiverResponseError
from service.fhir.json_types import Json, JsonObject
from service.knowledge.heading import Publisher
from service.knowledge.modules import library, offers, order, plan
from service.knowledge.terminology import code_systems, value_sets

KINDS = ("ActivityDefinition", "CodeSystem", "Library", "PlanDefinition", "ValueSet")
PARAMETERS = ("_id", "name", "url", "version")
"""What searches may ask for: equality with these members."""


class NotPublishedError(LiverResponseError):
    """There is no such resource, or no such type, among the published ones."""

    status = 404
    code = "not-found"


class SearchParameterError(LiverResponseError):
    """A search asks for something that is not supported; nothing is found by leaving it out."""

    status = 400
    code = "not-supported"


@dataclass(frozen=True)
class Publication:
    """The resources by type and id, made once. ``since``: of the newest number of the rule book."""

    publisher: Publisher
    since: date
    by_kind: Mapping[str, Mapping[str, JsonObject]]

    def __iter__(self) -> Iterator[JsonObject]:
        return (found for of_kind in self.by_kind.values() for found in of_kind.values())

    def read(self, kind: str, identity: str) -> JsonObject:
        """One resource.

        Raises:
            NotPublishedError: there is none.
        """
        found = self._of(kind).get(identity)
        if found is None:
            raise NotPublishedError(f"No {kind} of this id is published; GET the type for all.")
        return found

    def search(self, kind: str, wanted: Mapping[str, str]) -> JsonObject:
        """A searchset of the resources of a type that have these values.

        Raises:
            NotPublishedError: no such type is published.
            SearchParameterError: a parameter is not supported.
        """
        unknown = sorted(set(wanted) - set(PARAMETERS))
        if unknown:
            raise SearchParameterError(f"Search by {', '.join(PARAMETERS)} only.")
        found = [r for r in self._of(kind).values() if _matches(r, wanted)]
        entries: list[Json] = [
            {"fullUrl": resource["url"], "resource": resource, "search": {"mode": "match"}}
            for resource in found
        ]
        return {
            "resourceType": "Bundle", "type": "searchset", "total": len(found),
            **({"entry": entries} if entries else {}),
        }  # fmt: skip

    def _of(self, kind: str) -> Mapping[str, JsonObject]:
        if kind not in self.by_kind:
            raise NotPublishedError(f"Published are {', '.join(KINDS)}.")
        return self.by_kind[kind]


def _matches(resource: JsonObject, wanted: Mapping[str, str]) -> bool:
    return all(resource[name.removeprefix("_")] == value for name, value in wanted.items())


def publication(
    book: Rulebook, options: Options, wording: Wording, public_url: str | None
) -> Publication:
    """Everything that is published of a rule book.

    Args:
        book: the rule book.
        options: the orders that cards suggest.
        wording: the topics of cards and the reasons for setting one aside.
        public_url: the address that the service is reached at; None where it has none.
    """
    publisher = Publisher.at(public_url, book.id)
    vocabulary = book.knowledge.vocabulary
    found: dict[str, dict[str, JsonObject]] = {kind: {} for kind in KINDS}
    for resource in (
        *code_systems(vocabulary, wording, publisher),
        *value_sets(vocabulary, publisher),
        *(make(chapter, publisher) for chapter in chapters(book) for make in (library, plan)),
        *(order(name, option, options, publisher) for name, option in options.options.items()),
        offers(options, publisher),
    ):
        found[str(resource["resourceType"])][str(resource["id"])] = resource
    dates = (v.since for p in book.pages.values() for n in p.parameters.values() for v in n.values)
    return Publication(publisher, max(dates), found)
