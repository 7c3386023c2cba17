"""What a map's title says was taken away was."""

from __future__ import annotations

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from emfair.model.annotations import Annotations
from emfair.service.looks import UNFITTED
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Axis
from tests.service.looks.conftest import granted, lake_of_looks, look

__all__ = ["granted", "lake_of_looks", "look"]
LOSSES = Axis("Energy", 200, "eV", 1.0, 100.0)
PLACES = (Axis("y", 4, "nm", 1.0), Axis("x", 5, "nm", 1.0))


def page(found):
    from emfair.service.looks import Kind
    from ui_streamlit.components.look_spectra import lines, one_spectrum, spectra

    if found.subject.kind is Kind.CURVE:
        one_spectrum(found.curve(), "Intensity", "key", found.edges)
    else:
        show = lines if found.subject.kind is Kind.LINES else spectra
        show(found, "key")


def without_background(found) -> AppTest:
    """Return the page after its background was asked to be taken away."""
    app = AppTest.from_function(page, args=(found,), default_timeout=30).run()
    next(one for one in app.toggle if one.label == "Take away a background").set_value(True).run()
    assert not app.exception
    return app


def axis_of(app: AppTest) -> tuple[list[float], list[float]]:
    """Return what the axes of the spectrum reach over."""
    charts = app.get("vega_lite_chart")
    (chart,) = charts if len(charts) == 1 else (one for one in charts if "what" in one.proto.spec)
    layers = [one["encoding"] for one in json.loads(chart.proto.spec)["layer"]]
    assert len({str(one["x"]["scale"]) for one in layers}) == 1
    (line,) = (one for one in layers if "y" in one)
    return tuple(line[one]["scale"].get("domain") for one in "xy")


@pytest.mark.parametrize("many", [1, 2])
@pytest.mark.parametrize("is_dark", [False, True])
def test_a_title_says_that_a_background_is_gone_only_where_it_is(look, many, is_dark):
    law = 1e9 * (100.0 + np.arange(200)) ** -3.0
    data = np.broadcast_to(-1.0 if is_dark else law, (4, 5, 200)[2 - many :]).astype("f4")
    found = look(data, *PLACES[2 - many :], LOSSES)
    app = AppTest.from_function(page, args=(found,), default_timeout=30).run()
    next(one for one in app.toggle if one.label == "Take away a background").set_value(True).run()
    assert not app.exception
    titles = [one.value for one in app.markdown if "Sum over" in one.value]
    assert ["without the background" in one for one in titles] == [not is_dark]
    told = " ".join(one.value for one in app.caption).replace("\\", "")
    assert (UNFITTED in told) == is_dark


@pytest.mark.parametrize("many", [0, 1, 2])
def test_a_background_begins_before_an_edge_and_a_fit_across_one_is_doubted(look, many):
    energies = 100.0 + np.arange(200)
    law = 1e9 * energies**-3.0 * np.where(energies > 200, 1.8, 1.0)
    found = look(
        np.broadcast_to(law, (4, 5, 200)[2 - many :]).astype("f4"), *PLACES[2 - many :], LOSSES
    )
    app = AppTest.from_function(page, args=(found,), default_timeout=30).run()
    next(one for one in app.toggle if one.label == "Take away a background").set_value(True).run()
    assert any("before a rise" in one.value for one in app.caption)
    assert not app.warning
    fitted = next(one for one in app.select_slider if one.key == "key-fitted")
    assert 180 < energies[fitted.value[1]] < 200
    fitted.set_value((80, 140)).run()
    assert any("An edge" in one.value for one in app.warning)
    assert not app.exception


def test_known_elements_tell_which_edge_a_background_begins_before(look):
    energies = 200.0 + 2 * np.arange(200)
    data = np.broadcast_to(1e9 * energies**-3.0 * np.where(energies > 284, 1.5, 1.0), (4, 5, 200))
    notes = Annotations.model_validate({"sample": {"atom_types": ["O"]}})
    found = look(data.astype("f4"), *PLACES, Axis("Energy", 200, "eV", 2.0, 200.0), notes=notes)
    app = AppTest.from_function(page, args=(found,), default_timeout=30).run()
    next(one for one in app.toggle if one.label == "Take away a background").set_value(True).run()
    assert any("before the edge O K" in one.value for one in app.caption)


