"""Which part of a curve is shown."""

import numpy as np
import pytest

from emfair.nxem.preview.frame import framed, legible
from emfair.nxem.shape import NxAxis


def axis(unit: str, *points: float) -> NxAxis:
    return NxAxis("axis_i", f"Width, long ({unit})", unit, np.array(points), None, None)


@pytest.mark.parametrize(
    ("unit", "points", "shown", "turned"),
    [
        ("mm", (2e-4, 7e-4), "nm", (200, 700)),
        ("m", (-2e-6, 5e-7), "µm", (-2, 0.5)),
        ("nm", (0, 3e6), "mm", (0, 3)),
        ("nm", (300, 900), "nm", (300, 900)),
        ("s", (0, 2), "s", (0, 2)),
        ("eV", (0, 3e6), "eV", (0, 3e6)),
        ("degree", (0, 1e-3), "degree", (0, 1e-3)),
        ("", (0, 1e-3), "", (0, 1e-3)),
    ],
)
def test_an_axis_is_written_in_a_unit_in_which_its_numbers_are_short(unit, points, shown, turned):
    found = legible(axis(unit, *points))
    assert found.long_name == f"Width, long ({shown})"
    assert found.unit == shown
    assert found.points == pytest.approx(turned)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([0, 0, 0], -1, 1),
        ([25, 25, 25], 0, 26),
        ([1, 5, 10], 0, 10.4),
        ([100, 101, 102], 99.92, 102.08),
        ([-5, 0, 5], -5.4, 5.4),
        ([np.nan, 1, np.inf], 0, 1.04),
    ],
)
def test_the_ground_is_shown_where_it_is_near(values, low, high):
    frame = framed(np.array(values, float), axis("s", 0, 1, 2), is_spectrum=False)
    assert (frame.low, frame.high) == pytest.approx((low, high))


def test_only_a_peak_at_zero_energy_makes_the_scale_logarithmic():
    energy = np.arange(500) - 50.0
    for centre, is_log in ((0.0, True), (300.0, False)):
        values = 1e6 * np.exp(-((energy - centre) ** 2)) + 10
        losses = NxAxis("axis_energy", "Energy loss (eV)", "eV", energy, 1.0, -50.0)
        assert framed(values, losses, is_spectrum=True).is_log is is_log
