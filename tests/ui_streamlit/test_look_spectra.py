"""What a map's title says was taken away was."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from emfair.model.annotations import Annotations
from emfair.service.looks import UNFITTED
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
    (told,) = app.warning
    assert "An edge" in told.value
    assert not app.exception


def test_known_elements_tell_which_edge_a_background_begins_before(look):
    energies = 200.0 + 2 * np.arange(200)
    data = np.broadcast_to(1e9 * energies**-3.0 * np.where(energies > 284, 1.5, 1.0), (4, 5, 200))
    notes = Annotations.model_validate({"sample": {"atom_types": ["O"]}})
    found = look(data.astype("f4"), *PLACES, Axis("Energy", 200, "eV", 2.0, 200.0), notes=notes)
    app = AppTest.from_function(page, args=(found,), default_timeout=30).run()
    next(one for one in app.toggle if one.label == "Take away a background").set_value(True).run()
    assert any("before the edge O K" in one.value for one in app.caption)
