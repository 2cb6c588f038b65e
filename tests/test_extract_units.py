"""Units: the same quantity is the same number however it was written."""

from decimal import Decimal

import pytest
from fhir_records import amount, concept
from hypothesis import given
from hypothesis import strategies as st

from service.extract.notes import Unusable
from service.extract.units import Family, UnitConverter
from service.fhir.records import Value

UNITS = UnitConverter()


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("53", "mm", "53"),
        ("5.3", "cm", "53"),
        ("0.053", "m", "53"),
        ("2.0866", "[in_i]", "52.99964"),
        ("5.3", "centimeters", "53"),
        ("53", "MM", "53"),
        ("2", "inches", "50.8"),
    ],
)
def test_lengths_are_millimetres_to_the_last_digit(value: str, unit: str, expected: str) -> None:
    found = UNITS.number(amount(value, unit), Family.LENGTH)
    assert found == Decimal(expected)
    assert str(found) == expected


@pytest.mark.parametrize(
    "unit", ["[hnsf'U]", "HU", "hu", "[HU]", "{HU}", "Hounsfield units", "Hounsfield unit"]
)
def test_hounsfield_units_have_many_names(unit: str) -> None:
    assert UNITS.number(amount("-8.5", unit), Family.ATTENUATION) == Decimal("-8.5")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("12", "ug/L", "12"),
        ("12", "µg/L", "12"),
        ("12", "mcg/L", "12"),
        ("12", "ng/ml", "12"),
        ("0.012", "mg/L", "12"),
        ("12000", "pg/mL", "12"),
    ],
)
def test_mass_concentrations_are_ng_per_ml(value: str, unit: str, expected: str) -> None:
    assert UNITS.number(amount(value, unit), Family.MASS_CONCENTRATION) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("37", "U/mL"),
        ("37", "kU/L"),
        ("37", "[IU]/mL"),
        ("37", "k[IU]/L"),
        ("37", "IU/mL"),
        ("37", "[arb'U]/mL"),
        ("37000", "[arb'U]/L"),
        ("37000", "U/L"),
        ("37000", "mU/mL"),
    ],
)
def test_units_and_international_units_of_a_marker_are_one_count(value: str, unit: str) -> None:
    assert UNITS.number(amount(value, unit), Family.ARBITRARY_CONCENTRATION) == 37


@pytest.mark.parametrize(
    ("value", "unit", "family", "expected"),
    [
        ("4200", "pmol/L", Family.MOLAR_CONCENTRATION, "4.2"),
        ("0.4", "g", Family.DOSE, "400"),
        ("400", "mg", Family.DOSE, "400"),
    ],
)
def test_moles_and_doses(value: str, unit: str, family: Family, expected: str) -> None:
    assert UNITS.number(amount(value, unit), family) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "family"),
    [
        pytest.param(amount("53", ""), Family.LENGTH, id="no unit"),
        pytest.param(amount("53", "  "), Family.LENGTH, id="blank unit"),
        pytest.param(amount("53", "HU"), Family.LENGTH, id="unit of another family"),
        pytest.param(amount("53", "furlong"), Family.LENGTH, id="unknown unit"),
        pytest.param(amount("53", "M"), Family.LENGTH, id="a spelling of two meanings"),
        pytest.param(amount("12", "U/mL"), Family.MASS_CONCENTRATION, id="units for a mass"),
        pytest.param(amount("12", "MU/mL"), Family.ARBITRARY_CONCENTRATION, id="mega or milli"),
        pytest.param(amount("53", "mm", "<"), Family.LENGTH, id="a limit"),
        pytest.param(amount("1E+400", "mm"), Family.LENGTH, id="beyond all measure"),
        pytest.param(amount("NaN", "mm"), Family.LENGTH, id="not a number"),
        pytest.param("53 mm", Family.LENGTH, id="text"),
        pytest.param(53, Family.LENGTH, id="integer"),
        pytest.param(True, Family.LENGTH, id="boolean"),
        pytest.param(concept(text="large"), Family.LENGTH, id="concept"),
        pytest.param(None, Family.LENGTH, id="nothing"),
    ],
)
def test_what_is_no_plain_quantity_is_refused_without_its_value(
    value: Value, family: Family
) -> None:
    with pytest.raises(Unusable) as refusal:
        UNITS.number(value, family)
    assert str(refusal.value)
    assert "53" not in str(refusal.value)


@given(st.decimals(min_value=0, max_value=1000, places=4))
def test_centimetres_and_millimetres_of_one_length_are_equal(cm: Decimal) -> None:
    in_cm = UNITS.number(amount(str(cm), "cm"), Family.LENGTH)
    assert in_cm == UNITS.number(amount(str(cm * 10), "mm"), Family.LENGTH)


def test_prepared_in_advance_it_converts_the_same() -> None:
    prepared = UnitConverter()
    prepared.prepare()
    assert prepared.number(amount("5.3", "cm"), Family.LENGTH) == 53
