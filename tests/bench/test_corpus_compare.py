"""Pixels, axes and units of a container are held against the reader's, dimension by dimension."""

import numpy as np
import pytest

from bench.corpus.compare import (
    Read,
    Stored,
    StoredAxis,
    difference,
    fits,
    orders,
    plain,
    same,
    same_unit,
)

PICTURE = np.arange(12, dtype="u2").reshape(3, 4)
Y = {"name": "y", "size": 3, "scale": 2.0, "offset": 1.0, "units": "nm"}
X = {"name": "x", "size": 4, "scale": 5.0, "offset": 0.0, "units": "nm"}
ENERGY = {"name": "Energy", "size": 5, "scale": 0.5, "offset": -1.0, "units": "eV"}


def stored_axis(name, long_name, unit, points):
    return StoredAxis(name, long_name, unit, np.asarray(points))


ROWS = stored_axis("axis_j", "y (nm)", "nm", [1.0, 3.0, 5.0])
COLUMNS = stored_axis("axis_i", "x (nm)", "nm", [0.0, 5.0, 10.0, 15.0])
ENERGIES = stored_axis("axis_energy", "Energy (eV)", "eV", [-1.0, -0.5, 0.0, 0.5, 1.0])


def compared(array, axes, pixels, *stored, reader="DigitalMicrograph"):
    return difference(Read(reader, array, axes), Stored(pixels, stored))


@pytest.mark.parametrize(
    ("expected", "stored", "found"),
    [
        ((2, 3, 4), (2, 3, 4), [(0, 1, 2)]),
        ((9, 2, 3), (2, 3, 9), [(1, 2, 0)]),
        ((2, 9, 3), (2, 3, 9), [(0, 2, 1)]),
        ((2, 2, 2), (2, 2, 2), [(0, 1, 2), (1, 2, 0), (0, 2, 1)]),
        ((2, 3, 4), (3, 2, 4), []),
        ((2, 3), (2, 3, 1), []),
        ((5,), (5,), [(0,)]),
    ],
)
def test_dimensions_stand_as_they_are_read_or_one_is_moved_last(expected, stored, found):
    assert orders(expected, stored) == found


def test_what_is_stored_as_it_was_read_does_not_differ():
    assert compared(PICTURE, [Y, X], PICTURE, ROWS, COLUMNS) == ""


@pytest.mark.parametrize(
    ("read", "stored", "told"),
    [
        ("HAADF", "HAADF", ""),
        ("", "a.dm3", ""),
        ("HAADF", "a.dm3", "called “a.dm3”, read “HAADF”"),
    ],
)
def test_a_signal_keeps_the_name_that_it_has(read, stored, told):
    one = Read("DigitalMicrograph", PICTURE, [Y, X], read)
    assert difference(one, Stored(PICTURE, (ROWS, COLUMNS), stored)) == told


def test_a_pixel_that_is_other_is_told():
    changed = PICTURE.copy()
    changed[2, 3] += 1
    assert compared(PICTURE, [Y, X], changed, ROWS, COLUMNS) == "other pixels"


def test_another_shape_is_told():
    told = compared(PICTURE, [Y, X], PICTURE[:2], ROWS, COLUMNS)
    assert told == "shape (2, 4), read (3, 4)"


@pytest.mark.parametrize(
    ("dtype", "told"),
    [
        ("u4", ""),
        ("u1", "uint8, read uint16"),
        ("i4", "int32, read uint16"),
        ("f8", "float64, read uint16"),
    ],
)
def test_another_type_is_told_unless_it_is_only_wider(dtype, told):
    assert compared(PICTURE, [Y, X], PICTURE.astype(dtype), ROWS, COLUMNS) == told


