"""Cards as the EHR of a client can take them. Nothing is said to one client that another is not told.

``generic`` and ``sandbox`` take what the standard says: cards carry one action for each suggestion,
``any`` of which may be taken, no HTML, and no member of the 3.0 ballot.

``epic`` places orders from its preference list alone: it knows no LOINC code in a suggestion and
hides or refuses what it cannot place. Options without an item in the client's preference list are
therefore not offered as a button; the card goes on naming them under "Options to consider".
Source: fhir.epic.com, "CDS Hooks" (create of ServiceRequest).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.cds.response import Action, Card, CodeableConcept, Suggestion
from service.configuration.tables import Client, Profile
from service.fhir.records import Coding

EPIC_ITEM = "urn:com.epic.cdshooks.action.code.system.preference-list-item"


def shaped(card: Card, client: Client | None) -> Card:
    """A card for a client; None for whoever calls a service without clients."""
    if client is None or client.profile is not Profile.EPIC:
        return card
    suggestions = tuple(_placeable(card.suggestions, client.preference_list))
    behaviour = card.selection_behavior if suggestions else ""
    return replace(card, suggestions=suggestions, selection_behavior=behaviour)


def _placeable(
    suggestions: tuple[Suggestion, ...], items: Mapping[str, str]
) -> Iterator[Suggestion]:
    for suggestion in suggestions:
        item = items.get(suggestion.option)
        if item is not None:
            yield replace(suggestion, actions=_actions(suggestion, item))


def _actions(suggestion: Suggestion, item: str) -> tuple[Action, ...]:
    (action,) = suggestion.actions
    code = CodeableConcept((Coding(EPIC_ITEM, item),), action.resource.code.text)
    return (replace(action, resource=replace(action.resource, code=code)),)
