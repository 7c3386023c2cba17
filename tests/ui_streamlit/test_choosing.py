"""Sliders stop at places of an axis, however many it has."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.nxem.shape import NxAxis
from ui_streamlit.components.choosing import stops, value_at


@pytest.mark.parametrize("size", [2, 3, 1999, 2000, 2001, 4096, 1_000_000])
def test_few_stops_and_both_ends_among_them(size):
    found = stops(size)
    assert (found[0], found[-1]) == (0, size - 1)
    assert len(found) <= 2001
    assert found == sorted(set(found))


def test_a_place_is_told_in_the_axis_own_unit():
    axis = NxAxis("axis_i", "x (nm)", "nm", np.array([-1.5, np.inf]), None, None)
    assert value_at(axis, 0) == "\N{MINUS SIGN}1.5 nm"
    assert value_at(axis, 1) == "1"


def test_short_lengths_are_told_in_a_unit_that_fits():
    axis = NxAxis("axis_i", "x (µm)", "µm", 0.001 * np.arange(40), 0.001, 0.0)
    assert value_at(axis, 39) == "39 nm"


@pytest.mark.parametrize(
    ("unit", "step", "told"),
    [
        ("pm", 49.8, "1.992 nm"),  # beside a picture that is told in nm
        ("cm", 0.01606, "0.6424 mm"),  # a camera of a .blo
        ("angstrom", 2.0, "8 nm"),
        ("1/angstrom", 0.01, "4 1/nm"),
    ],
)
def test_a_place_is_told_in_the_unit_of_pictures(unit, step, told):
    axis = NxAxis("axis_i", f"x ({unit})", unit, step * np.arange(41), step, 0.0)
    at = 4 if unit == "cm" else 40
    assert value_at(axis, at) == told
