"""Where a background is taken away, the edge behind it is summed to begin with."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from emfair.nxem.shape import NxAxis
from emfair.service.looks import Curve, edge_window, edges_of, first_window
from emfair.simulate.run import Wish, simulate
from tests.service.looks.test_first_window import ENERGIES, ends_of, real, spectrum


def fitted(curve, first, last):
    return range(*np.searchsorted(curve.points, (first, last)))


@pytest.mark.parametrize("unit", ["eV", "keV"])
def test_it_begins_at_the_known_edge_behind_and_is_50_ev_wide(unit):
    curve = spectrum((708.0, 0.5), unit=unit)
    factor = {"eV": 1.0, "keV": 1e3}[unit]
    found = edge_window(curve, fitted(curve, 600 / factor, 690 / factor), edges_of(["O", "Fe"]))
    assert ends_of(curve, found.window, factor) == pytest.approx((708, 758), abs=1)
    assert found.reason == "To begin with it reaches from the edge Fe L3 to 50 eV behind it."


def test_it_ends_before_the_next_known_edge():
    curve = spectrum((513.0, 0.5), (532.0, 0.5))
    found = edge_window(curve, fitted(curve, 420, 500), edges_of(["V", "O"]))
    assert ends_of(curve, found.window) == (513, 526)
    assert found.reason == "To begin with it reaches from the edge V L3 to the edge O K."


def test_edges_that_fall_together_are_summed_together():
    curve = spectrum((401.0, 0.5), (402.0, 0.5))
    found = edge_window(curve, fitted(curve, 320, 390), edges_of(["N", "Sc"]))
    assert ends_of(curve, found.window) == (401, 451)


@pytest.mark.parametrize("height", [0.2, 0.6, 2.0])
@pytest.mark.parametrize("onset", [440.0, 532.0, 708.0, 1000.0])
def test_without_known_elements_it_begins_right_at_a_rise_that_is_seen(onset, height):
    curve = spectrum((onset, height), counts=2e5)
    found = edge_window(curve, first_window(curve).window)
    first, last = ends_of(curve, found.window)
    assert 0.98 * onset < first <= onset
    assert last - first == 50
    assert found.reason == (
        "To begin with it reaches from the rise behind the fitted window to 50 eV behind it."
    )


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_rise(seed):
    curve = spectrum(counts=60, exponent=1.5, seed=seed)
    found = edge_window(curve, fitted(curve, 400, 480))
    assert ends_of(curve, found.window) == (480, 530)
    assert found.reason == (
        "To begin with it reaches from the end of the fitted window to 50 eV behind it."
    )


def test_a_known_edge_far_behind_is_not_waited_for():
    curve = spectrum((1000.0, 0.5))
    assert (
        "the end of the fitted window"
        in edge_window(curve, fitted(curve, 400, 480), edges_of(["Na"])).reason
    )


def test_of_low_edges_less_is_summed():
    energies = 5.0 + 0.25 * np.arange(600)
    curve = spectrum((60.0, 1.5), energies=energies, counts=1e9)
    found = edge_window(curve, fitted(curve, 45, 58))
    first, last = ends_of(curve, found.window)
    assert 58 <= first <= 60
    assert last == pytest.approx(1.5 * first, abs=0.3)


@pytest.mark.parametrize("last", [1490.0, 1499.0, 1500.0])
def test_it_ends_with_the_spectrum(last):
    curve = spectrum()
    found = edge_window(curve, fitted(curve, 1300, last))
    assert 0 <= found.window.start < found.window.stop == len(ENERGIES)


@pytest.mark.parametrize("fill", [0.0, np.nan, -3.0, 7.0])
@pytest.mark.parametrize("edges", [(), edges_of(["C", "O"])])
def test_whatever_a_spectrum_is_there_is_a_window(fill, edges):
    axis = NxAxis("axis_energy", "E (eV)", "eV", 1.0 + np.arange(400), 1.0, 1.0)
    curve = Curve(np.full(400, fill), axis, axis.points)
    for start in (0, 250, 390, 396):
        window = edge_window(curve, range(start, start + 4), edges).window
        assert start <= window.start < window.stop <= 400


def test_of_a_simulated_titanate_titanium_and_oxygen_are_not_summed_together(tmp_path):
    start = datetime(2026, 1, 22, 9, tzinfo=UTC)
    list(simulate(Wish("tem", start), tmp_path / "session"))
    curve = real(tmp_path / "session" / "005 EELS map.hspy")
    for symbols in ((), ("Sr", "Ti", "O")):
        edges = edges_of(symbols)
        window = edge_window(curve, first_window(curve, edges).window, edges).window
        first, last = ends_of(curve, window)
        assert 450 < first <= 456
        assert 500 < last < 525
