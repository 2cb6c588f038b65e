"""A judgement put into words: items with their sentences and sources, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Protocol

from rules.assessment import (
    Assessment,
    Grade,
    Item,
    ItemKind,
    Measurements,
    RulebookId,
    Settles,
    StudyUsed,
)
from rules.clinical_facts import ClinicalFacts, Silence
from rules.criteria.pages import CriterionPage
from rules.features.picture import Picture
from rules.judge import Found, Judgement
from rules.missing import missing_data, not_recorded, silence_of
from rules.numbers import Numbers
from rules.pages import ItemText
from rules.provenance import evidence_of, remarks_of, sources_by_kind
from rules.side_by_side.table import side_by_side
from rules.timeline import Study
from rules.words import Words

CRISIS = "M7"
# Grades that leave the question open. Only for these what would settle it is worth the asking.
OPEN = frozenset({Grade.POSSIBLE, Grade.INDETERMINATE})


class Book(Protocol):
    """What the report needs of the rule book."""

    @property
    def id(self) -> RulebookId:
        """Which rule book decided."""
        ...

    @property
    def numbers(self) -> Numbers:
        """The numbers in force."""
        ...

    @property
    def texts(self) -> Mapping[str, ItemText]:
        """The words of the item rules."""
        ...

    @property
    def criteria(self) -> Mapping[str, CriterionPage]:
        """The pages of the published criteria."""
        ...

    def grade_text(self, code: str) -> ItemText:
        """The words of a grade rule."""
        ...

    def settles(
        self, facts: ClinicalFacts, silence: Silence, now: Judgement
    ) -> tuple[Settles, ...]:
        """What alone would change the grade."""
        ...


def report(picture: Picture, judgement: Judgement, as_of: date, book: Book) -> Assessment:
    """Everything that a card, a page or a reader of the log needs to check the grade."""
    facts = picture.facts
    marker = picture.beside.marker.marker
    named, index = judgement.exposure.named, picture.studies.index
    words = Words(facts, named, judgement.derived, marker, book.numbers)
    sources = sources_by_kind(picture)
    evidence = evidence_of(sources)
    items = _items(judgement, sources, book.texts, words)
    silence = silence_of(picture)
    return Assessment(
        grade=judgement.grade,
        label=LABELS[judgement.grade],
        as_of=as_of,
        rulebook=book.id,
        because=judgement.because,
        patient=picture.look.timeline.patient,
        primary=facts.primary,
        agent=named.ingredient if named else None,
        tier=judgement.exposure.tier,
        urgent=judgement.grade is Grade.TRUE_PROGRESSION
        and CRISIS in judgement.codes(ItemKind.MAJOR),
        items=items,
        reasons=_reasons(judgement, items, book, words),
        missing=missing_data(picture),
        not_recorded=not_recorded(picture),
        measurements=_measurements(facts, judgement, picture),
        baseline_study=_used(picture.studies.baseline),
        index_study=_used(index),
        index_age_days=facts.index_age if index else None,
        local_therapy_days=facts.local_therapy_days,
        marker=marker,
        marker_state=facts.marker.value if marker else None,
        evidence=evidence,
        remarks=remarks_of(picture, evidence),
        trace=judgement.trace,
        settles=book.settles(facts, silence, judgement) if judgement.grade in OPEN else (),
        facts=facts,
        silence=silence,
        compare_criteria=partial(side_by_side, picture, judgement, book.criteria),
    )


LABELS: Mapping[Grade, str] = {
    Grade.SUPPORTED: "Findings fit treatment effect; several sources agree",
    Grade.POSSIBLE: "Treatment effect possible; correlation needed",
    Grade.TRUE_PROGRESSION: "Findings favour true progression",
    Grade.LOCAL_THERAPY: "Recent liver-directed therapy",
    Grade.IMMUNE: "Checkpoint inhibitor: iRECIST applies",
    Grade.INDETERMINATE: "Cannot be judged; data missing or not comparable",
    Grade.NOT_APPLICABLE: "Nothing to say",
}


def _items(
    judgement: Judgement,
    sources: Mapping[str, tuple[str, ...]],
    texts: Mapping[str, ItemText],
    words: Words,
) -> tuple[Item, ...]:
    shown = [found for found in judgement.found if found.kind is not ItemKind.BASIS]
    return tuple(
        [
            Item(
                code=found.code,
                kind=found.kind,
                sentence=texts[found.code].says.format_map(words),
                evidence=_evidence(found, sources),
                strong=found.strong,
            )
            for found in shown
        ]
    )


def _evidence(found: Found, sources: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    keys = [f"flag:{found.code}" if kind == "flag" else kind for kind in found.fact_kinds]
    return tuple(dict.fromkeys([ref for key in keys for ref in sources.get(key, ())]))


def _reasons(
    judgement: Judgement, items: tuple[Item, ...], book: Book, words: Words
) -> tuple[str, ...]:
    """The grade's own sentence first, then those of the items in card order."""
    if judgement.grade is Grade.NOT_APPLICABLE:
        excluded = (item.sentence for item in items if item.kind is ItemKind.EXCLUSION)
        return tuple(excluded)
    own = book.grade_text(judgement.because).says.format_map(words)
    return tuple(dict.fromkeys([own, *[item.sentence for item in items]]))


def _measurements(facts: ClinicalFacts, judgement: Judgement, picture: Picture) -> Measurements:
    derived = judgement.derived
    return Measurements(
        sld_baseline=facts.sld.baseline,
        sld_nadir=facts.sld.lowest,
        sld_index=facts.sld.index,
        hu_baseline=facts.hu.baseline,
        hu_nadir=facts.hu.lowest,
        hu_index=facts.hu.index,
        growth_pct=derived.growth_pct,
        hu_change_pct=derived.hu_change_pct,
        recist_1_1=derived.recist,
        choi_2007=derived.choi,
        lesions=picture.changes,
    )


def _used(study: Study | None) -> StudyUsed | None:
    if study is None:
        return None
    return StudyUsed(study.id, str(study.day), study.modality, study.recorded)
