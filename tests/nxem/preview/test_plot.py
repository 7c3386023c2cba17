"""Curves and spectra: what stands out of them, and what is left out."""

import numpy as np

from emfair.vendor.signal import Axis
from tests.nxem.preview.seen import grey

RANDOM = np.random.default_rng(0)


def test_a_curve_says_what_its_values_are(preview):
    data = RANDOM.random(100)
    plain, told = preview(data), preview(data, quantity="Temperature (°C)")
    rows = np.flatnonzero((grey(plain) != grey(told)).any(axis=1))
    assert rows.size
    assert rows.max() < 22, "above the curve"


def test_a_curve_over_energy_goes_up_where_the_peak_is(preview):
    data = np.zeros(400)
    data[300] = 1.0
    image = grey(preview(data, Axis("Energy", 400, "eV", 2.0)))
    assert abs(high(image).mean() - place(0.75)) < 4


def high(image) -> np.ndarray:
    """Return the columns where a curve is in the upper part of its plot."""
    return np.flatnonzero((image[24:60, 50:] < 150).any(axis=0)) + 50


def place(part: float) -> float:
    return 46 + part * (467 - 46)


def x_rays(noise: float, width: float = 0.04) -> np.ndarray:
    """Return counts over 20 keV: noise around zero, lines at 1.7 and 8 keV."""
    energy = np.arange(2048) * 0.01 - 0.2
    counts = noise * np.exp(-((energy / width) ** 2)) + 1
    for line, height in ((1.74, 500), (8.04, 120)):
        counts += height * np.exp(-(((energy - line) / 0.05) ** 2))
    return np.rint(counts)


def test_an_x_ray_spectrum_is_scaled_to_its_lines_not_to_the_zero_peak(preview):
    axis = Axis("Energy", 2048, "keV", 0.01, -0.2)
    with_noise, without = (grey(preview(x_rays(noise), axis)) for noise in (1e6, 0))
    assert np.array_equal(with_noise[:, 60:], without[:, 60:])
    assert (high(with_noise)[-10:] > 60).any()


def test_the_slope_of_a_broad_zero_peak_is_left_out_too(preview):
    axis = Axis("Energy", 2048, "keV", 0.01, -0.2)
    image = grey(preview(x_rays(1e6, 0.12), axis))
    assert (high(image) > 60).any()


def test_the_map_of_an_x_ray_image_leaves_the_zero_peak_out(preview):
    axes = [Axis("y", 4, "nm"), Axis("x", 4, "nm"), Axis("Energy", 2048, "keV", 0.01, -0.2)]
    data = np.zeros((4, 4, 2048))
    data[0, 0, 20], data[3, 3, 194] = 1e6, 5
    image = grey(preview(data, *axes))
    shown = image[:240, 120:360]
    assert shown[225, 225] == 255
    assert shown[10, 10] == 0


def test_plasmons_are_seen_beside_the_zero_loss_peak(preview):
    energy = np.arange(1000) * 0.2 - 20
    data = 1e7 * np.exp(-(energy**2)) + 1e4 * np.exp(-(((energy - 20) / 4) ** 2)) + 10
    image = grey(preview(data, Axis("Energy loss", 1000, "eV", 0.2, -20)))
    column = image[:200, int(place(200 / 1000))]
    assert column.argmin() < 130, "half way up, where a linear scale would leave it on the ground"
