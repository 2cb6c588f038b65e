"""Values whose contrast phase is not known, beside values of a known phase that say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.timeline import Measurement, Quantity


def contradicted(measurements: Sequence[Measurement]) -> Iterator[Measurement]:
    """What cannot be used because it may be of one phase and yet of two values.

    A size hardly depends on the phase: where one without a phase agrees with none that has one,
    neither is to be relied on. Attenuation does: only the value without a phase is left out.
    """
    if not [m for m in measurements if m.phase is None]:
        return
    groups: dict[tuple[str, str, Quantity], list[Measurement]] = {}
    for m in measurements:
        groups.setdefault((m.lesion, m.study, m.quantity), []).append(m)
    for (_, _, quantity), group in groups.items():
        known = {m.value for m in group if m.phase is not None}
        strays = [m for m in group if m.phase is None and m.value not in known]
        if known and strays:
            yield from strays if quantity is Quantity.ATTENUATION else group
