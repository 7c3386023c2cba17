"""Power laws are found as they were made."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.nxem.shape import NxAxis
from emfair.service.looks.background import (
    LEAST,
    PowerLaws,
    can_be_fitted,
    has_background,
    usual_window,
)

ENERGIES = 200.0 + 0.5 * np.arange(1000)
FITTED = range(60, 160)
EDGE = range(200, 400)


def counts_in(spectrum, window):
    return spectrum[..., window.start : window.stop].sum(axis=-1)


def fitted(spectrum, energies=ENERGIES, window=FITTED):
    laws = PowerLaws(energies, window)
    lower, upper = (counts_in(spectrum, part) for part in (laws.lower, laws.upper))
    return laws, lower + upper, laws.exponents(lower, upper)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.37, 3.0, 4.91, 6.0])
@pytest.mark.parametrize("step", [0.1, 0.5, 5.0])
def test_a_known_exponent_is_found_however_wide_the_channels(exponent, step):
    energies = 100.0 + step * np.arange(300)
    spectrum = 3e9 * energies**-exponent
    laws, counts, found = fitted(spectrum, energies, range(20, 120))
    assert found == pytest.approx(exponent, abs=1e-4)
    assert laws.below(range(150, 250), counts, found) == pytest.approx(
        counts_in(spectrum, range(150, 250)), rel=1e-4
    )
    assert laws.curve(energies[10:], counts, found) == pytest.approx(spectrum[10:], rel=1e-3)


def test_what_lies_above_the_background_is_the_edge():
    edge = np.where(ENERGIES >= 300, 500.0, 0.0)
    spectrum = 3e9 * ENERGIES**-3.0 + edge
    laws, counts, exponent = fitted(spectrum)
    signal = counts_in(spectrum, EDGE) - laws.below(EDGE, counts, exponent)
    assert signal == pytest.approx(500.0 * len(EDGE), rel=1e-4)


def test_noise_moves_the_exponent_no_farther_than_it_must():
    random = np.random.default_rng(3)
    spectra = random.poisson(5e10 * ENERGIES**-3.0, (400, len(ENERGIES)))
    _, counts, exponents = fitted(spectra)
    # Of two counts' ratio, whose parts' middles are ln(1.1) apart, from 230 to 279.5 eV.
    least = 2 / np.sqrt(counts.mean()) / (np.log(279.5 / 230) / 2)
    assert np.mean(exponents) == pytest.approx(3.0, abs=4 * least / 20)
    assert np.std(exponents) == pytest.approx(least, rel=0.15)


def test_many_places_are_fitted_at_once_each_for_itself():
    amplitudes, wanted = np.array([[1e9, 2e9]]).T, np.array([2.5, 3.5, 4.5])
    spectra = amplitudes[..., np.newaxis] * ENERGIES ** -wanted[:, np.newaxis]
    laws, counts, exponents = fitted(spectra)
    assert exponents == pytest.approx(np.array([wanted, wanted]), abs=1e-4)
    assert laws.below(EDGE, counts, exponents) == pytest.approx(counts_in(spectra, EDGE), rel=1e-4)


@pytest.mark.parametrize(("lower", "upper"), [(0, 5), (5, 0), (-1, 3), (np.nan, 3)])
def test_without_counts_in_both_parts_there_is_no_exponent(lower, upper):
    laws = PowerLaws(ENERGIES, FITTED)
    exponents = laws.exponents(np.array([lower, 5.0]), np.array([upper, 4.0]))
    assert np.isnan(exponents[0])
    assert np.isfinite(exponents[1])
    assert np.isnan(laws.below(EDGE, np.array([9.0, 9.0]), exponents)[0])


@pytest.mark.parametrize("window", [range(4), range(990, 1000), range(1000)])
def test_any_window_has_two_parts(window):
    laws = PowerLaws(ENERGIES, window)
    assert len(laws.lower)
    assert len(laws.upper)
    assert [*laws.lower, *laws.upper] == list(window)


def axis(unit, first, step, size):
    return NxAxis("axis_energy", f"E ({unit})", unit, first + step * np.arange(size), step, first)


def test_losses_have_a_background_and_x_rays_have_none():
    assert has_background(axis("eV", -20.0, 0.5, 2048))
    assert has_background(axis("keV", 0.2, 0.0005, 2048))
    assert not has_background(axis("keV", -0.5, 0.01, 2048))
    assert not has_background(axis("nm", 0.2, 0.5, 2048))


@pytest.mark.parametrize(
    ("first", "step", "size", "is_offered"),
    [
        (-500.0, 1.0, 200, False),
        (-199.0, 1.0, 200, False),
        (-196.0, 1.0, 200, False),
        (-195.0, 1.0, 200, True),
        (300.0, -1.0, 200, False),
        (100.0, 0.0, 200, False),
        (-3.0, 1.0, 5, False),
        (1.0, 1.0, 5, True),
    ],
)
def test_a_background_is_offered_where_some_window_can_be_fitted(first, step, size, is_offered):
    losses = axis("eV", first, step, size)
    assert has_background(losses) == is_offered
    windows = [range(start, start + LEAST) for start in range(size - LEAST + 1)]
    assert is_offered == any(can_be_fitted(losses, one) for one in windows)


@pytest.mark.parametrize("first", [-195.0, -20.0, 1.0])
def test_where_one_is_offered_the_usual_window_can_be_fitted(first):
    losses = axis("eV", first, 1.0, 200)
    assert has_background(losses)
    assert can_be_fitted(losses, usual_window(losses))


def test_a_window_below_0_or_of_few_channels_is_not_fitted():
    losses = axis("eV", -20.0, 0.5, 2048)
    assert not can_be_fitted(losses, range(30, 200))
    assert not can_be_fitted(losses, range(100, 103))
    assert can_be_fitted(losses, range(100, 104))
    assert not can_be_fitted(axis("eV", 900.0, -0.5, 100), range(10, 50))


@pytest.mark.parametrize(("first", "size"), [(-20.0, 2048), (100.0, 40), (1.0, 6)])
def test_the_usual_window_can_be_fitted(first, size):
    losses = axis("eV", first, 0.5, size)
    assert can_be_fitted(losses, usual_window(losses))
