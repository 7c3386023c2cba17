"""Containers of real files: the pixels, the axes, the tags, the verdict."""

import hashlib
import importlib
import io
from dataclasses import replace

import dask.array as da
import h5py
import numpy as np
import pytest
from PIL import Image

from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_file
from emfair.model.findings import Severity
from emfair.nxem.container import write_container
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.nodes import nexus_name
from emfair.validation.validate import validate_container
from emfair.vendor.plugins import plugins
from emfair.vendor.signal import Axis

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
BARE = Dossier(Source("f", "0" * 64), Annotations(), "e", {})

FILES = [
    ("corpus", "FEI_new/16x16-diffraction_imagel_5x5x256x256_EDS.emi"),
    ("corpus", "FEI_old/16x16x5_STEM_BF_DF_preview.emi"),
    ("corpus", "JEOL_files/met03.EDS"),
    ("corpus", "blockfile_data/test1.blo"),
    ("corpus", "bruker_data/over16bit.bcf"),
    ("corpus", "bruker_data/bruker_nano.spx"),
    ("corpus", "dm3_2D_data/test_STEM_image.dm3"),
    ("corpus", "dm3_2D_data/multi_signal.dm3"),
    ("corpus", "dm4_3D_data/EELS_SI.dm4"),
    ("corpus", "dm4_1D_data/test-MonarcCL_spectrum-ccd.dm4"),
    ("corpus", "dm_stackbuilder_plugin/test_stackbuilder_imagestack.dm3"),
    ("corpus", "emd_files/Si100_3D.emd"),
    ("corpus", "emd_files/fei_example_complex_fft.emd"),
    ("corpus", "hdf5_files/test_rgba16.hdf5"),
    ("corpus", "impulse_data/StubExperiment_Heat raw.csv"),
    ("corpus", "msa_files/example2.msa"),
    ("corpus", "phenom_data/Elid2Version2.elid"),
    ("corpus", "ripple_files/test_ripple_sdim-2_ndim-1_float64_meta.rpl"),
    ("corpus", "sur_data/test_RGB.sur"),
    ("corpus", "tiff_files/olympus_SIS.tif"),
    ("corpus", "tvips_files/test_tvips_2345_000.tvips"),
    ("corpus", "unf_files/example_image_complex.unf"),
    ("velox", "fei_emd_image.emd"),
    ("velox", "fei_SI_SuperX-HAADF_10frames_10x50.emd"),
    ("sem_tiffs", "FEI-Helios-Ebeam-8bits.tif"),
    ("sem_tiffs", "test_tiff_Zeiss_SEM_512pix.tif"),
]


@pytest.fixture(params=FILES, ids=lambda pair: pair[1])
def file(request) -> tuple[str, str]:
    return request.param


def default_of(group: h5py.Group) -> h5py.Group:
    """Follow ``@default`` as NeXus says, with h5py alone."""
    while "default" in group.attrs:
        group = group[group.attrs["default"]]
    return group


def pixels_in(path) -> np.ndarray:
    with h5py.File(path) as container:
        data = default_of(container)
        pixels = data[data.attrs["signal"]][()]
        return pixels + 1j * data["imag"][()] if "imag" in data else pixels


def plain(data) -> np.ndarray:
    """Return RosettaSciIO's array without colour records."""
    array = np.asarray(data)
    if array.dtype.names:
        return np.stack([array[name] for name in array.dtype.names], axis=-1)
    return array


def test_the_pixels_are_rosettasciios(places, converted, file):
    """Read again by RosettaSciIO itself, eagerly, without any code of ours."""
    written = converted(*file).written
    assert written
    reader = importlib.import_module(plugins()[written[0].measurement.reader].module)
    with_lazy = {"lazy": False} if written[0].measurement.reader != "DENS" else {}
    theirs = reader.file_reader(str(places[file[0]] / file[1]), **with_lazy)
    for one in written:
        measurement = one.measurement
        array = plain(theirs[measurement.signal_index]["data"])
        found = pixels_in(one.path)
        if measurement.kind.startswith("spectrum") and array.shape != found.shape:
            array = np.moveaxis(array, 0, -1)  # the energy axis stands last
        assert np.array_equal(found, array, equal_nan=array.dtype.kind in "fc")
        little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
        assert measurement.data_sha256 == hashlib.sha256(little.tobytes()).hexdigest()
        assert measurement.shape == found.shape


