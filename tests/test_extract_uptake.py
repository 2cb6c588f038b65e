"""FDG uptake: which value is meant is told by codes, never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from fhir_records import amount, component, concept, observation, reasons, timeline

from rules.timeline import UptakeKind
from service.fhir.records import ObservationRecord

PEAK = component("DCM:121401", concept("DCM:126031 Peak Value Within ROI"))
MAXIMUM = component("DCM:121401", concept("SCT:56851009"))
MEAN = component("DCM:121401", concept("SCT:373098007"))
SUL = amount("4.2", "g/ml{SUVlbm}")


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (observation("u", "DCM:126402", SUL, PEAK), UptakeKind.SUL_PEAK),
        (observation("u", "DCM:126405", amount("4.2", "{SUVlbm}g/ml"), PEAK), UptakeKind.SUL_PEAK),
        (observation("u", "DCM:126401", amount("4.2", "g/ml{SUVbw}"), MAXIMUM), UptakeKind.SUV_MAX),
        (observation("u", "DCM:126402", SUL, method=concept("DCM:126031")), UptakeKind.SUL_PEAK),
    ],
    ids=["James", "Janmahasatian", "body weight", "derivation as the method"],
)
def test_uptake_is_read_with_what_it_is(record: ObservationRecord, kind: UptakeKind) -> None:
    (found,) = timeline(record).uptakes
    assert (found.kind, found.value, found.source.reference) == (
        kind,
        Decimal("4.2"),
        "Observation/u",
    )


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (
            observation("u", "DCM:126402", SUL),
            "FDG uptake: neither SULpeak nor SUVmax by its codes",
        ),
        (
            observation("u", "DCM:126402", SUL, MEAN),
            "FDG uptake: neither SULpeak nor SUVmax by its codes",
        ),
        (
            observation("u", "DCM:126401", SUL, PEAK),
            "FDG uptake: neither SULpeak nor SUVmax by its codes",
        ),
        (
            observation("u", "DCM:126402", SUL, PEAK, MAXIMUM),
            "FDG uptake: neither SULpeak nor SUVmax by its codes",
        ),
        (observation("u", "DCM:126402", SUL, PEAK, day=None), "FDG uptake: undated"),
        (observation("u", "DCM:126402", amount("4.2", ""), PEAK), "FDG uptake: no unit"),
        (observation("u", "DCM:126402", amount("4.2", "mm"), PEAK), "FDG uptake: its unit"),
    ],
    ids=[
        "which is not said",
        "mean",
        "peak by body weight",
        "both",
        "undated",
        "no unit",
        "length",
    ],
)
def test_uptake_that_cannot_be_used_is_named(record: ObservationRecord, reason: str) -> None:
    found = timeline(record)
    assert found.uptakes == ()
    assert [r for r in reasons(found) if r.startswith(reason)]
