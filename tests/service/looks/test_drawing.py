"""Shades, and what is said of them."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from emfair.nxem.shape import NxAxis
from emfair.service.looks import Area, Contrast, Flat, Ring, drawn, figures, usual_tones
from emfair.service.looks.drawing import shaded

RAMP = np.arange(10_000.0).reshape(100, 100)


def axis(size, unit="nm", scale=0.5):
    return NxAxis("axis_i", f"x ({unit})", unit, scale * np.arange(size), scale, 0.0)


def flat(values):
    return Flat(values, (axis(values.shape[0]), axis(values.shape[1])))


def pixels(picture):
    return Image.open(io.BytesIO(picture.png))


def test_percentiles_are_black_and_white():
    shades, words = shaded(RAMP, Contrast(10, 90))
    assert (shades[:10] == 0).all()
    assert (shades[90:] == 255).all()
    assert words == "Black is 999.9, white 8999."


def test_a_logarithm_gives_each_decade_as_many_shades():
    values = np.array([[1.0, 10.0, 100.0, 1000.0, 0.0, -5.0]])
    shades, words = shaded(values, Contrast(0, 100, is_log=True))
    assert shades[0].tolist() == [0, 85, 170, 255, 0, 0]
    assert words.startswith("Logarithmic: black is 1, white 1000.")


def test_values_are_black_and_white_whatever_else_there_is():
    contrast = Contrast(2000, 6000, in_values=True)
    for values in (RAMP, RAMP[30:]):
        shades, words = shaded(values, contrast)
        assert words == "Black is 2000, white 6000."
        assert shades[values == 4000.0].tolist() == [128]
        assert (shades[values >= 6000] == 255).all()


def test_gamma_lifts_dark_tones_and_is_told():
    shades, words = shaded(RAMP, Contrast(0, 10_000, gamma=0.5, in_values=True))
    assert shades[RAMP == 2500.0].tolist() == [128]
    assert words.endswith("Gamma 0.5.")


def test_a_logarithm_between_two_values():
    values = np.array([[1.0, 10.0, 100.0, 1000.0]])
    shades, words = shaded(values, Contrast(10, 1000, is_log=True, in_values=True))
    assert shades[0].tolist() == [0, 0, 128, 255]
    assert words.startswith("Logarithmic: black is 10, white 1000.")
    shades, _ = shaded(values, Contrast(-5, 1000, is_log=True, in_values=True))
    assert shades[0].tolist() == [0, 85, 170, 255]


@pytest.mark.parametrize(
    ("is_log", "low", "high", "told"),
    [
        (False, 5, 5, "Black is 0, white 9999."),
        (False, 9, 3, "Black is 0, white 9999."),
        (False, -3, -2, "Black is −3, white −2."),
        (True, 5, 5, "Logarithmic: black is 1, white 9999."),
        (True, 9, 3, "Logarithmic: black is 1, white 9999."),
        (True, -3, -2, "Logarithmic: black is 1, white 9999."),
        (True, -3, 500, "Logarithmic: black is 1, white 500."),
    ],
)
def test_where_typed_values_cannot_be_black_and_white_the_least_and_greatest_are(
    is_log, low, high, told
):
    shades, words = shaded(RAMP, Contrast(low, high, is_log, in_values=True))
    assert words == told
    assert shades[-1, -1] == 255


@pytest.mark.parametrize(
    ("is_log", "value", "shade"),
    [(False, 700, 255), (False, 50, 0), (False, 400, 128), (True, 700, 255), (True, 100, 0)],
)
def test_typed_values_hold_for_a_slice_of_one_value_too(is_log, value, shade):
    contrast = Contrast(100, 700, is_log, in_values=True)
    shades, words = shaded(np.full((5, 6), value, "u2"), contrast)
    assert (shades == shade).all()
    assert words.casefold().endswith("black is 100, white 700.")


@pytest.mark.parametrize("unit", ["nm", "1/nm"])
@pytest.mark.parametrize("size", [(960, 720), (40, 40)])
def test_the_usual_tones_are_what_is_black_and_white_of_a_picture(unit, size):
    values = np.random.default_rng(0).exponential(1000.0, (100, 120))
    pattern = Flat(values, (axis(100, unit), axis(120, unit)))
    usual = usual_tones(pattern, size)
    told = f"Black is {usual.low:.4g}, white {usual.high:.4g}."
    chosen = Contrast(usual.low, usual.high, gamma=usual.gamma, in_values=True)
    assert drawn(pattern, Contrast(), size=size).shades.startswith(told)
    assert drawn(pattern, chosen, size=size) == drawn(pattern, Contrast(), size=size)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (19999, 20005, "lack is 19999, white 20005."),
        (1234.5, 1234.9, "lack is 1234.5, white 1234.9."),
        (-20005, -19999, "lack is −20005, white −19999."),
        (1e9, 1e9 + 1e-3, "lack is 1000000000, white 1000000000.001."),
        (0.12344, 98765, "lack is 0.1234, white 98760."),
        (-424123.0, 19334.4, "lack is −424100, white 19330."),
        (-1e308, 1e308, "lack is −1e+308, white 1e+308."),
    ],
)
def test_as_many_digits_are_told_as_tell_black_from_white(low, high, told):
    values = np.array([[1.0, 2.0]])
    contrast = Contrast(low, high, in_values=True)
    assert shaded(values, contrast)[1] == f"B{told}"
    if low > 0:
        logarithmic = replace(contrast, is_log=True)
        assert shaded(values, logarithmic)[1] == f"Logarithmic: b{told}"


@pytest.mark.parametrize("low", [0.0, 5e-324, 1234.5, -1e300])
def test_digits_tell_any_two_numbers_apart(low):
    high = np.nextafter(low, np.inf)
    first, second = (float(f"{one:.{figures(low, high)}g}") for one in (low, high))
    assert first < second


@pytest.mark.parametrize("size", [(12, 12), (64, 64), (300, 300)])
def test_one_hot_pixel_makes_no_picture_dark(size):
    values = np.random.default_rng(1).normal(1000.0, 50.0, size)
    values[3, 4] = 1e6
    usual = usual_tones(flat(values))
    assert 1050 < usual.high < 1300
    shades = pixels(drawn(flat(values), Contrast(usual.low, usual.high, in_values=True)))
    assert 80 < np.median(np.asarray(shades)) < 180


def test_one_bright_place_among_nothing_is_still_seen():
    values = np.zeros((8, 8))
    values[3, 4] = 9.0
    assert (usual_tones(flat(values)).low, usual_tones(flat(values)).high) == (0.0, 9.0)


def test_the_usual_bounds_of_nothing_known_are_equal():
    usual = usual_tones(flat(np.full((3, 3), np.nan)))
    assert (usual.low, usual.high) == (0.0, 0.0)


def test_without_a_positive_value_there_is_no_logarithm():
    shades, words = shaded(-RAMP - 1, Contrast(0, 100, is_log=True))
    assert "linear" in words
    assert shades[0, 0] == 255


UNTYPED = [
    Contrast(), Contrast(1, 99), Contrast(is_log=True), Contrast(9, 3, in_values=True),
    Contrast(-3, -2, is_log=True, in_values=True),
]  # fmt: skip


@pytest.mark.parametrize("contrast", UNTYPED)
def test_a_constant_picture_is_grey_and_told(contrast):
    shades, words = shaded(np.full((5, 6), 7, "u2"), contrast)
    assert len(np.unique(shades)) == 1
    assert words == "All values are 7."


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([[1e110, 1e120]], "All values are 1e+100 or more."),
        ([[-1e110, -1e120]], "All values are −1e+100 or less."),
        ([[2e99, 2e99]], "All values are 2e+99."),
    ],
)
def test_of_equal_values_that_are_too_far_it_is_told_how_far_at_least(values, told):
    assert shaded(np.array(values), Contrast())[1] == told


@pytest.mark.parametrize("is_log", [False, True])
def test_of_values_too_far_to_be_drawn_it_is_told(is_log):
    contrast = Contrast(0, 100, is_log=is_log)
    assert "What lies beyond ±1e+100 is drawn" in shaded(RAMP * 1e120, contrast)[1]
    assert "beyond" not in shaded(RAMP * 1e90, contrast)[1]


@pytest.mark.parametrize("contrast", [Contrast(), Contrast(1, 99), Contrast(1, 99, is_log=True)])
def test_what_is_no_number_has_a_colour_of_its_own(contrast):
    values = RAMP.copy()
    values[3, 4] = np.nan
    shades, words = shaded(values, contrast)
    assert len(set(shades[3, 4])) > 1
    assert len(set(shades[50, 50])) == 1
    assert "Violet is no number." in words


def test_nothing_known_is_told():
    assert shaded(np.full((5, 6), np.nan), Contrast())[1] == "Not one value is a number."


def test_many_equal_values_do_not_hide_the_others():
    values = np.zeros((100, 100))
    values[0, 0] = 5
    shades, _ = shaded(values, Contrast(0.5, 99.5))
    assert shades[0, 0] == 255


def test_a_picture_fills_its_box_and_keeps_its_proportions():
    image = pixels(drawn(flat(RAMP[:50]), Contrast(0, 100)))
    assert image.size == (960, 480)
    assert image.mode == "L"


def marked(*marks):
    """Return where the bright outline of marks over a constant picture lies, as (row, column)."""
    picture = drawn(flat(np.ones((100, 100))), Contrast(), marks, (500, 500))
    red, _, blue = np.moveaxis(np.asarray(pixels(picture), int), -1, 0)
    return np.argwhere(red > blue + 100)


def test_marks_stand_where_they_were_chosen():
    ring = marked(Ring(20, 70, 10))
    assert ring.mean(axis=0) == pytest.approx([20.5 * 5, 70.5 * 5], abs=1)
    assert np.ptp(ring, axis=0) == pytest.approx([100, 100], abs=4)
    box = marked(Area(range(10, 20), range(50, 90)))
    assert box.min(axis=0) == pytest.approx([50, 250], abs=4)
    assert box.max(axis=0) == pytest.approx([100, 450], abs=4)


def test_colours_are_shown_as_they_are():
    values = np.zeros((20, 20, 3), "u1")
    values[..., 1] = 200
    picture = drawn(flat(values), Contrast())
    assert pixels(picture).getpixel((5, 5)) == (0, 200, 0)
    assert picture.shades == ""
