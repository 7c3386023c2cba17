"""A fit that is none is told from one that noise alone moves."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.nxem.shape import NxAxis
from emfair.service.looks import Curve, background_of, is_too_high

ENERGIES = 200.0 + 0.5 * np.arange(1000)
AXIS = NxAxis("axis_energy", "E (eV)", "eV", ENERGIES, 0.5, 200.0)
WINDOW = range(60, 200)


def below(values, window=WINDOW):
    return background_of(Curve(values, AXIS, ENERGIES), window)


@pytest.mark.parametrize("counts", [20, 1e3, 1e6])
@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_is_no_doubt(counts, seed):
    law = counts * (ENERGIES / 200) ** -3.0
    assert below(np.random.default_rng(seed).poisson(law)).doubt == ""


@pytest.mark.parametrize("height", [0.2, 0.5, 2.0])
@pytest.mark.parametrize("onset", [240.0, 260.0, 280.0])
def test_an_edge_in_the_window_is(height, onset):
    law = 1e5 * (ENERGIES / 200) ** -3.0 * (1 + height * (onset <= ENERGIES))
    assert "An edge" in below(np.random.default_rng(1).poisson(law)).doubt


@pytest.mark.parametrize(
    ("exponent", "is_doubted"), [(0.5, True), (1.5, False), (5.5, False), (7.0, True)]
)
def test_so_is_an_exponent_that_no_background_has(exponent, is_doubted):
    found = below(1e6 * (ENERGIES / 200) ** -exponent)
    assert found.exponent == pytest.approx(exponent, abs=1e-3)
    assert found.doubt == (
        "No background falls like that: r lies between 1 and 6. "
        "An edge or a peak may lie in the fitted window."
        if is_doubted
        else ""
    )


def test_gains_that_differ_by_some_percent_are_no_doubt():
    gains = 1 + 0.02 * np.sin(ENERGIES / 5)
    assert below(1e6 * (ENERGIES / 200) ** -3.0 * gains).doubt == ""


@pytest.mark.parametrize("size", [4, 5, 7])
def test_a_window_of_few_channels_is_judged_too(size):
    assert below(1e6 * (ENERGIES / 200) ** -3.0, range(60, 60 + size)).doubt == ""


@pytest.mark.parametrize("dead", [[80], range(66, 71), range(60, 64), range(195, 200), [90, 150]])
def test_what_is_no_number_is_passed_over(dead):
    values = 1e6 * (ENERGIES / 200) ** -3.0
    whole = values.copy()
    values[[*dead]] = np.nan
    found = below(values)
    assert found.doubt == ""
    assert found.exponent == pytest.approx(3.0, abs=1e-3)
    assert found.values == pytest.approx(whole[WINDOW.start :], rel=1e-4)
    assert np.isnan(found.left).sum() == len(dead)


@pytest.mark.parametrize(("alive", "is_fitted"), [(0, False), (3, False), (4, True)])
def test_of_too_few_numbers_no_background_is_made(alive, is_fitted):
    values = 1e6 * (ENERGIES / 200) ** -3.0
    values[WINDOW.start + alive : WINDOW.stop] = np.nan
    assert (below(values) is not None) == is_fitted


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("share", [0.8, 1.0, 1.2])
@pytest.mark.parametrize("counts", [300, 1e4])
def test_a_background_is_too_high_where_clearly_less_follows(counts, share, seed):
    energies = 300.0 + np.arange(400)
    law = counts * (energies / 300) ** -3.0 * np.where(energies >= 450, share, 1.0)
    axis = NxAxis("axis_energy", "E (eV)", "eV", energies, 1.0, 300.0)
    values = np.random.default_rng(seed).poisson(law).astype(float)
    values[[20, 160]] = np.nan
    below = background_of(Curve(values, axis, energies), range(10, 140))
    assert is_too_high(below, range(10, 140), range(152, 202)) == (share < 1)