@pytest.mark.parametrize("many", [1, 2])
def test_what_is_summed_is_the_edge_behind_the_background_and_stays_as_it_was_chosen(look, many):
    energies = 100.0 + np.arange(200)
    law = 1e9 * energies**-3.0 * np.where(energies > 200, 1.8, 1.0)
    found = look(
        np.broadcast_to(law, (4, 5, 200)[2 - many :]).astype("f4"), *PLACES[2 - many :], LOSSES
    )
    app = without_background(found)
    assert any("Sum over 200 eV to 250 eV, without" in one.value for one in app.markdown)
    assert any(
        "the rise behind the fitted window to 50 eV behind it" in one.value for one in app.caption
    )
    window, fitted = app.select_slider[:2]
    assert (window.key, fitted.key) == ("key-edge-100", "key-fitted")
    window.set_value((101, 121)).run()
    fitted.set_value((fitted.value[0] + 3, fitted.value[1])).run()
    assert any("Sum over 201 eV to 221 eV, without" in one.value for one in app.markdown)
    assert not app.warning


@pytest.mark.parametrize("many", [0, 1, 2])
def test_a_spectrum_is_shown_from_the_fitted_window_to_the_edge_until_all_is_asked_for(look, many):
    energies = 1.0 + np.arange(200)
    law = 1e9 * energies**-3.0 * np.where(energies > 100, 1.8, 1.0)
    losses = Axis("Energy", 200, "eV", 1.0, 1.0)
    found = look(
        np.broadcast_to(law, (4, 5, 200)[2 - many :]).astype("f4"), *PLACES[2 - many :], losses
    )
    app = without_background(found)
    along, up = axis_of(app)
    fitted = next(one for one in app.select_slider if one.key == "key-fitted")
    assert along[0] == energies[fitted.value[0]]
    assert 150 < along[1] < 190
    assert up[1] == pytest.approx(law[fitted.value[0]] * (20 if many == 2 else 5 if many else 1))
    next(one for one in app.toggle if one.label == "Whole spectrum").set_value(True).run()
    assert axis_of(app) == (None, None)


@pytest.mark.parametrize("many", [0, 1, 2])
@pytest.mark.parametrize("is_below", [True, False])
def test_a_net_signal_below_0_is_warned_of(look, many, is_below):
    energies = 100.0 + np.arange(200)
    random = np.random.default_rng(1)
    law = 1e9 * energies**-3.0 * np.where((energies > 200) & is_below, 0.7, 1.0)
    data = random.poisson(np.broadcast_to(law, (4, 5, 200)[2 - many :]))
    app = without_background(look(data.astype("f4"), *PLACES[2 - many :], LOSSES))
    next(one for one in app.select_slider if one.key == "key-fitted").set_value((50, 90)).run()
    told = [one.value for one in app.warning if "negative" in one.value]
    assert told == is_below * ["The net signal is negative on the whole: no edge is seen there."]


@pytest.mark.parametrize("is_log", [False, True])
def test_a_real_x_ray_spectrum_is_scaled_to_its_lines_until_all_is_asked_for(look, corpus, is_log):
    """Its noise at zero energy was all that could be seen."""
    (signal,) = read_signals(corpus / "dm3_1D_data" / "test-EDS_spectrum.dm3")
    counts = np.asarray(signal.data, "f8")
    found = look(counts.astype("f4"), *signal.axes)
    energies = found.curve().points
    noise, lines = counts[energies < 0.1].max(), counts[energies > 0.5].max()
    assert noise > 3 * lines
    app = AppTest.from_function(page, args=(found,), default_timeout=30).run()
    next(one for one in app.toggle if one.label == "Logarithmic").set_value(is_log).run()
    assert not app.exception
    along, up = axis_of(app)
    assert along[0] == pytest.approx(0, abs=0.2)
    assert 5 <= along[1] <= energies[-1]
    assert lines <= up[1] < noise
    assert any("what is higher at zero energy is cut off" in one.value for one in app.caption)
    next(one for one in app.toggle if one.label == "Whole spectrum").set_value(True).run()
    assert axis_of(app) == (None, None)
