"""What is missing or could not be used, in words, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

from rules.clinical_facts import Known, MarkerState, Silence
from rules.features.picture import Picture
from rules.timeline import FindingKind, Lesion, Quantity, Study


def missing_data(picture: Picture) -> tuple[str, ...]:
    """Everything that would be needed to judge better, or that could not be read."""
    parts = (
        _problem_list(picture),
        _exposure(picture),
        _measurements(picture),
        _states(picture),
        _not_to_be_had(picture),
    )
    return tuple(dict.fromkeys([text for part in parts for text in part]))


def not_recorded(picture: Picture) -> tuple[str, ...]:
    """Kinds of contrary evidence that the record is silent on: not the same as their absence."""
    spoken = picture.spoken_of
    silent = {
        "a nodule within a lesion": FindingKind.NODULE not in spoken,
        "PET": picture.facts.pet == "none",
        "biopsy": picture.facts.biopsy == "none",
        "a second read": FindingKind.PROGRESSION_AFTER_REVIEW not in spoken,
    }
    return tuple([name for name, unsaid in silent.items() if unsaid])


def silence_of(picture: Picture) -> Silence:
    """What nobody has looked at, and which dates are too coarse."""
    spoken, studies = picture.spoken_of, picture.studies
    index, beside = studies.index, picture.beside
    coarse = {
        "index_age": index is not None and not index.day.exact,
        "pet": beside.pet.ambiguous,
        "local_therapy": beside.local is not None and beside.local.ambiguous,
        "marker": beside.marker.ambiguous,
    }
    return Silence(
        nodule=FindingKind.NODULE not in spoken,
        second_read=FindingKind.PROGRESSION_AFTER_REVIEW not in spoken,
        baseline_correlate=not all(_looked_for(picture, lesion) for lesion in picture.new_lesions),
        comparison=studies.baseline is None or index is None,
        index_study=index is None,
        coarse=frozenset([name for name, is_coarse in coarse.items() if is_coarse]),
        index_age_span=(index.day.latest - index.day.earliest).days if index else 0,
    )


def _looked_for(picture: Picture, lesion: Lesion) -> bool:
    """Whether somebody says of a new lesion that it was there at baseline, or was not."""
    said = picture.look.findings(FindingKind.BASELINE_CORRELATE)
    return any(finding.lesion in {lesion.id, None} for finding in said)


def _problem_list(picture: Picture) -> Iterator[str]:
    if picture.disease.liver_metastases is Known.UNKNOWN:
        yield "liver metastases on the problem list"
    if picture.disease.primary == "unknown":
        yield "primary tumour"


def _exposure(picture: Picture) -> Iterator[str]:
    named = picture.therapies.exposure.named
    if named is None:
        return
    coarse = " to the day" if named.ingredient in picture.therapies.coarse else ""
    if named.line_days is None:
        yield f"start date of {named.ingredient}{coarse}"
    if named.last_dose_days is None:
        yield f"date of the last dose of {named.ingredient}{coarse}"
    if picture.beside.local_undated is not None:
        yield "date of the liver-directed therapy"


def _measurements(picture: Picture) -> Iterator[str]:
    studies = picture.studies
    if studies.index is None:
        yield "a study of the liver with measurements"
        return
    if studies.baseline is None:
        yield "a measured baseline study of the liver"
    pairs = ((studies.baseline, "baseline"), (studies.index, "the index study"))
    known = [(study, when) for study, when in pairs if study is not None]
    for study, when in known:
        yield from _sizes(picture, study, when)
    for study, when in known:
        yield from _attenuation(picture, study, when)
    if studies.unmeasured is not None:
        yield f"measurements of the newer study of {studies.unmeasured.day}"


def _sizes(picture: Picture, study: Study, when: str) -> Iterator[str]:
    measured = picture.look.sizes(study.id)
    lacking = [lesion for lesion in picture.targets.chosen if lesion.id not in measured]
    if lacking:
        yield f"size of {_labels(lacking)} at {when} ({study.day})"
    elif not picture.targets.chosen and study is picture.studies.index:
        yield f"sizes of liver target lesions ({study.day})"


def _attenuation(picture: Picture, study: Study, when: str) -> Iterator[str]:
    if study.modality not in ("CT", None):
        return
    measured = picture.look.values(study.id, Quantity.ATTENUATION)
    lacking = [lesion for lesion in picture.targets.paired if lesion.id not in measured]
    if lacking:
        yield f"portal venous attenuation of {_labels(lacking)} at {when} ({study.day})"


def _labels(lesions: list[Lesion]) -> str:
    return " and ".join(lesion.label for lesion in lesions)


def _states(picture: Picture) -> Iterator[str]:
    if picture.facts.extrahepatic == "unknown":
        yield "extrahepatic status"
    if picture.facts.clinical == "unknown":
        yield "clinical status"
    marker, state = picture.beside.marker.marker, picture.facts.marker
    if state is MarkerState.NO_BASELINE:
        yield f"{marker} before line start"
    elif state is MarkerState.STALE:
        yield f"{marker} near the index study"
    elif state is MarkerState.ASSAY_MIXED:
        yield f"{marker} in one assay and unit"


def _not_to_be_had(picture: Picture) -> Iterator[str]:
    timeline = picture.look.timeline
    for kind in timeline.unavailable:
        yield f"{kind}: not to be had"
    for unread in timeline.unread:
        yield f"{unread.reference} could not be read: {unread.reason}"
