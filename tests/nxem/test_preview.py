"""Previews: small PNGs of whatever was measured."""

import io

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


def named(value) -> str:
    """Name a case by its array and its picture's size."""
    is_data = isinstance(value, np.ndarray)
    return f"{value.dtype.name}{value.shape}" if is_data else "x".join(map(str, value))


@pytest.fixture
def preview(made):
    """Return a function that draws an array, seen in one block, as an image."""

    def preview(data, *axes, blocks=1) -> Image.Image:
        shape = shape_of(made(data, *axes))
        stored = np.stack([data[c] for c in data.dtype.names], -1) if data.dtype.names else data
        stored = stored.transpose(shape.order) if not data.dtype.names else stored
        watcher = Watcher(shape)
        step = -(-len(stored) // blocks)
        for start in range(0, len(stored), step):
            watcher.see((start, *[0] * (stored.ndim - 1)), stored[start : start + step])
        content = draw(watcher)
        assert len(content) <= 200_000
        image = Image.open(io.BytesIO(content))
        image.load()
        assert image.format == "PNG"
        assert max(image.size) <= 480
        return image

    return preview


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (np.array([[1e308, -1e308], [0, 1]]), (320, 320)),
        (np.arange(1000).reshape(1, 1000), PLOT),
        (np.arange(1000).reshape(1000, 1), PLOT),
        (np.arange(5), PLOT),
        (np.array([3.0]), PLOT),
        (np.full(9, np.nan), PLOT),
        (RANDOM.normal(size=200_000), PLOT),
        (RANDOM.integers(0, 65535, (2000, 3000), dtype=np.uint16), (320, 213)),
        (RANDOM.normal(size=(3, 4, 5)), (320, 256)),
        (RANDOM.normal(size=(3, 4, 5, 6)), (320, 240)),
        (RANDOM.integers(0, 2, (9, 9)).astype(bool), (320, 320)),
        (RANDOM.normal(size=(9, 9)).astype(np.float16), (320, 320)),
        ((RANDOM.normal(size=(900, 900, 3)) * 255).astype("u1").view(COLOURS)[..., 0], (320, 320)),
        (RANDOM.integers(0, 2**16, (4, 9, 7, 4), dtype=np.uint16).view(
            [("R", "u2"), ("G", "u2"), ("B", "u2"), ("A", "u2")]
        )[..., 0], (249, 320)),
    ],
    ids=named,
)  # fmt: skip
def test_whatever_was_measured_has_a_picture(preview, data, size):
    image = preview(data)
    assert image.size == size
    assert np.ptp(np.asarray(image.convert("L"))) > 50, "there is something to see"


@pytest.mark.parametrize(
    "data",
    [
        np.zeros((8, 8)),
        np.full((8, 8), 7, np.int64),
        np.full((5, 5), np.nan),
        np.array([[1, np.nan], [np.inf, -np.inf]]),
        np.zeros((1, 1), np.uint8),
        np.full((2, 2, 3, 3), np.inf),
    ],
    ids=named,
)  # fmt: skip
def test_a_picture_of_one_value_or_of_none_is_black(preview, data):
    image = preview(data)
    assert image.size == (320, 320)
    assert np.asarray(image).max() == 0


def test_a_picture_looks_like_the_data(preview):
    data = np.zeros((64, 64))
    data[:32, 32:] = 5.0
    image = np.asarray(preview(data))
    assert image[10, -10] == 255
    assert image[10, 10] == image[-10, -10] == 0


def test_the_blocks_it_came_in_leave_no_trace(preview):
    for data in (RANDOM.normal(size=(50, 40)), RANDOM.normal(size=(6, 5, 4, 3)),
                 RANDOM.normal(size=(7, 9, 8))):  # fmt: skip
        whole, parts = preview(data), preview(data, blocks=3)
        assert np.array_equal(np.asarray(whole), np.asarray(parts))


def test_a_photo_keeps_its_colours_and_a_stack_of_them_shows_the_middle_one(preview):
    photo = np.zeros((40, 60), COLOURS)
    photo["R"], photo["B"] = 32, 128
    assert np.asarray(preview(photo))[20, 30].tolist() == [32, 0, 128]
    deep = np.zeros((3, 4, 6), [("R", "u2"), ("G", "u2"), ("B", "u2"), ("A", "u2")])
    deep["G"][1] = 40_000
    assert np.asarray(preview(deep))[20, 30].tolist() == [0, 255, 0]


def test_a_calibrated_picture_has_a_scale_bar_and_another_has_none(preview):
    data = np.zeros((100, 100))
    axes = [Axis("y", 100, "nm", 0.5), Axis("x", 100, "nm", 0.5)]
    assert np.asarray(preview(data, *axes).convert("L")).max() == 255
    assert np.asarray(preview(data)).max() == 0


@pytest.mark.parametrize(
    ("width", "unit", "shown"),
    [(0.0017, "m", (1.7, "mm")), (3.3724e-6 * 512, "m", (1.7266688, "mm")),
     (5.4, "1/nm", (5.4, "1/nm")),
     (2000, "nm", (2000, "nm")), (5e-7, "m", (500, "nm")), (40, "µm", (40, "µm"))],
)  # fmt: skip
def test_a_scale_bar_is_written_in_the_unit_with_the_shortest_number(width, unit, shown):
    from emfair.nxem.preview import _readable

    found = _readable(width, unit)
    assert convertible(found, shown), found


def convertible(found, shown) -> bool:
    from emfair.units import convert

    same = convert(found[0], found[1], shown[1])
    return same == pytest.approx(shown[0]) and (3 <= found[0] < 3000 or found[1] == shown[1])


def test_a_curve_over_energy_goes_up_where_the_peak_is(preview):
    data = np.zeros(400)
    data[300] = 1.0
    image = np.asarray(preview(data, Axis("Energy", 400, "eV", 2.0)).convert("L"))
    top = image[14:30]
    assert (top < 200).any(axis=0).argmax() > image.shape[1] * 0.6


def test_of_a_spectrum_image_the_sum_is_drawn(preview):
    axes = [Axis("y", 3, "nm"), Axis("x", 4, "nm"), Axis("Energy", 50, "eV")]
    data = np.zeros((3, 4, 50))
    data[1, 2, 10], data[2, 3, 40] = 1, 1
    image = preview(data, *axes)
    alone = preview(data.sum(axis=(0, 1)), axes[-1])
    assert np.array_equal(np.asarray(image), np.asarray(alone))


def test_the_same_numbers_give_the_same_bytes(preview):
    data = RANDOM.random((10, 10))
    assert np.array_equal(np.asarray(preview(data)), np.asarray(preview(data.copy())))
