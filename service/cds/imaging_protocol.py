"""Liver imaging is being ordered: which phases would let it be compared with what there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.assessment import Assessment, ItemKind, StudyUsed
from rules.timeline import Phase
from service.cds.detail import colophon, first_reason, study_words
from service.cds.markdown import Markdown, bullets, document, escaped, paragraph, section
from service.cds.wording import Wording

# Flags that an unenhanced phase would settle (design of the cards).
_ASK_UNENHANCED = frozenset(("PHASE", "HAEMORRHAGE"))


@dataclass(frozen=True)
class Comparison:
    """The study that the new one will be compared with, and what would make that possible."""

    study: StudyUsed
    phases: tuple[Phase, ...]  # empty: not known
    unenhanced: bool  # to be asked for beside them

    @property
    def phase_words(self) -> str:
        """The phases in words, "" where they are not known."""
        return ", ".join(phase.value for phase in self.phases)


def comparison_of(assessment: Assessment) -> Comparison | None:
    """The comparison study: the baseline, or the index study where only its phases are known."""
    lesions = assessment.measurements.lesions
    studies = (
        (assessment.baseline_study, _known(lesion.phase_baseline for lesion in lesions)),
        (assessment.index_study, _known(lesion.phase_index for lesion in lesions)),
    )
    present = [(study, phases) for study, phases in studies if study is not None]
    if not present:
        return None
    study, phases = next((pair for pair in present if pair[1]), present[0])
    asked = not _ASK_UNENHANCED.isdisjoint(assessment.codes(ItemKind.FLAG))
    return Comparison(study, phases, asked and Phase.UNENHANCED not in phases)


def _known(phases: Iterable[Phase | None]) -> tuple[Phase, ...]:
    found = set(phases)
    return tuple(phase for phase in Phase if phase in found)


def protocol_detail(
    assessment: Assessment,
    comparison: Comparison | None,
    ordered: tuple[str, ...],
    notes: Iterable[str],
    wording: Wording,
) -> Markdown:
    """The body of a card on liver imaging. ``ordered`` are the modalities being ordered."""
    other = comparison is not None and _is_other(ordered, comparison.study.modality)
    return document(
        section("What is open", first_reason(assessment)),
        section("Studies to compare with", _studies(assessment)),
        section("What would keep them comparable", _asked(comparison, wording)),
        section(
            "Why this matters",
            paragraph(
                (
                    escaped(wording.protocol_why, None),
                    escaped(wording.protocol_other_modality, None) if other else Markdown(""),
                )
            ),
        ),
        section("Limits", bullets((*map(escaped, notes), escaped(wording.limits, None)))),
        colophon(assessment, wording),
    )


def _is_other(ordered: tuple[str, ...], modality: str | None) -> bool:
    return modality is not None and any(one not in ("", modality) for one in ordered)


def _studies(assessment: Assessment) -> Markdown:
    lesions = assessment.measurements.lesions
    studies = (
        ("Baseline", assessment.baseline_study, [x.phase_baseline for x in lesions]),
        ("Latest", assessment.index_study, [x.phase_index for x in lesions]),
    )
    lines = [
        escaped(f"{name}: {study_words(study)}, phases {_words(_known(phases))}")
        for name, study, phases in studies
        if study is not None
    ]
    return bullets(lines) if lines else Markdown("None on record.")


def _words(phases: tuple[Phase, ...]) -> str:
    return ", ".join(phase.value for phase in phases) or "not known"


def _asked(comparison: Comparison | None, wording: Wording) -> Markdown:
    if comparison is None or not comparison.phases:
        lines = ["Unenhanced, arterial and portal venous phases, since those before are not known."]
    else:
        lines = [f"The same phases as on {comparison.study.day}: {comparison.phase_words}."]
    if comparison is not None and comparison.unenhanced:
        lines.append(f"An unenhanced phase as well. {wording.protocol_unenhanced}")
    return bullets(map(escaped, lines))
