"""A container read back as anyone would: by RosettaSciIO's NeXus reader, or by h5py alone.

RosettaSciIO's reader takes NXdata, axes and units. It has all axes navigate (``@interpretation``
would tell it otherwise; NXem does not know it), and gives an imaginary part as a signal of its own.
"""

import h5py
import numpy as np
import pytest
from rsciio.nexus import file_reader

from emfair.model.annotations import Annotations
from emfair.nxem.container import write_container
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.shape import shape_of
from emfair.units import axis_unit, convert
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Axis

RANDOM = np.random.default_rng(0)
BARE = Dossier(Source("f", "0" * 64), Annotations(), "e", {})
Y, X = Axis("y", 4, "nm", 0.5, -1.0), Axis("x", 5, "µm", 0.25)
ENERGY = Axis("Energy", 7, "eV", 0.2, 300.0)
KY, KX = Axis("ky", 6, "1/nm", 0.1, -0.3), Axis("kx", 8, "1/nm", 0.1, -0.4)
FRAMES = Axis("frame", 3, navigate=True)

SHAPES = {
    "an image": (Y, X),
    "a diffraction pattern": (KY, KX),
    "a stack of images": (FRAMES, Y, X),
    "a series in seconds": (Axis("time", 3, "s", 0.5, navigate=True), Y, X),
    "a spectrum": (ENERGY,),
    "a curve over wavelengths": (Axis("Wavelength", 9, "nm", 1.5, 400.0),),
    "a line scan of spectra": (X, ENERGY),
    "a spectrum image": (Y, X, ENERGY),
    "a stack of spectra": (FRAMES, ENERGY),
    "a 4D scan": (Y, X, KY, KX),
    "an uncalibrated image": (Axis("y", 4), Axis("x", 5)),
}


def defaults(path) -> tuple[np.ndarray, list[tuple[str, str, np.ndarray]]]:
    """Return the array that NeXus' defaults lead to, and its axes, with h5py alone."""
    with h5py.File(path) as file:
        group = file
        while "default" in group.attrs:
            group = group[group.attrs["default"]]
        assert group.attrs["NX_class"] == "NXdata"
        axes = [
            (name, group[name].attrs.get("units", ""), group[name][()])
            for name in group.attrs["axes"]
        ]
        for place, (name, _, _) in enumerate(axes):
            assert group.attrs[f"{name}_indices"] == place
        return group[group.attrs["signal"]][()], axes


def same_axis(axis: Axis, unit: str, points: np.ndarray) -> None:
    assert convert(1.0, unit, axis.unit) == 1.0
    assert np.array_equal(points, axis.points())


@pytest.mark.parametrize("axes", SHAPES.values(), ids=SHAPES)
def test_pixels_axes_and_units_come_back(made, tmp_path, axes):
    data = RANDOM.normal(size=[axis.size for axis in axes]).astype(np.float32)
    written = write_container(made(data, *axes), BARE, tmp_path)

    (signal,) = file_reader(str(written.path), use_default=True)
    assert np.array_equal(signal["data"], data)
    assert signal["data"].dtype == data.dtype
    for axis, found in zip(axes, signal["axes"], strict=True):
        assert found["size"] == axis.size
        assert found["scale"] == pytest.approx(axis.scale)
        assert found["offset"] == pytest.approx(axis.offset)
        assert convert(1.0, found["units"], axis.unit) == 1.0

    pixels, stored = defaults(written.path)
    assert np.array_equal(pixels, data)
    for axis, (_, unit, points) in zip(axes, stored, strict=True):
        same_axis(axis, unit, points)


def test_a_lazy_reader_reads_a_compressed_array_in_parts(made, tmp_path):
    data = RANDOM.integers(0, 999, (40, 300, 300), dtype=np.uint16)
    written = write_container(made(data), BARE, tmp_path)
    (signal,) = file_reader(str(written.path), use_default=True, lazy=True)
    assert np.array_equal(signal["data"][17, 30:40].compute(), data[17, 30:40])


def test_energies_that_come_first_stand_last(made, tmp_path):
    data = RANDOM.normal(size=(7, 4, 5))
    written = write_container(made(data, ENERGY, Y, X), BARE, tmp_path)
    (signal,) = file_reader(str(written.path), use_default=True)
    assert np.array_equal(signal["data"], data.transpose(1, 2, 0))
    assert [axis["units"] for axis in signal["axes"]] == ["nm", "µm", "eV"]


def test_complex_numbers_come_back_in_two_parts(made, tmp_path):
    data = RANDOM.normal(size=(4, 5)) + 1j * RANDOM.normal(size=(4, 5))
    written = write_container(made(data, Y, X), BARE, tmp_path)
    signals = {one["metadata"]["General"]["title"]: one for one in file_reader(str(written.path))}
    imaginary = next(one for title, one in signals.items() if title.endswith("imag"))
    assert np.array_equal(signals["image_2d"]["data"] + 1j * imaginary["data"], data)


def test_colours_come_back_as_a_last_axis(made, tmp_path):
    data = RANDOM.integers(0, 255, (4, 5, 3), dtype=np.uint8)
    records = data.view([("R", "u1"), ("G", "u1"), ("B", "u1")])[..., 0]
    written = write_container(made(records, Y, X), BARE, tmp_path)
    (signal,) = file_reader(str(written.path), use_default=True)
    assert np.array_equal(signal["data"], data)
    assert [axis["size"] for axis in signal["axes"]] == [4, 5, 3]


def test_an_axis_that_is_not_uniform_is_found_by_h5py(made, tmp_path):
    axis = Axis("Wavelength", 4, "nm", values=np.array([400.0, 401.0, 403.0, 407.0]))
    written = write_container(made(np.arange(4.0), axis), BARE, tmp_path)
    ((_, unit, points),) = defaults(written.path)[1]
    assert unit == "nm"
    assert points.tolist() == [400.0, 401.0, 403.0, 407.0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("corpus", "dm3_2D_data/test_diffraction_pattern.dm3"),
        ("corpus", "dm4_3D_data/EELS_SI.dm4"),
        ("corpus", "FEI_new/16x16-diffraction_imagel_5x5x256x256_EDS.emi"),
        ("corpus", "blockfile_data/test1.blo"),
        ("corpus", "bruker_data/P45_the_default_job.bcf"),
        ("corpus", "unf_files/example_image_int16.unf"),
        ("velox", "fei_emd_image.emd"),
        ("sem_tiffs", "test_tiff_Zeiss_SEM_512pix.tif"),
    ],
)
def test_a_microscopes_file_is_the_same_after_the_round_trip(converted, places, place, file):
    given = {signal.index: signal for signal in read_signals(places[place] / file)}
    for written in converted(place, file).written:
        signal = given[written.measurement.signal_index]
        (back,) = file_reader(str(written.path), use_default=True)
        order = shape_of(signal).order  # energies stand last
        assert np.array_equal(back["data"], np.asarray(signal.data).transpose(order))
        for dimension, found in zip(order, back["axes"], strict=True):
            axis = signal.axes[dimension]
            assert found["size"] == axis.size
            assert found["units"] == axis_unit(axis.unit)
            if axis.size > 1 and axis.scale > 0:
                assert found["scale"] == pytest.approx(axis.scale)
                assert found["offset"] == pytest.approx(axis.offset, abs=axis.scale * 1e-6)