def test_swapped_axes_of_a_square_picture_are_told():
    square = PICTURE[:, :3]
    wide = {**X, "size": 3}
    j = stored_axis("axis_j", "y (nm)", "nm", [0.0, 5.0, 10.0])
    i = stored_axis("axis_i", "x (nm)", "nm", [1.0, 3.0, 5.0])
    told = compared(square, [Y, wide], square, j, i)
    assert told == "axis_j: 0 … 10 (3), read 1 … 5 (3); axis_i: 1 … 5 (3), read 0 … 10 (3)"


def test_axes_swapped_only_by_name_are_told():
    square = PICTURE[:, :3]
    axes = [{"name": name, "size": 3, "scale": 1.0} for name in "yx"]
    j, i = (stored_axis(f"axis_{n}", f"{n} (pixel)", "", [0, 1, 2]) for n in "xy")
    told = compared(square, axes, square, j, i)
    assert told == "axis_x: called x (pixel), read y; axis_y: called y (pixel), read x"


def test_a_name_is_whole():
    longer = stored_axis("axis_j", "yard (nm)", "nm", ROWS.points)
    assert compared(PICTURE, [Y, X], PICTURE, longer, COLUMNS) == "axis_j: called yard (nm), read y"


def test_an_energy_axis_that_was_moved_last_keeps_its_numbers():
    cube = np.arange(60.0).reshape(5, 3, 4)
    moved = cube.transpose(1, 2, 0)
    assert compared(cube, [ENERGY, Y, X], moved, ROWS, COLUMNS, ENERGIES) == ""
    told = compared(cube, [ENERGY, X, Y], moved, ROWS, COLUMNS, ENERGIES)
    assert "axis_j: 1 … 5 (3), read 0 … 15 (4)" in told


def test_where_several_orders_fit_the_pixels_decide():
    cube = np.arange(27.0).reshape(3, 3, 3)
    long = [
        {"name": name, "size": 3, "scale": scale}
        for name, scale in zip("abc", (1, 2, 3), strict=True)
    ]
    a, b, c = (
        stored_axis(name, f"{name} (pixel)", "", np.arange(3) * scale)
        for name, scale in zip("abc", (1, 2, 3), strict=True)
    )
    assert compared(cube, long, cube.transpose(1, 2, 0), b, c, a) == ""
    assert compared(cube, long, cube.transpose(1, 2, 0), a, b, c) != ""
    assert compared(cube, long, cube, b, c, a) != ""


def test_an_array_that_is_its_own_transpose_may_stand_in_either_order():
    flat = np.ones((3, 3))
    wide = {**X, "size": 3}
    i = stored_axis("axis_i", "x (nm)", "nm", [0.0, 5.0, 10.0])
    assert compared(flat, [Y, wide], flat, ROWS, i) == ""
    assert compared(flat, [wide, Y], flat, ROWS, i) == ""


def test_axes_are_taken_by_the_readers_own_numbers():
    y, x = {**Y, "index_in_array": 0}, {**X, "index_in_array": 1}
    assert compared(PICTURE, [x, y], PICTURE, ROWS, COLUMNS) == ""


def test_an_axis_that_no_reader_gave_counts_pixels():
    i = stored_axis("axis_i", "axis i (pixel)", "", [0, 1, 2])
    assert compared(np.zeros(3), [], np.zeros(3), i) == ""
    half = stored_axis("axis_i", "axis i (pixel)", "", [0, 0.5, 1])
    assert compared(np.zeros(3), [], np.zeros(3), half) == "axis_i: 0 … 1 (3), read 0 … 2 (3)"


