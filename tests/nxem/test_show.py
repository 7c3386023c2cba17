"""What people read: units by magnitude, truths, kinds in words; the table agrees with the keys."""

from __future__ import annotations

import pytest

from emfair.model.facts import Fact, Source
from emfair.nxem.keys import keys
from emfair.nxem.show import (
    adapted,
    in_parts,
    kind_in_words,
    quantity,
    show_rules,
    shown,
    with_unit,
)
from emfair.quantities import read_quantity
from emfair.units import convert
from emfair.validation.rules import rules


@pytest.mark.parametrize(
    ("key", "number", "text"),
    [
        ("acceleration_voltage", 200e3, "200 kV"),
        ("acceleration_voltage", 500.0, "0.5 kV"),
        ("acceleration_voltage", 1.2e6, "1200 kV"),
        ("acceleration_voltage", 30.0, "30 V"),
        ("field_of_view", 4e-6, "4 µm"),
        ("field_of_view", 1e-6, "1 µm"),
        ("field_of_view", 1e-10, "0.1 nm"),
        ("field_of_view", 2.5e-11, "25 pm"),
        ("dwell_time", 5e-7, "0.5 µs"),
        ("dwell_time", 2e-8, "20 ns"),
        ("dwell_time", 1e-3, "1 ms"),
        ("acquisition_time", 0.05, "50 ms"),
        ("acquisition_time", 1200.0, "1200 s"),
        ("beam_current", 2e-9, "2 nA"),
        ("camera_length", 1.2, "1.2 m"),
        ("convergence_angle", 2e-5, "20 µrad"),
        ("tilt_alpha", 0.5235987755982988, "30°"),
        ("stage_x", -1.5e-3, "-1.5 mm"),
        ("defocus", -0.0, "0 nm"),
        ("dose_rate", 3e21, "30 e/Å²/s"),
        ("dose_rate", 8.5e22, "850 e/Å²/s"),
        ("dose_rate", 5e17, "0.005 e/Å²/s"),
        ("magnification", 1e6, "1000000"),
        ("magnification", 5e4, "50000"),
    ],
)
def test_a_quantity_is_told_in_the_unit_in_which_people_say_so_much(key, number, text):
    assert quantity(key, number) == text
    assert read_quantity(text, keys()[key].unit, keys()[key].shown, key) == pytest.approx(number)


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        (4000.0, "nm", (4.0, "µm")), (4e-6, "m", (4.0, "µm")), (0.00012, "s", (120.0, "µs")),
        (0.1 + 0.2, "nm", (0.3, "nm")), (2.0, "angstrom", (0.2, "nm")), (0.02, "rad", (20, "mrad")),
        (5.4e9, "1/m", (5.4, "1/nm")), (0.8, "1/angstrom", (8.0, "1/nm")),
        (0.01, "nm**-1", (0.01, "1/nm")), (25.0, "1/(µm)", (0.025, "1/nm")),
        (7.0, "degree", (7.0, "degree")), (3.0, "min", (3.0, "min")), (5.0, "", (5.0, "")),
    ],
)  # fmt: skip
def test_a_size_is_told_in_one_unit_of_its_family(number, unit, told):
    assert adapted(number, unit) == told


@pytest.mark.parametrize("number", [0.0, float("nan")])
def test_what_has_no_magnitude_keeps_its_unit(number):
    assert adapted(number, "nm")[1] == "nm"


def test_a_unit_of_no_family_stays():
    assert adapted(1e9, "eV") == (1e9, "eV")


def fact(key: str, text: str = "", number: float | None = None, unit: str = "") -> Fact:
    return Fact(key=key, value_text=text, value_num=number, unit=unit, source=Source.FORM)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (fact("is_simulation", "False"), "no"),
        (fact("is_simulation", "true"), "yes"),
        (fact("detector", "False"), "False"),
        (fact("field_of_view", number=4e-6, unit="m"), "4 µm"),
        (fact("of_another_table", number=2.0, unit="eV"), "2 eV"),
    ],
)
def test_a_fact_is_told_as_people_read_it(said, text):
    assert shown(said) == text


@pytest.mark.parametrize(
    ("kind", "shape", "words"),
    [
        ("image_2d", (64, 64), "image"),
        ("image_4d", (8, 8, 64, 64), "4D data"),
        ("spectrum_0d", (2048,), "spectrum"),
        ("spectrum_2d", (64, 64, 2048), "spectrum image"),
        ("stack_2d", (), "stack of images"),
        ("stack_2d", (5, 64, 64), "stack of images"),
        ("stack_2d", (5, 64, 64, 2048), "stack of spectrum images"),
        ("of_another_kind", (), "of another kind"),
    ],
)
def test_kinds_are_words(kind, shape, words):
    assert kind_in_words(kind, shape) == words


def test_every_kind_that_nxem_knows_has_a_word():
    known = {name for names in rules().data_names.values() for name in names}
    assert known == set(show_rules().kinds)


def test_every_key_stands_in_one_part():
    listed = [key for members in show_rules().parts.values() for key in members]
    assert sorted(listed) == sorted([*keys(), "pixel_size"])


def test_keys_are_sorted_as_people_look_for_them():
    found = in_parts(["vendor", "strange", "detector", "technique", "stage_y", "stage_x"])
    assert list(found.items()) == [
        ("", ["technique", "detector"]),
        ("Stage", ["stage_x", "stage_y"]),
        ("Instrument", ["vendor"]),
        ("Other", ["strange"]),
    ]


def test_families_run_from_small_to_large():
    for family in show_rules().units:
        base = next(iter(family))
        sizes = [convert(1.0, unit, base) for unit in family]
        assert sizes == sorted(sizes)
        assert next(iter(family.values())) == 0


def test_a_number_is_never_longer_than_nine_figures():
    assert with_unit(1e9, "") == "1e+09"
    assert with_unit(123456789.0, "") == "123456789"
