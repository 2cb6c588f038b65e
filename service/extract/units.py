"""Quantities brought to one unit per family, by UCUM.

Only units that are listed here are converted; how much one is of another is asked of the UCUM
library, never written down. What UCUM itself does not define is listed as an equivalence:
`U`, `[IU]` and `[arb'U]` are three kinds of count to UCUM, because for enzymes and hormones they
are; of a tumour marker reported under one LOINC property they are the same count.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from itertools import product

from ucumvert import PintUcumRegistry

from service.extract.notes import Unusable
from service.fhir.records import Amount, Value


class Family(str, Enum):
    """Units of one kind; the value is the UCUM unit that all of the kind are brought to."""

    LENGTH = "mm"
    ATTENUATION = "[hnsf'U]"
    MASS_CONCENTRATION = "ng/mL"
    ARBITRARY_CONCENTRATION = "U/mL"
    MOLAR_CONCENTRATION = "nmol/L"
    DOSE = "mg"
    UPTAKE = "g/mL"


def _equivalent_counts() -> dict[str, str]:
    """Arbitrary units per volume, each with the unit in `U` that it counts as."""
    amounts, volumes = ("", "k", "m"), ("mL", "L")
    return {
        f"{prefix}{count}/{volume}": f"{prefix}U/{volume}"
        for prefix, count, volume in product(amounts, ("U", "[IU]", "[arb'U]"), volumes)
    }


_UPTAKE_NOTES = ("SUVbw", "SUVlbm", "SUVlbm(Janma)", "SUVlbm(James128)", "SUV", "SUL")
_NOTED = ("g/ml{{{}}}", "g/mL{{{}}}", "{{{}}}g/ml", "{{{}}}g/mL")


def _themselves(*units: str) -> dict[str, str]:
    return {unit: unit for unit in units}


# accepted UCUM code -> the code that the factor is computed from
_ACCEPTED: Mapping[Family, Mapping[str, str]] = {
    Family.LENGTH: _themselves("mm", "cm", "m", "[in_i]"),
    Family.ATTENUATION: _themselves("[hnsf'U]"),
    Family.MASS_CONCENTRATION: _themselves(
        "ng/mL", "ug/L", "ug/mL", "mg/L", "pg/mL", "ng/L", "ng/dL", "ug/dL"
    ),
    Family.ARBITRARY_CONCENTRATION: _equivalent_counts(),
    Family.MOLAR_CONCENTRATION: _themselves("nmol/L", "pmol/L", "umol/L", "nmol/mL", "pmol/mL"),
    Family.DOSE: _themselves("mg", "g", "ug"),
    # UCUM allows a note in braces anywhere; what uptake is normalised to, the code of it tells
    Family.UPTAKE: dict.fromkeys(
        ("g/mL", "g/ml", *(form.format(kind) for kind in _UPTAKE_NOTES for form in _NOTED)), "g/mL"
    ),
}

# spelling without spaces, case folded -> UCUM; none that could be read as two units ("M", "mU")
_SPELLINGS: Mapping[str, str] = {
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), "mm"),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("in", "inch", "inches"), "[in_i]"),
    **dict.fromkeys(
        ("hu", "[hu]", "{hu}", "hounsfield", "hounsfieldunit", "hounsfieldunits"), "[hnsf'U]"
    ),
    "ng/ml": "ng/mL",
    "pg/ml": "pg/mL",
    "ng/dl": "ng/dL",
    **dict.fromkeys(("ug/l", "μg/l", "mcg/l"), "ug/L"),
    **dict.fromkeys(("ug/ml", "μg/ml", "mcg/ml"), "ug/mL"),
    **dict.fromkeys(("u/ml", "unit/ml", "units/ml"), "U/mL"),
    **dict.fromkeys(("u/l", "units/l"), "U/L"),
    "ku/l": "kU/L",
    **dict.fromkeys(("iu/ml", "[iu]/ml"), "[IU]/mL"),
    **dict.fromkeys(("iu/l", "[iu]/l"), "[IU]/L"),
    **dict.fromkeys(("kiu/l", "k[iu]/l"), "k[IU]/L"),
    **dict.fromkeys(("au/ml", "[arb'u]/ml", "arb.unit/ml", "arbunit/ml"), "[arb'U]/mL"),
    "nmol/l": "nmol/L",
    "pmol/l": "pmol/L",
    **dict.fromkeys(("umol/l", "μmol/l"), "umol/L"),
    "milligram": "mg",
    "gram": "g",
    **dict.fromkeys(("μg", "mcg", "microgram"), "ug"),
}

_UNITS_KEPT = 1024
_SIGNIFICANT_DIGITS = 12  # a factor is a double: 0.9999999999999999 is 1


@cache
def _registry() -> PintUcumRegistry:
    """The UCUM library; it takes most of a second to start."""
    return PintUcumRegistry()


@cache
def _factor(unit: str, target: str) -> Decimal:
    """How many ``target`` one ``unit`` is."""
    if unit == target:
        return Decimal(1)
    registry = _registry()
    magnitude = registry.from_ucum(unit).to(registry.from_ucum(target)).magnitude
    return Decimal(f"{magnitude:.{_SIGNIFICANT_DIGITS}g}")


def _plain(value: Decimal) -> Decimal:
    """The same number without the zeros that a multiplication leaves: 53.0 is 53."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


class UnitConverter:
    """Numbers in the unit of their family, exact: 5.3 cm is 53 mm.

    A factor is asked of the UCUM library once per process, when a unit other than the family's
    first appears; ``prepare`` asks for all of them at once, before the first call is served.
    """

    def prepare(self) -> None:
        """Compute every factor now."""
        for family, accepted in _ACCEPTED.items():
            for unit in accepted.values():
                _factor(unit, family.value)

    def convert(self, amount: Amount, family: Family) -> Decimal:
        """The number of an amount in its family's unit, whatever its comparator.

        Raises:
            Unusable: no unit, a unit of another family, or a number beyond all measure.
        """
        if not amount.value.is_finite() or amount.value.adjusted() > _SIGNIFICANT_DIGITS:
            raise Unusable("the number is out of range")
        return _plain(amount.value * _to_family(amount.unit, family))

    def number(self, value: Value, family: Family) -> Decimal:
        """The number of an exact value in its family's unit.

        Raises:
            Unusable: not a plain quantity with a unit of the family.
        """
        if not isinstance(value, Amount):
            raise Unusable(_why_no_amount(value))
        if value.comparator:
            raise Unusable("a limit, kept as reported, not computed with")
        return self.convert(value, family)


@lru_cache(maxsize=_UNITS_KEPT)
def _to_family(unit: str, family: Family) -> Decimal:
    """How many of the family's unit one unit is, be it a UCUM code or a usual spelling."""
    if not unit.strip():
        raise Unusable("no unit")
    accepted = _ACCEPTED[family]
    spelling = _SPELLINGS.get("".join(unit.split()).casefold(), "")
    code = accepted.get(unit) or accepted.get(spelling)
    if code is None:
        raise Unusable(f"its unit is not one of {', '.join(accepted)}")
    return _factor(code, family.value)


def _why_no_amount(value: Value) -> str:
    if value is None:
        return "no value that could be read"
    if isinstance(value, str):
        return "a text or a range, kept as reported, not computed with"
    if isinstance(value, int) and not isinstance(value, bool):
        return "no unit"
    return "not a number with a unit"
