"""Where everything came from: resource references by the kind of fact they stand behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.features.picture import Picture
from rules.features.studies import Compared
from rules.timeline import FindingKind, Lesion, Measurement, Quantity, Source, Timeline

_OF_NEW_LESIONS = (
    FindingKind.CHANGE_FROM_PRIOR,
    FindingKind.LESION_CHARACTER,
    FindingKind.BASELINE_CORRELATE,
)
_OF_STUDIES = tuple(
    f"flag:{code}"
    for code in ("PHASE", "MODALITY", "SLICE", "BASELINE_OLD", "SMALL", "MISSING_TARGET")
)


def sources_by_kind(picture: Picture) -> Mapping[str, tuple[str, ...]]:
    """The references behind each kind of fact that the rules fire on."""
    beside, therapies = picture.beside, picture.therapies
    leading = therapies.leading
    studies = _study_sources(picture.studies)
    targets = _measurements_of(picture, picture.targets.chosen)
    sizes = _references(targets, Quantity.LONG_AXIS)
    attenuations = _references(targets, Quantity.ATTENUATION)
    return {
        "patient": picture.disease.sources,
        "therapy": tuple([s for line in therapies.lines.values() for s in line.sources]),
        "line": leading.sources if leading else (),
        "study": studies,
        "growth": sizes,
        "criteria": sizes,
        "attenuation": attenuations,
        "liver": _liver(picture),
        "elsewhere": beside.elsewhere.sources,
        "pet": beside.pet.sources,
        "marker": beside.marker.sources,
        "biopsy": beside.biopsy.sources,
        "clinical": beside.clinical.sources,
        "course": (*beside.after_review.sources, *sizes),
        "local_therapy": _local(picture),
        "morphology": beside.chun.sources,
        "flag:HAEMORRHAGE": (
            *_stated(picture, FindingKind.HAEMORRHAGE),
            *attenuations,
        ),
        "flag:STEATOSIS": (*_stated(picture, FindingKind.STEATOSIS), *_normal_liver(picture)),
        "flag:DOSE_GAP": leading.sources if leading else (),
        **dict.fromkeys(_OF_STUDIES, studies),
    }


def evidence_of(sources: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Every resource that was reasoned from, once each, in a stable order."""
    return tuple(sorted(set().union(*sources.values())))


def remarks_of(picture: Picture, evidence: Iterable[str]) -> tuple[str, ...]:
    """How things were read, for those that the assessment rests on."""
    used = set(evidence)
    timeline = picture.look.timeline
    notes = [f"{s.reference}: {s.note}" for s in _noted(timeline) if s.reference in used]
    presumed = ["Liver metastases are presumed from measured liver lesions."]
    return tuple(
        dict.fromkeys((*timeline.remarks, *(presumed if picture.disease.presumed else ()), *notes))
    )


def _noted(timeline: Timeline) -> list[Source]:
    """The sources of what was read with a remark."""
    kinds = (timeline.therapies, timeline.measurements, timeline.findings, timeline.markers)
    return [fact.source for facts in kinds for fact in facts if fact.source.note]


def _study_sources(studies: Compared) -> tuple[str, ...]:
    pair = (studies.baseline, studies.index)
    return tuple([study.id for study in pair if study is not None and study.recorded])


def _measurements_of(picture: Picture, lesions: Iterable[Lesion]) -> list[Measurement]:
    """The measurements of some lesions at the studies that are followed."""
    ids = {lesion.id for lesion in lesions}
    if not ids:
        return []
    studies = {study.id for study in picture.studies.followed}
    measured = picture.look.timeline.measurements
    return [m for m in measured if m.lesion in ids and m.study in studies]


def _references(measured: Iterable[Measurement], quantity: Quantity) -> tuple[str, ...]:
    """The references of the measurements of one quantity, each once."""
    return tuple(dict.fromkeys([m.source.reference for m in measured if m.quantity is quantity]))


def _normal_liver(picture: Picture) -> tuple[str, ...]:
    regions = [lesion for lesion in picture.look.timeline.lesions if lesion.reference_region]
    return _references(_measurements_of(picture, regions), Quantity.ATTENUATION)


def _liver(picture: Picture) -> tuple[str, ...]:
    new = {lesion.id for lesion in picture.new_lesions}
    findings = picture.look.findings_of(_OF_NEW_LESIONS)
    said = [ref for refs in picture.findings.values() for ref in refs]
    described = [f.source.reference for f in findings if f.lesion in new]
    measured = [m.source.reference for m in _measurements_of(picture, picture.new_lesions)]
    return tuple(dict.fromkeys([*said, *described, *measured]))


def _stated(picture: Picture, kind: FindingKind) -> tuple[str, ...]:
    return tuple([f.source.reference for f in picture.look.findings(kind) if f.value == "present"])


def _local(picture: Picture) -> tuple[str, ...]:
    parts = (picture.beside.local, picture.beside.local_undated)
    return tuple([ref for part in parts if part is not None for ref in part.sources])
