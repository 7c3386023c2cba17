"""Curves with fewer points that look the same; energies in the unit that people use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emfair.nxem.shape import NxAxis
from emfair.service.looks.values import in_ev_or_kev, numbers_of, outline


def test_a_short_curve_stays_as_it_is():
    points, values = outline(np.arange(5.0), np.arange(5), 10)
    assert (points.tolist(), values.tolist()) == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])


@given(arrays(np.float64, st.integers(50, 400), elements=st.floats(-1e6, 1e6)), st.integers(4, 40))
def test_extremes_and_order_stay(values, most):
    points, fewer = outline(np.arange(float(len(values))), values, most)
    assert len(fewer) <= most
    assert (fewer.min(), fewer.max()) == (values.min(), values.max())
    assert (np.diff(points) > 0).all()
    assert np.array_equal(values[points.astype(int)], fewer)


def test_what_is_no_number_is_left_out_of_a_long_curve():
    values = np.full(1000, np.nan)
    values[500] = 7
    points, fewer = outline(np.arange(1000.0), values, 20)
    assert (points.tolist(), fewer.tolist()) == ([500.0], [7.0])


def test_an_axis_without_finite_places_counts():
    axis = NxAxis("axis_i", "x", "", np.array([0.0, np.nan, 2.0]), None, None)
    assert numbers_of(axis).tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("unit", "step", "told", "last"),
    [("eV", 10.0, "keV", 10.23), ("keV", 0.001, "eV", 1023.0), ("eV", 1.0, "eV", 1023.0),
     ("keV", 0.02, "keV", 20.46), ("nm", 10.0, "nm", 10230.0)],
)  # fmt: skip
def test_energies_are_told_in_ev_or_kev(unit, step, told, last):
    axis = NxAxis("axis_energy", f"Energy ({unit})", unit, step * np.arange(1024), step, 0.0)
    turned = in_ev_or_kev(axis)
    assert (turned.unit, turned.long_name) == (told, f"Energy ({told})")
    assert turned.points[-1] == pytest.approx(last)
    assert turned.scale * 1023 == pytest.approx(last)
