"""Which NXdata takes a signal, and that no axis loses its numbers there."""

from math import prod

import numpy as np
import pytest

from emfair.errors import UnsupportedSignal
from emfair.nxem.shape import shape_of
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Axis

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

COUNT = {"navigate": True}


@pytest.mark.parametrize(
    ("source", "kind", "axes"),
    [
        (("corpus", "dm3_2D_data/test_STEM_image.dm3", 0), "image_2d",
         [("axis_j", "nm"), ("axis_i", "nm")]),
        (("corpus", "FEI_new/16x16-diffraction_imagel_5x5x256x256_EDS.emi", 1), "image_4d",
         [("axis_m", "nm"), ("axis_k", "nm"), ("axis_j", "1/nm"), ("axis_i", "1/nm")]),
        (("corpus", "FEI_old/16x16x5_STEM_BF_DF_preview.emi", 0), "stack_2d",
         [("indices_image", ""), ("axis_j", "nm"), ("axis_i", "nm")]),
        (("corpus", "emd_files/fei_example_tem_stack.emd", 0), "image_3d",
         [("axis_k", "s"), ("axis_j", "pm"), ("axis_i", "pm")]),
        (("corpus", "dm3_1D_data/test-EELS_spectrum.dm3", 0), "spectrum_0d",
         [("axis_energy", "eV")]),
        (("corpus", "dm4_3D_data/EELS_SI.dm4", 0), "spectrum_2d",
         [("axis_j", "µm"), ("axis_i", "µm"), ("axis_energy", "eV")]),
        (("corpus", "bruker_data/Hitachi_TM3030Plus.bcf", 1), "image_3d",
         [("axis_k", ""), ("axis_j", ""), ("axis_i", "keV")]),
        (("corpus", "dm4_1D_data/test-MonarcCL_spectrum-ccd.dm4", 0), "image_1d",
         [("axis_i", "nm")]),
        (("corpus", "hdf5_files/future.hspy", 0), "image_4d", None),
        (("corpus", "hdf5_files/test_rgba16.hdf5", 0), "image_4d", None),
        (("corpus", "blockfile_data/test1.blo", 0), "image_4d", None),
        (("corpus", "emd_files/Si100_4D.emd", 0), "stack_2d",
         [("indices_image", ""), ("axis_j", "1/nm"), ("axis_i", "1/nm")]),
    ],
)  # fmt: skip
def test_a_real_signal_finds_its_place(places, source, kind, axes):
    place, file, index = source
    signal = read_signals(places[place] / file)[index]
    shape = shape_of(signal)
    assert shape.kind == kind
    if axes is not None:
        assert [(axis.name, axis.unit) for axis in shape.axes] == axes


def made_axes(*specs):
    return [Axis(name, size, unit, navigate=bool(moves)) for name, size, unit, moves in specs]


@pytest.mark.parametrize(
    ("axes", "kind", "names"),
    [
        ([("E", 9, "eV", 0)], "spectrum_0d", ["axis_energy"]),
        ([("E", 9, "keV", 0), ("x", 4, "nm", 1)], "spectrum_1d", ["axis_i", "axis_energy"]),
        ([("", 3, "", 1), ("E", 9, "eV", 0)], "stack_0d", ["indices_spectrum", "axis_energy"]),
        ([("", 3, "", 1), ("y", 2, "µm", 1), ("x", 2, "µm", 1), ("E", 9, "eV", 0)], "stack_2d",
         ["indices_spectrum", "axis_j", "axis_i", "axis_energy"]),
        ([("t", 3, "s", 1), ("E", 9, "eV", 0)], "image_2d", ["axis_j", "axis_i"]),
        ([("x", 3, "", 1), ("E", 9, "eV", 0)], "stack_0d", ["indices_spectrum", "axis_energy"]),
        ([("row", 3, "", 0), ("E", 9, "eV", 0)], "image_2d", ["axis_j", "axis_i"]),
        ([("y", 2, "", 1), ("x", 3, "", 1), ("E", 9, "eV", 0)], "image_3d",
         ["axis_k", "axis_j", "axis_i"]),
        ([("Wavelength", 9, "nm", 0)], "image_1d", ["axis_i"]),
        ([("x", 3, "µm", 1), ("Raman shift", 9, "1/cm", 0)], "image_2d", ["axis_j", "axis_i"]),
        ([("tilt", 5, "deg", 1), ("y", 4, "nm", 0), ("x", 3, "nm", 0)], "image_3d",
         ["axis_k", "axis_j", "axis_i"]),
        ([("E", 9, "eV", 0), ("dE", 9, "eV", 0)], "image_2d", ["axis_j", "axis_i"]),
        ([("", 3, "", 1), ("y", 4, "nm", 0), ("x", 5, "nm", 0)], "stack_2d",
         ["indices_image", "axis_j", "axis_i"]),
        ([("t", 3, "s", 1), ("y", 4, "nm", 0), ("x", 5, "nm", 0)], "image_3d",
         ["axis_k", "axis_j", "axis_i"]),
        ([("", 3, "", 1), ("", 4, "", 1), ("", 5, "", 0), ("", 6, "", 0)], "image_4d",
         ["axis_m", "axis_k", "axis_j", "axis_i"]),
        ([("x", 7, "A", 0)], "image_1d", ["axis_i"]),
    ],
)  # fmt: skip
def test_a_made_signal_finds_its_place(made, axes, kind, names):
    given = made_axes(*axes)
    signal = made(np.zeros(tuple(axis.size for axis in given)), *given)
    shape = shape_of(signal)
    assert (shape.kind, [axis.name for axis in shape.axes]) == (kind, names)


