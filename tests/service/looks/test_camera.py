"""Detectors are placed in the unit of the camera's axes."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.nxem.shape import NxAxis
from emfair.service.looks import PIXELS, camera_of


def axis(unit="1/nm", scale=0.1, offset=-1.0, size=20):
    points = (offset or 0.0) + (scale or 1.0) * np.arange(size)
    return NxAxis("axis_i", f"k ({unit})", unit, points, scale, offset)


def test_places_and_lengths_are_in_the_axes_unit():
    camera = camera_of(axis(offset=-2.0), axis(offset=-1.0))
    assert (camera.unit, camera.step) == ("1/nm", pytest.approx(0.1))
    assert camera.down.value(3) == pytest.approx(-1.7)
    assert camera.across.pixel(0.0) == pytest.approx(10.0)


def test_radians_become_what_people_use():
    camera = camera_of(axis("rad", 0.0005, -0.01, 64), axis("rad", 0.0005, -0.01, 64))
    assert (camera.unit, camera.step) == ("mrad", pytest.approx(0.5))
    assert camera.across.value(10) == pytest.approx(-5.0)


def test_an_axis_that_runs_backwards_has_places_and_a_length():
    camera = camera_of(axis(scale=-0.1, offset=1.0), axis())
    assert camera.down.pixel(camera.down.value(7.5)) == pytest.approx(7.5)
    assert camera.step > 0


@pytest.mark.parametrize(
    ("down", "across"),
    [(axis(""), axis("")), (axis("1/nm"), axis("mrad")), (axis(scale=0.2), axis()),
     (axis(scale=None), axis()), (axis(scale=0.0), axis())],
)  # fmt: skip
def test_what_is_not_alike_stays_in_pixels(down, across):
    camera = camera_of(down, across)
    assert (camera.unit, camera.step, camera.across.value(4)) == (PIXELS, 1.0, 4.0)