def test_defaults_lead_to_a_picture_with_its_axes(converted, file):
    for one in converted(*file).written:
        with h5py.File(one.path) as container:
            data = default_of(container)
            assert data.attrs["NX_class"] == "NXdata"
            assert data.name == one.measurement.data_path
            signal = data[data.attrs["signal"]]
            assert signal.attrs["long_name"]
            axes = list(data.attrs["axes"])
            assert axes == [axis.name for axis in one.measurement.axes]
            for index, axis in enumerate(one.measurement.axes):
                field = data[axis.name]
                assert data.attrs[f"{axis.name}_indices"] == index
                assert field.shape == (signal.shape[index],)
                assert field.attrs["long_name"] == axis.long_name
                assert field.attrs.get("units", "") == axis.unit
                if axis.scale is not None:
                    points = axis.offset + axis.scale * np.arange(axis.size)
                    assert np.allclose(field[()], points, rtol=1e-12, atol=0)


def test_the_raw_file_is_named_with_its_checksum(places, converted, file):
    sha256 = sha256_file(places[file[0]] / file[1])
    for one in converted(*file).written:
        with h5py.File(one.path) as container:
            note = container["entry/note1"]
            assert note["file_name"].asstr()[()] == file[1]
            assert note["checksum"].asstr()[()] == sha256
        assert one.measurement.file_sha256 == sha256


def test_once_annotated_it_is_valid_and_nothing_is_missing(converted, file):
    for one in converted(*file).written:
        findings = validate_container(one.path)
        bad = [f for f in findings if f.severity in (Severity.ERROR, Severity.MISSING)]
        assert bad == []


def test_it_says_of_itself_what_is_true(converted, file):
    result = converted(*file)
    assert result.read
    assert result.findings == []
    for one in result.written:
        assert one.path.name == f"{one.measurement.measurement}.nxs"
        assert one.measurement.container_sha256 == sha256_file(one.path)
        assert one.measurement.container_size == one.path.stat().st_size
        assert len(one.preview) <= 200_000
        assert Image.open(io.BytesIO(one.preview)).format == "PNG"
    assert len({one.measurement.measurement for one in result.written}) == len(result.written)


def test_the_vendors_tags_stand_in_it_verbatim(converted, places):
    from emfair.vendor.read import read_signals

    one = converted("corpus", "dm3_2D_data/test_STEM_image.dm3").written[0]
    tags = read_signals(places["corpus"] / "dm3_2D_data" / "test_STEM_image.dm3")[0].tags
    leaves = []

    def compare(group: h5py.Group, branch: dict) -> None:
        names = {child.attrs.get("vendor_name", name): child for name, child in group.items()}
        assert set(names) == set(branch)
        for name, value in branch.items():
            if isinstance(value, dict):
                compare(names[name], value)
            elif not isinstance(value, list | tuple) and value is not None:
                stored = names[name][()]
                stored = stored.decode() if isinstance(stored, bytes) else stored
                assert stored == (value.decode() if isinstance(value, bytes) else value), name
                leaves.append(name)

    with h5py.File(one.path) as container:
        compare(container["entry/measurement/event1/vendor_metadata"], tags)
    assert 100 < len(leaves) <= one.measurement.tags_kept


def test_a_quantity_is_right_in_si(converted):
    """The reference converter writes these off by 10⁶, 57.3 and 10³ (FIELD §5)."""
    one = converted("corpus", "dm3_2D_data/test_STEM_image.dm3").written[0]
    with h5py.File(one.path) as container:
        instrument = container["entry/measurement/event1/instrument"]
        position = instrument["stage1/position"]
        assert position[0] == pytest.approx(-4.61276e-4)
        assert position.attrs["units"] == "m"
        assert instrument["stage1/tilt1"][()] == pytest.approx(np.deg2rad(24.950478513002935))
        assert instrument["ebeam_column/electron_source/voltage"][()] == 200_000
        assert np.isnan(instrument["stage1/tilt2"][()])
    one = converted("velox", "fei_emd_image.emd").written[0]
    with h5py.File(one.path) as container:
        instrument = container["entry/measurement/event1/instrument"]
        assert instrument["ebeam_column/scan_controller/dwell_time"][()] == pytest.approx(2e-5)
        assert instrument["optics/camera_length"][()] == pytest.approx(0.098)


