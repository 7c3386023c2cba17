"""A virtual detector is moved in the unit of the camera's axes, and in pixels where they differ."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from emfair.nxem.shape import NxAxis
from emfair.service.looks import camera_of


def axis(unit="1/nm", scale=0.1):
    return NxAxis("axis_i", "k", unit, np.arange(20.0), scale, 0.0)


def moved(down, across) -> AppTest:
    """Return the widgets that move a detector on a camera."""

    def page(camera):
        from emfair.service.looks import Detector
        from ui_streamlit.components.look_scan import adjusted

        adjusted(Detector(10, 10, 0, 5), camera, (20, 20), "key")

    return AppTest.from_function(page, args=(camera_of(down, across),)).run()


@pytest.mark.parametrize("other", [axis(scale=0.102), axis(scale=None), axis("mrad")])
def test_a_camera_whose_axes_differ_is_told_in_pixels_and_why(other):
    app = moved(axis(), other)
    assert app.number_input[0].label == "Centre, across (pixels)"
    assert [one.value for one in app.caption] == [
        "In pixels: the camera's rows and columns are not calibrated alike."
    ]


def test_a_camera_whose_axes_are_alike_needs_no_word():
    app = moved(axis(), axis(scale=0.1005))
    assert app.number_input[0].label == "Centre, across (1/nm)"
    assert not app.caption
