"""The assessment as JSON: what ``assess --format json`` prints and other programs read."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rules.assessment import Assessment, ItemKind, Settles
from rules.explain import ConditionReading, Explanation

JsonObject = dict[str, Any]


def as_json(assessment: Assessment) -> JsonObject:
    """One JSON object. Sums in mm, attenuation in HU, changes in per cent with one decimal."""
    concordant = assessment.codes(ItemKind.CONCORDANT)
    return {
        "grade": assessment.grade.value,
        "label": assessment.label,
        "outcome": assessment.outcome.value,
        "because": assessment.because,
        "as_of": assessment.as_of.isoformat(),
        "primary": assessment.primary,
        "agent": assessment.agent,
        "tier": assessment.tier,
        "urgent": assessment.urgent,
        "exclusions": list(assessment.codes(ItemKind.EXCLUSION)),
        "obstacles": list(assessment.codes(ItemKind.OBSTACLE)),
        "confounders": list(assessment.codes(ItemKind.CONFOUNDER)),
        "majors": list(assessment.codes(ItemKind.MAJOR)),
        "minors": list(assessment.codes(ItemKind.MINOR)),
        "patterns": list(assessment.codes(ItemKind.PATTERN)),
        "caps": list(assessment.codes(ItemKind.CAP)),
        "flags": list(assessment.codes(ItemKind.FLAG)),
        "concordance": {"count": len(concordant), "items": list(concordant)},
        "marker": {"name": assessment.marker, "state": assessment.marker_state},
        "reasons": list(assessment.reasons),
        "missing": list(assessment.missing),
        "not_recorded": list(assessment.not_recorded),
        "remarks": list(assessment.remarks),
        "measurements": _measurements(assessment),
        "baseline_study": assessment.baseline_study.id if assessment.baseline_study else None,
        "index_study": assessment.index_study.id if assessment.index_study else None,
        "evidence": list(assessment.evidence),
        "rulebook": {"version": assessment.rulebook.version, "hash": assessment.rulebook.hash},
        "criteria": [asdict(criterion) for criterion in assessment.criteria],
        "settles": list(map(_settles, assessment.settles)),
        "trace": [{"rule": f.rule, "facts": list(f.facts)} for f in assessment.trace],
    }


def explanation_as_json(explanation: Explanation) -> JsonObject:
    """Every rule with its truth ("true", "false", "unknown"), and what would change the grade."""
    return {
        "rules": [
            {
                "rule": reading.rule,
                "page": reading.page,
                "truth": reading.truth.value,
                "conditions": list(map(_condition, reading.conditions)),
            }
            for reading in explanation.readings
        ],
        "settles": list(map(_settles, explanation.settles)),
    }


def _condition(reading: ConditionReading) -> JsonObject:
    read = {"asks": reading.text, "value": reading.value, "truth": reading.truth.value}
    if reading.threshold is None:
        return read
    return {**read, "threshold": asdict(reading.threshold)}


def _settles(settles: Settles) -> JsonObject:
    options = [
        {"value": o.value, "words": o.words, "grade": o.grade.value} for o in settles.options
    ]
    return {"datum": settles.datum, "name": settles.name, "options": options}


def _measurements(assessment: Assessment) -> JsonObject:
    m = assessment.measurements
    return {
        "sld_mm": _course(m.sld_baseline, m.sld_nadir, m.sld_index),
        "hu": _course(m.hu_baseline, m.hu_nadir, m.hu_index),
        "growth_pct": _percent(m.growth_pct),
        "hu_change_pct": _percent(m.hu_change_pct),
        "recist_1_1": m.recist_1_1,
        "choi_2007": m.choi_2007,
        "lesions": [
            {
                "id": lesion.id,
                "label": lesion.label,
                "site": lesion.site,
                "new": lesion.new,
                "target": lesion.target,
                "mm": [_number(lesion.mm_baseline), _number(lesion.mm_index)],
                "hu": [_number(lesion.hu_baseline), _number(lesion.hu_index)],
                "phase": [
                    phase.value if phase else None
                    for phase in (lesion.phase_baseline, lesion.phase_index)
                ],
            }
            for lesion in m.lesions
        ],
    }


def _course(
    baseline: Decimal | None, nadir: Decimal | None, index: Decimal | None
) -> dict[str, float | int | None]:
    return {"baseline": _number(baseline), "nadir": _number(nadir), "index": _number(index)}


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else round(float(value), 2)


def _percent(value: float | None) -> float | str | None:
    """One decimal; growth from nothing has no number in JSON and is said in words."""
    if value is None:
        return None
    return "from nothing" if value == float("inf") else round(value, 1)
