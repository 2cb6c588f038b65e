"""From an assessment to cards: the words, the options, the ways to answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from uuid import UUID

import orjson

from rules.assessment import Assessment
from service.cds.detail import detail
from service.cds.imaging_protocol import Comparison, comparison_of, protocol_detail
from service.cds.markdown import Markdown
from service.cds.response import Card, Link, Source, Suggestion
from service.cds.speaking import Indicator
from service.cds.suggestions import Option, Options, Proposer, Whose
from service.cds.summaries import ProtocolWords, protocol_summary, summary
from service.cds.wording import Wording

Uuids = Callable[[int], Sequence[str]]
"""A source of so many random UUIDs, an argument so that tests can foresee them."""

_CARDS_KEPT = 256
_PROTOCOL_TOPIC = "IMAGING_PROTOCOL"


def random_uuids(count: int) -> list[str]:
    """UUIDs of version 4, for which the system is asked once."""
    random = os.urandom(16 * count)
    return [str(UUID(bytes=random[n : n + 16], version=4)) for n in range(0, len(random), 16)]


@dataclass(frozen=True)
class Addresses:
    """Where this service is to be found from a browser; None where it is not.

    Attributes:
        public_url: the address of the service, without a trailing slash.
        smart_launch_url: the launch address of the evidence page.
    """

    public_url: str | None = None
    smart_launch_url: str | None = None


@dataclass(frozen=True)
class CardMaker:
    """Makes cards; the same assessment gives the same card but for its UUIDs."""

    wording: Wording
    options: Options
    addresses: Addresses
    uuids: Uuids
    _drawn: Callable[[Assessment, Indicator, Whose, tuple[str, ...]], Card] = field(init=False)
    _source: Callable[[str], Source] = field(init=False)
    _proposer: Proposer = field(init=False)

    def __post_init__(self) -> None:
        # One assessment is shown on card after card while an order is being written.
        object.__setattr__(self, "_drawn", lru_cache(_CARDS_KEPT)(self._draw))
        object.__setattr__(self, "_source", cache(self._source_of))
        object.__setattr__(self, "_proposer", Proposer(self.options, self.wording))

    def about(
        self, assessment: Assessment, indicator: Indicator, whose: Whose, notes: Iterable[str] = ()
    ) -> Card:
        """The card about an assessment. ``notes`` say what of the call could not be read."""
        return self._anew(self._drawn(assessment, indicator, whose, tuple(notes)))

    def _draw(
        self, assessment: Assessment, indicator: Indicator, whose: Whose, notes: tuple[str, ...]
    ) -> Card:
        """The card but for its UUIDs."""
        options = self.options.for_assessment(assessment)
        suggestions = self._proposer.propose(options, assessment, whose)
        named = tuple(suggestion.actions[0].description for suggestion in suggestions)
        return self._card(
            assessment,
            indicator,
            topic=assessment.grade.value,
            words=(
                summary(assessment, self.wording),
                detail(assessment, named, notes, self.wording),
            ),
            suggestions=suggestions,
        )

    def on_imaging(
        self,
        assessment: Assessment,
        indicator: Indicator,
        whose: Whose,
        ordered: tuple[str, ...],
        notes: Iterable[str] = (),
    ) -> Card:
        """The card that asks for comparable phases of the liver imaging being ordered."""
        comparison = comparison_of(assessment)
        option = self._protocol_option(comparison)
        card = self._card(
            assessment,
            indicator,
            topic=_PROTOCOL_TOPIC,
            words=(
                protocol_summary(assessment, _protocol_words(comparison), self.wording),
                protocol_detail(assessment, comparison, ordered, notes, self.wording),
            ),
            suggestions=self._proposer.propose((option,), assessment, whose, _phases(comparison)),
        )
        return self._anew(card)

    def _card(
        self,
        assessment: Assessment,
        indicator: Indicator,
        topic: str,
        words: tuple[str, Markdown],
        suggestions: tuple[Suggestion, ...],
    ) -> Card:
        return Card(
            uuid="",
            summary=words[0],
            indicator=indicator,
            source=self._source(topic),
            detail=words[1],
            suggestions=suggestions,
            selection_behavior="any" if suggestions else "",
            override_reasons=self.wording.overrides,
            links=self._links(assessment),
        )

    def _anew(self, card: Card) -> Card:
        """The same under UUIDs of its own: what is shown again is answered for by itself."""
        own, *others = self.uuids(1 + len(card.suggestions))
        suggestions = [
            Suggestion(offered.label, uuid, offered.actions, offered.option)
            for offered, uuid in zip(card.suggestions, others, strict=True)
        ]
        return replace(card, uuid=own, suggestions=tuple(suggestions))

    def _protocol_option(self, comparison: Comparison | None) -> Option:
        modality = comparison.study.modality if comparison else None
        return self.options.for_protocol(modality, comparison is None or comparison.unenhanced)

    def _source_of(self, topic: str) -> Source:
        base = self.addresses.public_url
        return Source(
            label=self.wording.source_label,
            topic=self.wording.topic(topic),
            url=f"{base}/rules" if base else "",
            icon=f"{base}/static/icon.png" if base else "",
        )

    def _links(self, assessment: Assessment) -> tuple[Link, ...]:
        base, launch = self.addresses.public_url, self.addresses.smart_launch_url
        absolute = Link(self.wording.link_label, f"{base}/rules", "absolute")
        smart = Link(self.wording.smart_link_label, str(launch), "smart", _context(assessment))
        return (*([smart] if launch else ()), *([absolute] if base else ()))


def _context(assessment: Assessment) -> str:
    """What the evidence page is told: index study and grade, nothing of the patient."""
    index = assessment.index_study
    study = {"study": index.id} if index else {}
    return orjson.dumps({**study, "grade": assessment.grade.value}).decode()


def _protocol_words(comparison: Comparison | None) -> ProtocolWords | None:
    if comparison is None:
        return None
    return ProtocolWords(comparison.study.day, comparison.phase_words, comparison.unenhanced)


def _phases(comparison: Comparison | None) -> str:
    if comparison is None or not comparison.phases:
        return ""
    return f"Phases as on {comparison.study.day}: {comparison.phase_words}"
