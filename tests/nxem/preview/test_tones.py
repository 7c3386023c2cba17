"""Contrast: what is there is seen, and what is not known is marked."""

import numpy as np
import pytest

from emfair.vendor.signal import Axis
from tests.nxem.preview.seen import UNKNOWN, grey, named

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("data", "shade"),
    [
        (np.zeros((8, 8)), [128] * 3),
        (np.full((8, 8), 7, np.int64), [128] * 3),
        (np.zeros((1, 1), np.uint8), [128] * 3),
        (np.full((5, 5), np.nan), UNKNOWN),
        (np.full((5, 5), -np.inf), UNKNOWN),
    ],
    ids=named,
)
def test_a_picture_of_one_value_is_grey_and_one_of_none_in_a_colour_of_its_own(
    preview, data, shade
):
    image = np.asarray(preview(data).convert("RGB"))
    assert np.unique(image.reshape(-1, 3), axis=0).tolist() == [shade]


def test_what_is_not_known_is_marked_where_it_is(preview):
    data = RANDOM.random((100, 100))
    data[:50, :50], data[50:, 50:] = np.nan, np.inf
    image = np.asarray(preview(data).convert("RGB"))
    assert image[100, 100].tolist() == image[300, 300].tolist() == UNKNOWN
    assert image[100, 300].tolist() == [image[100, 300, 0]] * 3


def test_a_few_bright_points_do_not_hide_the_rest(preview):
    data = RANDOM.normal(100, 10, (256, 256))
    data[:2, :2] = 1e6
    assert 40 < grey(preview(data))[50:].mean() < 215


def test_few_counts_among_zeros_are_seen(preview):
    data = np.zeros((300, 300), np.uint8)
    data[150, 100:103] = 1
    image = grey(preview(data))
    assert image.max() == 255
    assert (image == 0).mean() > 0.99


def test_rings_far_weaker_than_the_beam_are_seen(preview):
    y, x = np.mgrid[-64:64, -64:64]
    radius = np.hypot(x, y)
    data = 1e6 * np.exp(-((radius / 8) ** 2)) + 100 * np.exp(-((radius - 40) ** 2))
    axes = [Axis("y", 128, "1/nm", 0.1), Axis("x", 128, "1/nm", 0.1)]
    row = grey(preview(data, *axes))[200]
    ring, beside = row[int(200 + 40 * 400 / 128)], row[int(200 + 30 * 400 / 128)]
    assert ring > beside + 10
