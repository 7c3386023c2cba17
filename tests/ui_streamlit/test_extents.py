"""How large pictures and their pixels are told to be."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.model.documents import AxisNotes, Measurement
from emfair.nxem.shape import NxAxis
from ui_streamlit.components.extents import extent, pixel_of


def axis(step, unit, size):
    return NxAxis("axis_i", f"x ({unit})", unit, np.arange(size) * (step or 1), step, 0.0)


def notes(step, unit, size=8):
    return AxisNotes(name="x", long_name="x", size=size, unit=unit, scale=step, offset=0.0)


@pytest.mark.parametrize(
    ("steps", "unit", "told"),
    [
        ((0.25, 0.25), "nm", "0.25 nm"),
        ((-0.25, 0.25), "nm", "0.25 nm"),
        ((2e-9, 4e-9), "m", "2 × 4 nm"),
        ((5.0, 2.0, 2.0), "nm", "2 nm"),
        ((900.0, 2000.0), "nm", "900 nm × 2 µm"),
        ((0.1, 0.1), "1/nm", ""),
        ((1.0, 1.0), "", ""),
        ((None, 0.25), "nm", ""),
    ],
)
def test_pixels_are_told_where_both_sides_are_lengths(steps, unit, told):
    axes = [
        AxisNotes(name="x", long_name="x", size=8, unit=unit, scale=step, offset=0.0)
        for step in steps
    ]
    assert pixel_of(Measurement.model_construct(kind="image", axes=axes)) == told


@pytest.mark.parametrize(
    ("down", "right", "told"),
    [
        ((0.5, "nm", 40), (0.5, "nm", 50), "20 × 25 nm, 0.5 nm a pixel."),
        ((0.00530241, "µm", 512), (0.00530241, "µm", 512), "2.715 × 2.715 µm, 5.302 nm a pixel."),
        ((0.00199207, "µm", 2), (0.00199207, "µm", 2), "3.984 × 3.984 nm, 1.992 nm a pixel."),
        ((5e-11, "m", 30), (5e-11, "m", 30), "1.5 × 1.5 nm, 50 pm a pixel."),
        ((2.0, "nm", 100), (4.0, "nm", 600), "200 nm × 2.4 µm, 2 × 4 nm a pixel."),
        ((0.01, "1/nm", 100), (0.01, "1/nm", 100), "1 × 1 1/nm, 0.01 1/nm a pixel."),
        ((0.5, "nm", 40), (2.0, "eV", 50), "20 nm × 100 eV."),
        ((None, "", 4), (0.5, "nm", 5), "4 × 5 pixels, not calibrated."),
    ],
)
def test_a_picture_and_its_pixels_are_told_each_in_the_unit_of_so_much(down, right, told):
    assert extent((axis(*down), axis(*right))) == told


@pytest.mark.parametrize("step", [2e-12, 5.30241e-9, 1.99207e-9, 3e-7, 1.5e-6])
def test_the_pixel_below_a_picture_has_the_unit_that_stands_among_its_values(step):
    micrometres = extent((axis(step * 1e6, "µm", 512), axis(step * 1e6, "µm", 512)))
    metres = Measurement.model_construct(kind="image", axes=[notes(step, "m", 512)] * 2)
    unit = pixel_of(metres).split()[1]
    assert micrometres.endswith(f" {unit} a pixel.")
