"""Curves: what of their values is drawn."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def drawn() -> None:
    import numpy as np
    import streamlit as st

    from emfair.nxem.shape import NxAxis
    from emfair.service.looks import Curve
    from ui_streamlit.components.curves import curve

    values = np.array(st.session_state["values"])
    points = np.arange(float(len(values)))
    axis = NxAxis("x", "x (nm)", "nm", points, 1.0, 0.0)
    curve(Curve(values, axis, points), "Intensity", "one")


def shown(*values: float) -> AppTest:
    """Run a page with a curve, on a logarithmic scale."""
    app = AppTest.from_function(drawn, default_timeout=30)
    app.session_state["values"] = values
    app.run().toggle[0].set_value(True).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("odd", [float("inf"), float("nan"), 0.0, -1.0])
def test_a_logarithmic_scale_shows_what_is_a_number_above_0(odd):
    (chart,) = shown(2.0, odd, 5.0).get("vega_lite_chart")
    assert "the highest value, 5, is at 2 nm" in chart.proto.alt


@pytest.mark.parametrize("odd", [float("inf"), -2.0])
def test_without_a_number_above_0_the_scale_is_linear(odd):
    app = shown(-1.0, odd)
    assert app.caption[0].value == "No value is above 0, so the scale is linear."


def with_a_background(exponent: float = 2.5) -> None:
    import numpy as np

    from emfair.nxem.shape import NxAxis
    from emfair.service.looks import Curve, background_of
    from ui_streamlit.components.curves import curve

    points = 0.2 + 0.0005 * np.arange(400)
    axis = NxAxis("axis_energy", "Energy loss (keV)", "keV", points, 0.0005, 0.2)
    found = Curve(1e9 * points**-exponent + 4e9 * (points > 0.3), axis, points)
    curve(found, "Intensity", "one", range(210, 300), background_of(found, range(50, 180)))


def test_a_spectrum_is_shown_in_ev_with_its_background_and_what_it_leaves():
    app = AppTest.from_function(with_a_background, default_timeout=30).run()
    assert not app.exception
    (chart,) = app.get("vega_lite_chart")
    assert "over Energy loss (eV), from 200 eV to 399.5 eV" in chart.proto.alt
    assert app.caption[0].value.endswith("The background is A·E^−r with r = 2.50.")


def test_a_fit_that_rises_is_told_with_a_true_minus():
    app = AppTest.from_function(
        with_a_background, kwargs={"exponent": -1.25}, default_timeout=30
    ).run()
    assert app.caption[0].value.endswith("with r = −1.25.")
