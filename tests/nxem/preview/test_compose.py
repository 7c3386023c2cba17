"""Whatever was measured has a preview: which drawings it is made of, and where they stand."""

import io
import logging

import numpy as np
import pytest
from PIL import Image

from emfair.nxem.preview import draw
from emfair.vendor.signal import Axis
from tests.nxem.preview.seen import COLOURS, grey, named

RANDOM = np.random.default_rng(0)
PLOT = (480, 240)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (np.array([[1e308, -1e308], [0, 1]]), (400, 400)),
        (np.arange(1000).reshape(1, 1000), PLOT),
        (np.arange(1000).reshape(1000, 1), PLOT),
        (np.arange(5), PLOT),
        (np.array([3.0]), PLOT),
        (np.full(9, np.nan), PLOT),
        (RANDOM.normal(size=200_000), PLOT),
        (RANDOM.integers(0, 65535, (2000, 3000), dtype=np.uint16), (400, 267)),
        (RANDOM.normal(size=(2, 4, 5)), (480, 189)),
        (RANDOM.normal(size=(3, 4, 5)), (400, 430)),
        (RANDOM.normal(size=(60, 4, 5)), (400, 386)),
        (RANDOM.normal(size=(3, 4, 5, 6)), (480, 197)),
        (RANDOM.normal(size=(1, 4, 5, 6)), (480, 528)),
        (RANDOM.normal(size=(3, 20_000)), (400, 24)),
        (RANDOM.normal(size=(9, 9)) * 1j, (400, 400)),
        (RANDOM.integers(0, 2, (9, 9)).astype(bool), (400, 400)),
        (RANDOM.normal(size=(9, 9)).astype(np.float16), (400, 400)),
        ((RANDOM.normal(size=(900, 900, 3)) * 255).astype("u1").view(COLOURS)[..., 0], (400, 400)),
        (RANDOM.integers(0, 2**16, (4, 9, 7, 4), dtype=np.uint16).view(
            [("R", "u2"), ("G", "u2"), ("B", "u2"), ("A", "u2")]
        )[..., 0], (396, 528)),
    ],
    ids=named,
)  # fmt: skip
def test_whatever_was_measured_has_a_picture(preview, data, size):
    image = preview(data)
    assert image.size == size
    assert np.ptp(grey(image)) > 50, "there is something to see"


def test_the_blocks_it_came_in_leave_no_trace(preview):
    for data in (RANDOM.normal(size=(50, 40)), RANDOM.normal(size=(6, 5, 4, 3)),
                 RANDOM.normal(size=(7, 9, 8)), RANDOM.normal(size=(7, 9, 8)) * 1j):  # fmt: skip
        whole, parts = preview(data), preview(data, blocks=3)
        assert np.array_equal(np.asarray(whole), np.asarray(parts))


def test_of_a_stack_the_middle_frame_stands_above_a_strip_from_the_first_to_the_last(preview):
    data = np.zeros((11, 30, 40))
    for frame in range(11):
        data[frame, :, : 4 * frame] = 1
    image = grey(preview(data))
    main, strip = image[:300], image[308:]
    assert (main[150] == 255).mean() == pytest.approx(0.5, abs=0.01)
    assert (strip[10, 2:70] == 0).all(), "the first is dark"
    assert (strip[10, -70:-2] == 255).all(), "the last is bright"


def test_of_a_scan_the_map_stands_beside_the_mean_pattern(preview):
    data = np.zeros((10, 10, 20, 20), np.uint16)
    data[:5, :, 5:10, 15:] = 100
    image = grey(preview(data))
    where, mean = image[:, :236], image[:, -236:]
    assert where[59, 118] == 255
    assert where[177, 118] == 0
    assert mean[88, 200] == 255
    assert mean[30, 30] == 0


def test_of_volumes_in_time_the_middle_slice_stands_above_a_strip(preview):
    data = np.zeros((5, 4, 20, 20), np.uint16)
    data[2:, 2, :, 10:] = 100
    lengths = (
        Axis(name, size, "nm", 2.0) for name, size in zip("zyx", data.shape[1:], strict=True)
    )
    image = grey(preview(data, Axis("t", 5, "s", 0.1, navigate=True), *lengths))
    main, strip = image[:400], image[408:]
    assert main.shape[1] == 400
    assert [main[200, column] for column in (100, 300)] == [0, 255]
    assert [strip[40, column] for column in (65, 390)] == [0, 255]


def test_of_complex_numbers_the_amplitude_is_drawn(preview):
    data = RANDOM.random((40, 40)) + 0.5
    turned = data * np.exp(2j * np.pi * RANDOM.random((40, 40)))
    assert np.array_equal(np.asarray(preview(turned)), np.asarray(preview(data)))


def test_heights_have_a_bar_of_shades_and_counts_have_none(preview):
    data = RANDOM.random((100, 100))
    assert preview(data, quantity="Height (µm)").size == (400 + 8 + 72, 400)
    for quantity in ("", "Counts", "Intensity (Counts)", "CL Intensity (a.u.)"):
        assert preview(data, quantity=quantity).size == (400, 400), quantity


def test_of_a_spectrum_image_the_sum_is_drawn_below_the_map(preview):
    axes = [Axis("y", 3, "nm"), Axis("x", 4, "nm"), Axis("Energy", 50, "eV")]
    data = np.zeros((3, 4, 50))
    data[1, 2, 10], data[2, 3, 40] = 1, 1
    image = grey(preview(data, *axes))
    alone = grey(preview(data.sum(axis=(0, 1)), axes[-1]))
    assert np.array_equal(image[-215:], alone[-215:]), "but for the remark that it is a sum"
    assert image.shape == (488, 480)


def test_of_a_line_scan_the_lines_stand_below_their_sum(preview):
    axes = [Axis("x", 20, "nm"), Axis("Energy", 100, "eV")]
    data = np.zeros((20, 100))
    data[10:, 50] = 1
    image = grey(preview(data, *axes))
    lines = image[248:, 46:467]
    assert set(np.flatnonzero(lines[100] == 255)) <= set(range(205, 220))
    assert lines[100].max() == 255
    assert lines[20].max() == 0


def test_what_cannot_be_drawn_costs_the_picture_only(watched, caplog):
    watcher = watched(np.ones((4, 4)))
    watcher.see((0, 0, 0), np.ones((2, 2, 2)))
    with caplog.at_level(logging.ERROR):
        image = Image.open(io.BytesIO(draw(watcher)))
    assert image.getcolors() == [(400 * 400, 225)]
    assert "no preview" in caplog.text


def test_the_same_numbers_give_the_same_bytes(watched):
    for data in (RANDOM.random((10, 10)), RANDOM.random(100), RANDOM.random((4, 5, 6, 7))):
        assert draw(watched(data)) == draw(watched(data.copy(), blocks=2))