def test_a_signal_without_a_title_is_called_by_its_file_and_number(made, ramp, converted):
    first, second = converted("corpus", "FEI_old/16x16_STEM_BF_DF_acquire.emi").written
    assert first.measurement.title == "16x16_STEM_BF_DF_acquire.emi"
    assert second.measurement.title == "16x16_STEM_BF_DF_acquire.emi, signal 2"


def test_a_complex_array_has_one_hash_of_both_parts(made, tmp_path):
    data = (np.arange(12) * (1 + 2j)).reshape(3, 4).astype("c8")
    one = write_container(made(da.from_array(data, chunks=2)), BARE, tmp_path)
    assert one.measurement.data_sha256 == hashlib.sha256(data.tobytes()).hexdigest()
    assert one.measurement.dtype == "complex64"
    assert np.array_equal(pixels_in(one.path), data)


def test_energy_first_is_stored_energy_last(made, tmp_path):
    data = np.arange(24.0).reshape(4, 2, 3)
    axes = (Axis("E", 4, "eV", 0.5, 100), Axis("y", 2, "nm", 2), Axis("x", 3, "nm", 3))
    one = write_container(made(data, *axes), BARE, tmp_path)
    assert np.array_equal(pixels_in(one.path), np.moveaxis(data, 0, -1))
    assert [(axis.name, axis.scale) for axis in one.measurement.axes] == [
        ("axis_j", 2), ("axis_i", 3), ("axis_energy", 0.5)
    ]  # fmt: skip


def test_a_text_that_was_stored_with_a_nul_is_written_without(made, ramp, tmp_path):
    notes = Annotations.model_validate({"sample": {"description": "from the PDF:\0 grade 5"}})
    one = write_container(made(ramp), replace(BARE, notes=notes), tmp_path)
    with h5py.File(one.path) as container:
        described = container["entry/sample1/description"][()].decode()
    assert described == "from the PDF: grade 5"


class Watched:
    """An array that tells how many bytes of it are read."""

    def __init__(self, array, done):
        self._array, self._done = array, done
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __getitem__(self, selection):
        part = self._array[selection]
        self._done.append(part.nbytes)
        return part


def test_a_checksum_that_comes_late_gives_the_same_container(made, ramp, tmp_path):
    early = write_container(made(ramp), BARE, tmp_path)
    before = early.path.read_bytes()
    early.path.unlink()
    asked = []

    def late() -> str:
        asked.append(sum(done))
        return BARE.source.sha256

    done = []
    unknown = replace(BARE, source=Source(BARE.source.file, ""))
    watched = replace(made(ramp), data=Watched(ramp, done))
    one = write_container(watched, unknown, tmp_path, sha256=late)
    assert one.measurement == early.measurement
    assert one.path.read_bytes() == before
    assert asked == [ramp.nbytes]


def test_a_checksum_that_never_comes_leaves_nothing_behind(made, ramp, tmp_path):
    def late() -> str:
        raise OSError("the share is gone")

    with pytest.raises(OSError, match="gone"):
        write_container(made(ramp), BARE, tmp_path, sha256=late)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_and_a_few_spectra_are_a_chunk(made, tmp_path):
    """See docs/adr/0007."""
    patterns = np.zeros((3, 5, 256, 256), "<u2")
    spectra = np.zeros((9, 80, 2048), "<u2")
    energy = Axis("E", 2048, "eV", 10, 0)
    for signal, chunks in (
        (made(patterns), (1, 2, 256, 256)),
        (made(spectra, Axis("y", 9, "nm"), Axis("x", 80, "nm"), energy), (1, 64, 2048)),
    ):
        one = write_container(signal, BARE, tmp_path)
        with h5py.File(one.path) as container:
            data = container[one.measurement.data_path]
            assert data[data.attrs["signal"]].chunks == chunks


def test_changed_names_are_what_nexus_allows(converted):
    one = converted("sem_tiffs", "test_tiff_Zeiss_SEM_512pix.tif").written[0]
    names = []
    with h5py.File(one.path) as container:
        container.visit(lambda path: names.append(path.rpartition("/")[2]))
    assert all(nexus_name(name) == name for name in names)
