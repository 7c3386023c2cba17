"""Quantities as people type them."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import BadAnnotations
from emfair.nxem.keys import keys
from emfair.nxem.show import pint_name
from emfair.quantities import read_quantity
from emfair.units import convert, pint_unit


@pytest.mark.parametrize(
    ("text", "si", "value"),
    [("200 kV", "V", 2e5), ("1.2nm", "m", 1.2e-9), ("24.95°", "rad", math.radians(24.95)),
     ("−3 µm", "m", -3e-6), ("1e-3 A", "A", 1e-3), (".5 s", "s", 0.5), ("225000", "", 225000),
     ("3e5 1/(nm^2*s)", "1/(m^2*s)", 3e23)],
)  # fmt: skip
def test_what_a_person_types_becomes_si(text, si, value):
    assert read_quantity(text, si, "kV", "field") == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [("200", "no unit"), ("200 furlongs?", "unknown unit"), ("kV", "not a quantity"),
     ("", "not a quantity"), ("200 nm", "cannot be turned"), ("1,5 kV", "not a quantity"),
     ("nan kV", "not a quantity"), ("200 kV and more", "unknown unit")],
)  # fmt: skip
def test_what_is_no_quantity_names_the_field_and_shows_an_example(text, says):
    with pytest.raises(BadAnnotations, match=says) as caught:
        read_quantity(text, "V", "kV", "measurement.acceleration_voltage")
    assert caught.value.subject == "measurement.acceleration_voltage"
    assert "kV" in caught.value.remedy


def test_every_keys_unit_can_be_shown_and_read_back():
    for key in keys().values():
        if key.kind == "number" and key.unit:
            shown = pint_unit(pint_name(key.shown))
            assert shown, key.key
            there = convert(3.0, key.unit, shown)
            assert read_quantity(f"{there!r} {key.shown}", key.unit, "", "") == pytest.approx(3.0)


DOSE_RATE, DOSE = "1/(m^2*s)", "1/m^2"


@pytest.mark.parametrize(
    ("text", "si", "value"),
    [
        ("30 e/Å^2/s", DOSE_RATE, 3e21),
        ("30 e-/Å²/s", DOSE_RATE, 3e21),
        ("30e/Å²/s", DOSE_RATE, 3e21),
        ("3e1 e⁻/Å²s", DOSE_RATE, 3e21),
        ("30 e⁻/(Å²·s)", DOSE_RATE, 3e21),
        ("30 e^-/\u212b^2 s", DOSE_RATE, 3e21),
        ("30 e⁻ Å⁻² s⁻¹", DOSE_RATE, 3e21),
        ("30 e/A^2/s", DOSE_RATE, 3e21),
        ("30 electrons per Å² per s", DOSE_RATE, 3e21),
        ("30 e/s/Å^2", DOSE_RATE, 3e21),
        ("30 1/A^2/s", DOSE_RATE, 3e21),
        ("3000 e/nm^2/s", DOSE_RATE, 3e21),
        ("3000 el/nm2/s", DOSE_RATE, 3e21),
        ("3 e/nm²/ms", DOSE_RATE, 3e21),
        ("3000 1/(nm^2*s)", DOSE_RATE, 3e21),
        ("30 e/Å^2", DOSE, 3e21),
        ("30 e⁻/nm²", DOSE, 3e19),
    ],
)
def test_electrons_per_area_are_counted_and_a_is_the_angstrom_there(text, si, value):
    assert read_quantity(text, si, "1/(nm^2*s)", "field") == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "si", "value"),
    [("3 A", "A", 3.0), ("200 pA", "A", 2e-10), ("1.5 mA", "A", 1.5e-3), ("2 e/s", "A", 3.204e-19)],
)
def test_for_currents_a_is_the_ampere_and_e_the_elementary_charge(text, si, value):
    assert read_quantity(text, si, "pA", "field") == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "si"),
    [("30 e", DOSE_RATE), ("30 e/Å^2", DOSE_RATE), ("30 e/Å^2/s", DOSE), ("30 A/m^2", DOSE_RATE),
     ("30 e/px/s", DOSE_RATE), ("30 e/Å/s", DOSE_RATE), ("30 e Å^2 s", DOSE_RATE), ("3 A", "m"),
     ("30 e/Å^2/s", "A"), ("20 kx", "V"), ("20 e/Å^2/s", ""), ("30 e Å-2 s", DOSE_RATE)],
)  # fmt: skip
def test_what_is_something_else_is_refused_whatever_its_letters(text, si):
    with pytest.raises(BadAnnotations, match=r"cannot be turned|unknown unit"):
        read_quantity(text, si, "pA", "field")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20 kx", 2e4),
        ("20kX", 2e4),
        ("20 K X", 2e4),
        ("20k×", 2e4),
        ("20k", 2e4),
        ("2 Mx", 2e6),
        ("1.5 Mx", 1.5e6),
        ("20,000x", 2e4),
        ("1,250,000", 1.25e6),
        ("20 000 ×", 2e4),
        ("20\u202f000x", 2e4),
        ("20 000", 2e4),
        ("20000 x", 2e4),
    ],
)
def test_a_magnification_is_typed_as_it_stands_on_micrographs(text, value):
    assert read_quantity(text, "", "", "field") == value


@pytest.mark.parametrize(
    ("text", "si", "instead"),
    [
        ("3,5 °", "rad", "write 3.5 °."),
        ("1,5 kV", "V", "write 1.5 kV."),
        ("1,500 V", "V", "write 1.500 V or 1500 V."),
        ("0,500 V", "V", "write 0.500 V."),
        ("1,234,567 V", "V", "write 1234567 V."),
        ("1,500 kx", "", "write 1.500 kx or 1500 kx."),
        ("1,5 kx", "", "write 1.5 kx."),
        ("20,00", "", "write 20.00."),
        ("1,000,00", "", "write 100000."),
    ],
)
def test_a_comma_is_refused_and_what_to_write_is_told(text, si, instead):
    with pytest.raises(BadAnnotations, match="not a quantity") as caught:
        read_quantity(text, si, "", "field")
    assert instead in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "si", "question"),
    [
        ("200 kv", "V", "Did you mean kV?"),
        ("200 KV", "V", "Did you mean kV?"),
        ("5 NM", "m", "Did you mean nm?"),
        ("50 pa", "A", "Did you mean pA?"),
        ("5 MM", "m", "Did you mean mm?"),
        ("5 MRAD", "rad", "Did you mean mrad?"),
    ],
)
def test_a_unit_in_other_capitals_is_asked_about_and_never_guessed(text, si, question):
    with pytest.raises(BadAnnotations) as caught:
        read_quantity(text, si, "kV", "field")
    assert caught.value.remedy == f"{question} Write a number and its unit, like '1.5 kV'."


def test_nothing_is_asked_where_capitals_are_not_what_is_wrong():
    with pytest.raises(BadAnnotations) as caught:
        read_quantity("200 nm", "V", "kV", "field")
    assert "mean" not in caught.value.remedy


@given(st.text("30 eA1Åmns/^()*-²⁻·,xkM", max_size=60), st.sampled_from([DOSE_RATE, "A", ""]))
def test_whatever_is_typed_is_a_number_or_told_to_be_none(text, si):
    with suppress(BadAnnotations):
        assert isinstance(read_quantity(text, si, "", "field"), float)
