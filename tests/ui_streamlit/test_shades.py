"""How a picture's values become shades is chosen; what stands there to begin with can be used."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def chosen_of(low: float, high: float) -> None:
    """Show the choice of a picture's contrast: an app that is this function's text alone."""
    import numpy as np

    from emfair.nxem.shape import NxAxis
    from emfair.service.looks import Flat
    from ui_streamlit.components.shades import contrast

    axis = NxAxis("axis_x", "x (nm)", "nm", np.arange(64.0), 1.0, 0.0)
    contrast(Flat(np.linspace(low, high, 64 * 64).reshape(64, 64), (axis, axis)), "one", (64, 64))


def chosen_of_dark() -> None:
    """Show that of a dark picture with some bright points, and what it comes to."""
    import numpy as np
    import streamlit as st

    from emfair.nxem.shape import NxAxis
    from emfair.service.looks import Flat, drawn
    from ui_streamlit.components.shades import contrast

    axis = NxAxis("axis_x", "x (nm)", "nm", np.arange(64.0), 1.0, 0.0)
    values = np.random.default_rng(0).exponential(1.0, (64, 64))
    values[::8, ::8] = 1000.0
    flat = Flat(values, (axis, axis))
    st.caption(drawn(flat, contrast(flat, "one", (64, 64)), size=(64, 64)).shades)


def test_a_dark_picture_is_as_bright_when_its_values_are_chosen():
    app = AppTest.from_function(chosen_of_dark, default_timeout=30).run()
    automatic = app.caption[-1].value
    assert "Gamma 0." in automatic
    app.radio[0].set_value("Linear").run()
    gamma = app.slider(key="one-gamma-Linear").value
    assert gamma == pytest.approx(float(automatic.split()[-1].rstrip(".")), abs=0.03)
    app.radio[1].set_value("Values").run()
    assert app.slider(key="one-gamma-Linear").value == gamma
    assert app.caption[-1].value.startswith(automatic.split(" Gamma")[0])
    assert any("few per mille" in one.value for one in app.caption)
    app.radio[0].set_value("Logarithmic").run()
    assert app.slider(key="one-gamma-Logarithmic").value == 1.0


@pytest.mark.parametrize(("low", "high"), [(19999.0, 20005.0), (1234.5, 1234.9), (0.0, 1e5)])
def test_values_begin_apart_however_far_from_0_they_lie(low, high):
    bounds = {"low": low, "high": high}
    app = AppTest.from_function(chosen_of, kwargs=bounds, default_timeout=30).run()
    app.radio[0].set_value("Linear").run()
    app.radio[1].set_value("Values").run()
    black, white = (one.value for one in app.number_input)
    assert not app.exception
    assert black == pytest.approx(low, abs=0.01 * (high - low))
    assert white == pytest.approx(high, abs=0.01 * (high - low))
    assert not [one.value for one in app.caption if "White must lie" in one.value]
