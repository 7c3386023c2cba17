"""Previews: small PNGs of whatever was measured."""

import io
import logging

import numpy as np
import pytest
from PIL import Image

from emfair.nxem.preview import draw
from emfair.nxem.shape import shape_of
from emfair.nxem.watcher import Watcher
from emfair.vendor.signal import Axis

RANDOM = np.random.default_rng(0)
COLOURS = [("R", "u1"), ("G", "u1"), ("B", "u1")]
PLOT = (480, 240)
UNKNOWN = [142, 106, 178]


def named(value) -> str:
    """Name a case by its array and its picture's size."""
    is_data = isinstance(value, np.ndarray)
    return f"{value.dtype.name}{value.shape}" if is_data else "x".join(map(str, value))


@pytest.fixture
def watched(made):
    """Return a function that shows an array to a watcher, in one block or some."""

    def watched(data, *axes, blocks=1, quantity="") -> Watcher:
        shape = shape_of(made(data, *axes))
        stored = np.stack([data[c] for c in data.dtype.names], -1) if data.dtype.names else data
        stored = stored.transpose(shape.order) if not data.dtype.names else stored
        watcher = Watcher(shape, quantity)
        step = -(-len(stored) // blocks)
        for start in range(0, len(stored), step):
            offset, block = (start, *[0] * (stored.ndim - 1)), stored[start : start + step]
            watcher.see(offset, block.real)
            if block.dtype.kind == "c":
                watcher.see_imaginary(offset, block.imag)
        return watcher

    return watched


@pytest.fixture
def preview(watched):
    """Return a function that draws an array."""

    def preview(data, *axes, blocks=1, quantity="") -> Image.Image:
        content = draw(watched(data, *axes, blocks=blocks, quantity=quantity))
        assert len(content) <= 200_000
        image = Image.open(io.BytesIO(content))
        image.load()
        assert image.format == "PNG"
        assert max(image.size) <= 600
        return image

    return preview


def grey(image) -> np.ndarray:
    return np.asarray(image.convert("L"), np.int64)


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


def test_a_picture_looks_like_the_data(preview):
    data = np.zeros((64, 64))
    data[:32, 32:] = 5.0
    image = grey(preview(data))
    assert image[10, -10] == 255
    assert image[10, 10] == image[-10, -10] == 0


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


def test_the_blocks_it_came_in_leave_no_trace(preview):
    for data in (RANDOM.normal(size=(50, 40)), RANDOM.normal(size=(6, 5, 4, 3)),
                 RANDOM.normal(size=(7, 9, 8)), RANDOM.normal(size=(7, 9, 8)) * 1j):  # fmt: skip
        whole, parts = preview(data), preview(data, blocks=3)
        assert np.array_equal(np.asarray(whole), np.asarray(parts))


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


def test_of_complex_numbers_the_amplitude_is_drawn(preview):
    data = RANDOM.random((40, 40)) + 0.5
    turned = data * np.exp(2j * np.pi * RANDOM.random((40, 40)))
    assert np.array_equal(np.asarray(preview(turned)), np.asarray(preview(data)))


def test_a_calibrated_picture_has_a_scale_bar_and_another_has_none(preview):
    data = np.zeros((100, 100))
    axes = [Axis("y", 100, "nm", 0.5), Axis("x", 100, "nm", 0.5)]
    image = grey(preview(data, *axes))
    bar = (image[388] == 255).sum()
    assert bar == pytest.approx(400 * 10 / 50, abs=1), "10 nm of 50"
    assert grey(preview(data)).max() == 128


def test_points_farther_apart_in_rows_than_in_columns_are_drawn_so(preview):
    axes = [Axis("y", 50, "nm", 2.0), Axis("x", 100, "nm", 1.0)]
    assert preview(RANDOM.random((50, 100)), *axes).size == (400, 400)


def test_heights_have_a_bar_of_shades_and_counts_have_none(preview):
    data = RANDOM.random((100, 100))
    assert preview(data, quantity="Height (µm)").size == (400 + 8 + 72, 400)
    for quantity in ("", "Counts", "Intensity (Counts)", "CL Intensity (a.u.)"):
        assert preview(data, quantity=quantity).size == (400, 400), quantity


def test_a_curve_says_what_its_values_are(preview):
    data = RANDOM.random(100)
    plain, told = preview(data), preview(data, quantity="Temperature (°C)")
    rows = np.flatnonzero((grey(plain) != grey(told)).any(axis=1))
    assert rows.size
    assert rows.max() < 22, "above the curve"


def test_a_curve_over_energy_goes_up_where_the_peak_is(preview):
    data = np.zeros(400)
    data[300] = 1.0
    image = grey(preview(data, Axis("Energy", 400, "eV", 2.0)))
    assert abs(high(image).mean() - place(0.75)) < 4


def high(image) -> np.ndarray:
    """Return the columns where a curve is in the upper part of its plot."""
    return np.flatnonzero((image[24:60, 50:] < 150).any(axis=0)) + 50


def place(part: float) -> float:
    return 46 + part * (467 - 46)


def x_rays(noise: float, width: float = 0.04) -> np.ndarray:
    """Return counts over 20 keV: noise around zero, lines at 1.7 and 8 keV."""
    energy = np.arange(2048) * 0.01 - 0.2
    counts = noise * np.exp(-((energy / width) ** 2)) + 1
    for line, height in ((1.74, 500), (8.04, 120)):
        counts += height * np.exp(-(((energy - line) / 0.05) ** 2))
    return np.rint(counts)


def test_an_x_ray_spectrum_is_scaled_to_its_lines_not_to_the_zero_peak(preview):
    axis = Axis("Energy", 2048, "keV", 0.01, -0.2)
    with_noise, without = (grey(preview(x_rays(noise), axis)) for noise in (1e6, 0))
    assert np.array_equal(with_noise[:, 60:], without[:, 60:])
    assert (high(with_noise)[-10:] > 60).any()


def test_the_slope_of_a_broad_zero_peak_is_left_out_too(preview):
    axis = Axis("Energy", 2048, "keV", 0.01, -0.2)
    image = grey(preview(x_rays(1e6, 0.12), axis))
    assert (high(image) > 60).any()


def test_the_map_of_an_x_ray_image_leaves_the_zero_peak_out(preview):
    axes = [Axis("y", 4, "nm"), Axis("x", 4, "nm"), Axis("Energy", 2048, "keV", 0.01, -0.2)]
    data = np.zeros((4, 4, 2048))
    data[0, 0, 20], data[3, 3, 194] = 1e6, 5
    image = grey(preview(data, *axes))
    shown = image[:240, 120:360]
    assert shown[225, 225] == 255
    assert shown[10, 10] == 0


def test_plasmons_are_seen_beside_the_zero_loss_peak(preview):
    energy = np.arange(1000) * 0.2 - 20
    data = 1e7 * np.exp(-(energy**2)) + 1e4 * np.exp(-(((energy - 20) / 4) ** 2)) + 10
    image = grey(preview(data, Axis("Energy loss", 1000, "eV", 0.2, -20)))
    column = image[:200, int(place(200 / 1000))]
    assert column.argmin() < 130, "half way up, where a linear scale would leave it on the ground"


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
