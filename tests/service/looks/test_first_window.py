"""A background is fitted before an edge to begin with, and across none."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.nxem.shape import NxAxis, shape_of
from emfair.nxem.views import spectral_axis
from emfair.service.looks import Curve, background_of, can_be_fitted, edges_of, first_window
from emfair.service.looks.background import usual_window
from emfair.service.looks.values import numbers_of
from emfair.vendor.read import read_signals

ENERGIES = 300.0 + np.arange(1200)


def spectrum(*edges, energies=ENERGIES, exponent=3.0, counts=2e4, unit="eV", seed=1):
    """Make a spectrum of losses with some `edges`: onsets and heights above the background."""
    law = counts * (energies / energies[0]) ** -exponent
    for onset, height in edges:
        law = law + height * law * (energies >= onset) * (energies / onset) ** -0.5
    step = energies[1] - energies[0]
    factor = 1e-3 if unit == "keV" else 1.0
    axis = NxAxis("axis_energy", f"E ({unit})", unit, energies * factor, step * factor, 0.0)
    values = np.random.default_rng(seed).poisson(law)
    return Curve(values, axis, axis.points)


def ends_of(curve, window, unit=1.0):
    return curve.points[window.start] * unit, curve.points[window.stop - 1] * unit


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("height", [0.2, 0.6, 2.0])
@pytest.mark.parametrize("onset", [440.0, 532.0, 708.0, 1000.0])
def test_an_edge_that_is_seen_lies_right_behind_the_first_window(onset, height, seed):
    curve = spectrum((onset, height), seed=seed)
    found = first_window(curve)
    first, last = ends_of(curve, found.window)
    assert 0.9 * onset < last < onset
    assert first < 0.85 * last
    assert found.reason == "To begin with it ends before a rise of the spectrum."
    assert background_of(curve, found.window).doubt == ""


def test_the_usual_window_would_have_lain_across_the_edge():
    curve = spectrum((460.0, 0.6))
    first, last = ends_of(curve, usual_window(curve.axis))
    assert first < 460.0 < last
    assert "An edge" in background_of(curve, usual_window(curve.axis)).doubt


@pytest.mark.parametrize("unit", ["eV", "keV"])
def test_a_known_edge_is_gone_before_even_where_it_is_hardly_seen(unit):
    curve = spectrum((708.0, 0.01), (1100.0, 0.5), unit=unit)
    found = first_window(curve, edges_of(["Fe"]))
    _, last = ends_of(curve, found.window, {"eV": 1.0, "keV": 1e3}[unit])
    assert 680 < last < 708
    assert found.reason == "To begin with it ends before the edge Fe L3, which is hardly seen."


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("symbols", [["Fe", "O"], ["Fe", "O", "Ti", "Ag", "Cr", "V"]])
def test_of_known_edges_the_first_that_is_seen_is_gone_before(symbols, seed):
    curve = spectrum((532.0, 0.003), (708.0, 0.3), seed=seed)
    found = first_window(curve, edges_of(symbols))
    _, last = ends_of(curve, found.window)
    assert 680 < last < 708
    assert found.reason == "To begin with it ends before the edge Fe L3."
    assert background_of(curve, found.window).doubt == ""


def test_before_an_edge_where_less_follows_nothing_is_fitted():
    energies = 50.0 + 0.25 * np.arange(900)
    curve = spectrum((134.0, -0.3), (200.0, 0.6), energies=energies, counts=1e6)
    found = first_window(curve, edges_of(["Sr"]))
    _, last = ends_of(curve, found.window)
    assert 180 < last < 200
    assert found.reason == "To begin with it ends before a rise of the spectrum."


def test_a_known_edge_before_which_another_lies_is_not_gone_before():
    curve = spectrum((532.0, 0.6), (640.0, 0.6))
    found = first_window(curve, edges_of(["Mn"]))
    first, last = ends_of(curve, found.window)
    assert not first < 532.0 <= last
    assert not first < 640.0 <= last
    assert background_of(curve, found.window).doubt == ""


def test_no_known_edge_lies_in_a_window_that_ends_before_another():
    curve = spectrum((600.0, 0.6), (708.0, 0.005), (779.0, 0.5))
    found = first_window(curve, edges_of(["Fe", "Co"]))
    _, last = ends_of(curve, found.window)
    assert 540 < last < 600
    assert found.reason == "To begin with it ends before a rise of the spectrum."


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_edge(seed):
    curve = spectrum(counts=60, exponent=1.5, seed=seed)
    assert first_window(curve).reason == ""


@pytest.mark.parametrize("exponent", [2.0, 3.0, 5.0])
def test_without_an_edge_it_is_early_and_fits(exponent):
    curve = spectrum(exponent=exponent, counts=1e6)
    found = first_window(curve)
    assert found.reason == ""
    assert found.window.stop <= len(ENERGIES) // 3
    assert background_of(curve, found.window).doubt == ""


def test_where_counts_end_early_it_ends_before():
    curve = spectrum(counts=1e5)
    curve.values[curve.points > 420] = 0
    found = first_window(curve)
    _, last = ends_of(curve, found.window)
    assert 380 < last <= 420
    assert background_of(curve, found.window).doubt == ""


def test_plasmons_are_no_edges():
    energies = 5.0 + 0.25 * np.arange(600)
    plasmon = 1e3 * np.exp(-0.5 * ((energies - 35) / 2.5) ** 2)
    values = 1e6 * energies**-2.0 * np.where(energies > 99, 1.5, 1.0) + plasmon
    axis = NxAxis("axis_energy", "E (eV)", "eV", energies, 0.25, 5.0)
    curve = Curve(values, axis, energies)
    _, last = ends_of(curve, first_window(curve).window)
    assert 88 < last < 99


def test_where_no_power_law_fits_it_is_said():
    rising = Curve(np.linspace(100, 900, 1200), spectrum().axis, ENERGIES)
    found = first_window(rising)
    assert found == (usual_window(rising.axis), "No window before an edge was found.")
    assert "No background falls like that" in background_of(rising, found.window).doubt


@pytest.mark.parametrize("size", [5, 8, 40, 1201, 5000])
@pytest.mark.parametrize("fill", [0.0, np.nan, -3.0, 7.0])
def test_whatever_a_spectrum_is_there_is_a_window(size, fill):
    axis = NxAxis("axis_energy", "E (eV)", "eV", 1.0 + np.arange(size), 1.0, 1.0)
    found = first_window(Curve(np.full(size, fill), axis, axis.points), edges_of(["C", "O"]))
    assert can_be_fitted(axis, found.window)


@pytest.mark.parametrize("seen", [5, 40, 60])
@pytest.mark.parametrize("size", [200, 10_200])
@pytest.mark.parametrize("edges", [(), edges_of(["C", "O"])])
def test_whatever_of_it_lies_above_0_there_is_a_window(size, seen, edges):
    axis = NxAxis("axis_energy", "E (eV)", "eV", np.arange(size) - size + seen + 1.0, 1.0, 0.0)
    curve = Curve(np.full(size, 7.0), axis, axis.points)
    assert can_be_fitted(axis, first_window(curve, edges).window)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("symbols", "reason"), [(["C"], "the edge C K."), ([], "a rise of the spectrum.")]
)
@pytest.mark.parametrize("size", [2048, 4096])
def test_before_the_first_of_two_edges_however_many_channels_follow(size, symbols, reason, seed):
    curve = spectrum((284.0, 0.6), (532.0, 0.6), energies=1.0 + np.arange(size), counts=5e11,
                     exponent=3.0, seed=seed)  # fmt: skip
    found = first_window(curve, edges_of(symbols))
    first, last = ends_of(curve, found.window)
    assert 200 < first < 0.85 * last
    assert 260 < last < 284
    assert found.reason == f"To begin with it ends before {reason}"
    assert background_of(curve, found.window).doubt == ""


@pytest.mark.parametrize("dead", [1, 5, 20])
def test_dead_channels_are_no_edge_and_hide_none(dead):
    whole = spectrum((532.0, 0.6))
    values = whole.values.astype(float)
    values[np.random.default_rng(2).choice(300, dead, replace=False)] = np.nan
    curve = Curve(values, whole.axis, whole.points)
    found = first_window(curve)
    _, last = ends_of(curve, found.window)
    assert 0.9 * 532 < last < 532
    assert found.reason == "To begin with it ends before a rise of the spectrum."
    assert background_of(curve, found.window).doubt == ""


def test_plasmons_alone_have_no_window_before_an_edge():
    axis = NxAxis("axis_energy", "E (eV)", "eV", 0.05 * np.arange(1.0, 961.0), 0.05, 0.05)
    curve = Curve(1e6 * axis.points**-2.0 * np.where(axis.points > 44, 2, 1), axis, axis.points)
    assert first_window(curve) == (usual_window(axis), "")


def test_of_long_spectra_the_window_is_as_exact():
    curve = spectrum((532.0, 0.5), energies=300.0 + 0.05 * np.arange(20_000), counts=3e3)
    _, last = ends_of(curve, first_window(curve).window)
    assert 0.9 * 532 < last < 532


def real(file):
    """Return the sum of a file's spectra."""
    (signal,) = read_signals(file)
    shape = shape_of(signal)
    spectral = spectral_axis(shape)
    values = np.moveaxis(np.asarray(shape.arranged(signal.data)), spectral, -1).astype("f8")
    axis = shape.axes[spectral]
    return Curve(values.reshape(-1, values.shape[-1]).sum(axis=0), axis, numbers_of(axis))