def test_colours_are_a_dimension_of_their_own():
    colour = np.zeros((3, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    colour["G"] = 7
    pixels = np.stack([colour[name] for name in "RGB"], axis=-1)
    channel = stored_axis("axis_i", "colour channel (pixel)", "", [0, 1, 2])
    assert compared(colour, [Y, X], pixels, ROWS, COLUMNS, channel) == ""
    assert compared(colour, [Y, X], pixels[..., ::-1] + 1, ROWS, COLUMNS, channel) == "other pixels"


def test_axes_that_are_too_few_are_told_whoever_gives_them():
    told = compared(PICTURE, [Y], PICTURE, ROWS, COLUMNS)
    assert told == "the reader gives 1 axes for 2 dimensions"
    assert compared(PICTURE, [Y, X], PICTURE, ROWS) == "1 axes for 2 dimensions"


@pytest.mark.parametrize(
    ("read", "stored"),
    [
        (np.array([True, False]), np.array([1, 0], "u1")),
        (np.array([1, 2], ">i4"), np.array([1, 2], "i4")),
        (np.array([1.5], np.longdouble), np.array([1.5])),
        (np.array([1.5j], np.clongdouble), np.array([1.5j])),
        (np.array([1.5], "f2"), np.array([1.5], "f2")),
        (np.array([1.5j], "c8"), np.array([1.5j], "c8")),
    ],
)
def test_numbers_are_stored_in_a_type_that_everyone_reads(read, stored):
    assert plain(read).dtype == stored.dtype
    assert same(plain(read), stored)


def test_nan_is_nan_and_nothing_else():
    assert same(np.array([np.nan, 1.0]), np.array([np.nan, 1.0]))
    assert not same(np.array([np.nan, 1.0]), np.array([0.0, 1.0]))
    assert same(np.array([1]), np.array([1]))


@pytest.mark.parametrize(
    ("read", "stored", "answer"),
    [
        ([0, 1, 2, 3], [0, 1, 2], True),  # a packed FFT's
        ([0, 1, 2, 3, 4], [0, 1, 2], False),
        ([0, 1], [0, 1, 2], False),
        ([0, 1, 2], [0, 1, 2 + 1e-6], False),
        ([0, 1, 2], [0, 1, 2 + 1e-11], True),
        ([0, 1e-9, 2e-9], [0, 2e-9, 4e-9], False),  # nanometres, written in metres
        ([1e6, 1e6 + 1e-3], [1e6, 1e6 + 2e-3], False),
        ([0.1 * 3], [0.3], True),
        ([5.0], [5.1], False),
        ([0.0], [1e-9], False),
        ([0, -1, -2], [0, -1, -2], True),
        ([0, -1, -2], [0, 1, 2], False),
    ],
)
def test_points_agree_to_a_fraction_of_a_step(read, stored, answer):
    assert fits(np.array(read, float), np.array(stored, float)) is answer


@pytest.mark.parametrize(
    ("read", "stored", "answer"),
    [
        ("nm", "nm", True),
        ("1 / nm", "1/nm", True),
        ("µm", "micrometer", True),
        ("A", "angstrom", True),
        ("nm", "angstrom", False),
        ("nm", "1/nm", False),
        ("nm", "", False),
        ("rad", "", False),
        ("", "", True),
        ("<undefined>", "", True),
        ("pixels", "", True),
        ("", "nm", False),
        ("furlong per jiffy?", "", True),
        ("furlong per jiffy?", "m", False),
    ],
)
def test_a_unit_is_the_readers_and_none_if_nobody_knows_that(read, stored, answer):
    assert same_unit(read, stored) is answer


def test_another_unit_is_told():
    bare = stored_axis("axis_j", "y (pixel)", "", ROWS.points)
    assert compared(PICTURE, [Y, X], PICTURE, bare, COLUMNS) == "axis_j: in no unit, read nm"
    plain_y = {**Y, "units": None}
    assert compared(PICTURE, [plain_y, X], PICTURE, ROWS, COLUMNS) == "axis_j: in nm, read no unit"


def test_a_unit_that_nobody_knows_stands_in_the_name():
    odd = {**Y, "units": "µnn"}
    shown = stored_axis("axis_j", "y (µnn)", "", ROWS.points)
    assert compared(PICTURE, [odd, X], PICTURE, shown, COLUMNS) == ""
    hidden = stored_axis("axis_j", "y (pixel)", "", ROWS.points)
    told = compared(PICTURE, [odd, X], PICTURE, hidden, COLUMNS)
    assert told == "axis_j: called y (pixel), without µnn, which nobody knows"