@pytest.mark.parametrize("scale", [1.0, 0.25])
@pytest.mark.parametrize("offset", [0.0, -3.0])
@pytest.mark.parametrize("unit", ["", "nm", "s", "1/nm", "eV", "mrad", "no unit"])
@pytest.mark.parametrize("moves", [True, False])
def test_whatever_the_axes_their_numbers_stand_in_the_container(made, scale, offset, unit, moves):
    first = Axis("first", 4, unit, scale, offset, navigate=moves)
    signal = made(np.zeros((4, 2, 3)), first, Axis("y", 2), Axis("x", 3))
    shape = shape_of(signal)
    stored = dict(zip(shape.order, shape.axes, strict=True))[0]
    assert stored.points.tolist() == first.points().tolist()
    assert "first" in stored.long_name
    if unit == "no unit":
        assert "(no unit)" in stored.long_name, "a unit nobody knows is at least shown"


def test_an_axis_that_is_not_uniform_keeps_its_points(made):
    bent = Axis("E", 3, "eV", values=np.array([1.0, 2.0, 4.0]))
    (axis,) = shape_of(made(np.zeros(3), bent)).axes
    assert axis.points.tolist() == [1.0, 2.0, 4.0]
    assert axis.scale is None


@pytest.mark.parametrize(
    ("axes", "kind", "names", "merged"),
    [
        ([("t", 2, "s", 1), ("y", 3, "nm", 1), ("x", 4, "nm", 1), ("", 5, "", 0), ("", 6, "", 0)],
         "stack_2d", ["indices_image", "axis_j", "axis_i"], [("t (s)", 2), ("y (nm)", 3),
         ("x (nm)", 4)]),
        ([("", 2, "", 1)] * 6, "stack_2d", ["indices_image", "axis_j", "axis_i"],
         [("axis 1 (pixel)", 2), ("axis 2 (pixel)", 2), ("axis 3 (pixel)", 2),
          ("axis 4 (pixel)", 2)]),
        ([("E", 9, "eV", 0), *[("a", 2, "nm", 1)] * 4], "stack_0d",
         ["indices_spectrum", "axis_energy"], [("a (nm)", 2)] * 4),
    ],
)  # fmt: skip
def test_more_than_four_dimensions_are_a_stack_and_keep_their_axes(made, axes, kind, names, merged):
    given = made_axes(*axes)
    data = np.arange(prod(axis.size for axis in given)).reshape([axis.size for axis in given])
    shape = shape_of(made(data, *given))
    assert (shape.kind, [axis.name for axis in shape.axes]) == (kind, names)
    assert [(axis.long_name, len(axis.points)) for axis in shape.merged] == merged
    stored = shape.arranged(data)
    assert stored.shape == tuple(len(axis.points) for axis in shape.axes)
    sizes = [size for _, size in merged]
    back = stored.reshape(*sizes, *stored.shape[1:])
    assert np.array_equal(back, data.transpose(shape.order))


def test_colour_pictures_of_three_more_dimensions_are_a_stack(made):
    colours = np.zeros((2, 3, 4, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    shape = shape_of(made(colours))
    assert (shape.kind, shape.is_colour) == ("stack_3d", True)
    assert [len(axis.points) for axis in shape.axes] == [6, 4, 5, 3]
    assert [len(axis.points) for axis in shape.merged] == [2, 3]


def test_colours_are_no_axis_of_space(made):
    colours = np.zeros((4, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    shape = shape_of(made(colours))
    assert (shape.kind, shape.is_colour) == ("image_3d", True)
    assert [len(axis.points) for axis in shape.axes] == [4, 5, 3]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (np.zeros((0, 3)), "no elements"),
        (np.zeros(3, [("a", "f4"), ("b", "i4")]), "records"),
        (np.zeros(3, "S7"), "holds texts instead of numbers"),
        (np.array(["µ"]), "holds texts instead of numbers"),
        (np.array([np.zeros(2), np.zeros(3)], object), "ragged array"),
        (np.zeros(3, "M8[s]"), "holds times instead of numbers"),
        (np.zeros(3, "V7"), "holds bytes without a meaning"),
    ],
)
def test_what_has_no_place_is_refused_in_words(made, data, says):
    with pytest.raises(UnsupportedSignal, match=says) as caught:
        shape_of(made(data))
    assert "raw file" in caught.value.remedy


def test_the_energies_of_digitalmicrographs_x_rays_are_named_so(places):
    (signal,) = read_signals(places["corpus"] / "dm3_1D_data" / "test-EDS_spectrum.dm3")
    assert signal.axes[0].name == "x"
    assert [axis.long_name for axis in shape_of(signal).axes] == ["Energy (keV)"]
