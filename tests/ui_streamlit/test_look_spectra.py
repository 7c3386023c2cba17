"""What a map's title says was taken away was."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from emfair.service.looks import UNFITTED
from emfair.vendor.signal import Axis
from tests.service.looks.conftest import granted, lake_of_looks, look

__all__ = ["granted", "lake_of_looks", "look"]
LOSSES = Axis("Energy", 200, "eV", 1.0, 100.0)
PLACES = (Axis("y", 4, "nm", 1.0), Axis("x", 5, "nm", 1.0))


def page(found):
    from emfair.service.looks import Kind
    from ui_streamlit.components.look_spectra import lines, spectra

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