def test_a_real_spectrum_image_of_an_oxide_begins_before_its_oxygen(corpus):
    curve = real(corpus / "dm4_3D_data/EELS_SI.dm4")
    first, last = ends_of(curve, usual_window(curve.axis))
    assert first < 532 < last
    assert "An edge may lie in it" in background_of(curve, usual_window(curve.axis)).doubt
    for symbols in ((), ("O",), ("Ag", "Al", "C", "Cu", "O", "Pd", "Ti")):
        window = first_window(curve, edges_of(symbols)).window
        first, last = ends_of(curve, window)
        assert 380 < first < last < 532
        below = background_of(curve, window)
        assert below.doubt == ""
        behind = (curve.points >= 532) & (curve.points < 560)
        share = below.left[behind[window.start :]].sum() / curve.values[behind].sum()
        assert 0.15 < share < 0.4


@pytest.mark.parametrize("width", [4, 8, 10])
@pytest.mark.parametrize(
    ("symbols", "reason"), [((), "a rise of the spectrum."), (("O",), "the edge O K.")]
)
def test_of_a_real_spectrum_in_wide_channels_too(corpus, width, symbols, reason):
    fine = real(corpus / "dm4_3D_data/EELS_SI.dm4")
    whole = len(fine.values) // width * width
    counts, energies = (one[:whole].reshape(-1, width) for one in (fine.values, fine.points))
    points = energies.mean(axis=1)
    axis = NxAxis("axis_energy", "E (eV)", "eV", points, float(width), float(points[0]))
    curve = Curve(counts.sum(axis=1), axis, points)
    found = first_window(curve, edges_of(symbols))
    first, last = ends_of(curve, found.window)
    assert 380 < first < last < 532
    assert found.reason == f"To begin with it ends before {reason}"
    assert background_of(curve, found.window).doubt == ""


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("width", "onset"), [(4.0, 200.0), (4.0, 284.0), (5.0, 284.0)])
def test_in_wide_channels_low_edges_are_found(width, onset, seed):
    curve = spectrum((onset, 0.5), energies=np.arange(52.0, 1500.0, width), counts=4e6, seed=seed)
    found = first_window(curve)
    _, last = ends_of(curve, found.window)
    assert 0.88 * onset < last < onset
    assert found.reason == "To begin with it ends before a rise of the spectrum."


@pytest.mark.parametrize("width", [4.0, 5.0, 10.0])
def test_noise_in_wide_channels_is_no_edge(width):
    energies = np.arange(60.0, 1500.0, width)
    for seed in range(20):
        curve = spectrum(energies=energies, counts=1e6 * width, seed=seed)
        assert first_window(curve).reason == ""


def test_of_a_real_edge_at_the_start_of_its_spectrum_it_is_said_that_nothing_fits(corpus):
    curve = real(corpus / "FEI_old/X - Au NP EELS_2.ser")
    found = first_window(curve, edges_of(["Au"]))
    assert found.reason == "No window before an edge was found."
    assert background_of(curve, found.window).doubt
