"""Pictures: where things are, how large they are, and in which colours."""

import numpy as np
import pytest

from emfair.nxem.preview.picture import bar_of
from emfair.vendor.signal import Axis
from tests.nxem.preview.seen import COLOURS, grey

RANDOM = np.random.default_rng(0)


def test_a_picture_looks_like_the_data(preview):
    data = np.zeros((64, 64))
    data[:32, 32:] = 5.0
    image = grey(preview(data))
    assert image[10, -10] == 255
    assert image[10, 10] == image[-10, -10] == 0


def test_a_photo_keeps_its_colours_and_a_stack_of_them_shows_the_middle_one(preview):
    photo = np.zeros((40, 60), COLOURS)
    photo["R"], photo["B"] = 32, 128
    assert np.asarray(preview(photo))[20, 30].tolist() == [32, 0, 128]
    deep = np.zeros((3, 4, 6), [("R", "u2"), ("G", "u2"), ("B", "u2"), ("A", "u2")])
    deep["G"][1] = 40_000
    assert np.asarray(preview(deep).convert("RGB"))[20, 30].tolist() == [0, 255, 0]


def test_a_dark_photo_gets_light(preview):
    photo = np.zeros((40, 60), COLOURS)
    photo["R"][:20] = 10
    assert np.asarray(preview(photo))[10, 10].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("width", "unit", "told"),
    [(2000.0, "nm", (0.5, "µm")), (0.9, "µm", (200, "nm")), (6e-10, "m", (0.2, "nm")),
     (12.0, "1/nm", (2, "1/nm")), (0.05, "rad", (10, "mrad")), (3.0, "furlong", (1, "furlong"))],
)  # fmt: skip
def test_a_bar_is_of_the_unit_in_which_the_picture_is_told(width, unit, told):
    *bar, part = bar_of(width, unit)
    assert tuple(bar) == told
    assert 1 / 9 < part < 0.34


def test_a_calibrated_picture_has_a_scale_bar_and_another_has_none(preview):
    data = np.zeros((100, 100))
    axes = [Axis("y", 100, "nm", 0.5), Axis("x", 100, "nm", 0.5)]
    image = grey(preview(data, *axes))
    bar = (image[34] == 255).sum()
    assert bar == pytest.approx(400 * 10 / 50, abs=1), "10 nm of 50"
    assert image[60:].max() == 128, "below, vendors write their own bars"
    assert grey(preview(data)).max() == 128


def test_points_farther_apart_in_rows_than_in_columns_are_drawn_so(preview):
    axes = [Axis("y", 50, "nm", 2.0), Axis("x", 100, "nm", 1.0)]
    assert preview(RANDOM.random((50, 100)), *axes).size == (400, 400)
