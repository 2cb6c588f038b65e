"""The words on a card, read once from the page that clinicians edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rules.assessment import Grade
from service.cds.data_pages import load, record
from service.cds.response import OfferedReason
from service.fhir.records import Coding


@dataclass(frozen=True)
class Wording:
    """The page as it stands; each field is explained beside its words."""

    summaries: Mapping[str, str]
    summary_variants: Mapping[str, str]
    drug_unknown: str
    agreement: Mapping[str, str]
    short_names: Mapping[str, str]
    short_name_otherwise: str
    settled_as: Mapping[str, str]
    caps_against: tuple[str, ...]
    not_shown: tuple[str, ...]
    said_as_missing: Mapping[str, str]
    contrary_sources: tuple[str, ...]
    progression_by_numbers: str
    why: Mapping[str, str]
    tiers: Mapping[str, str]
    primary_names: Mapping[str, str]
    tiers_not_for: tuple[str, ...]
    urgent: str
    limits: str
    protocol_why: str
    protocol_unenhanced: str
    protocol_other_modality: str
    order_unread: Mapping[str, str]
    selection_dangling: Mapping[str, str]
    topic_system: str
    topics: Mapping[str, Mapping[str, str]]
    override_system: str
    override_reasons: tuple[Mapping[str, str], ...]
    source_label: str
    link_label: str
    smart_link_label: str
    sources: Mapping[str, Mapping[str, str]]
    sources_of: Mapping[str, list[str]]

    def topic(self, name: str) -> Coding:
        """The topic of a card: static for each kind of card, so that overrides can be counted."""
        return Coding(self.topic_system, **self.topics[name])

    @cached_property
    def overrides(self) -> tuple[OfferedReason, ...]:
        """The reasons a user may give for setting a card aside."""
        return tuple(
            OfferedReason(self.override_system, **reason) for reason in self.override_reasons
        )

    def drug(self, agent: str | None) -> str:
        """The drug as a sentence names it."""
        return agent or self.drug_unknown

    def short_name(self, code: str) -> str:
        """An item in a few words."""
        return self.short_names.get(code, self.short_name_otherwise)

    def guidance(self, grade: Grade) -> tuple[Mapping[str, str], ...]:
        """The sources of a grade: label and address of each."""
        names = self.sources_of.get(grade.value, self.sources_of["default"])
        return tuple(self.sources[name] for name in names)


def counted(words: Mapping[str, str], number: int) -> str:
    """The phrase for one, or for many with their number filled in."""
    return words["one"] if number == 1 else words["many"].format(n=number)


def load_wording() -> Wording:
    """Read the page.

    Raises:
        DataPageError: words are missing, empty or unknown.
    """
    return record(Wording, load("wording.yaml"), "service/cds/wording.yaml")
