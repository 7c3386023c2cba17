"""Every reader that the corpus has a file for, and every way in which a file can be no use."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from rsciio import hspy

from emfair.errors import UnreadableFile
from emfair.vendor.failures import in_short
from emfair.vendor.read import read_signals
from tests.vendor.mrc import mrc_bytes
from tests.zspy import write_store

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FILES = [
    ("corpus", "FEI_new/128x128-TEM_search.emi", "TIA", [(128, 128)]),
    ("corpus", "FEI_old/16x16_STEM_BF_DF_acquire.emi", "TIA", [(16, 16), (16, 16)]),
    ("corpus", "JEOL_files/met03.EDS", "JEOL", [(2048,)]),
    ("corpus", "JEOL_files/Sample/00_View000/View000_0000000.img", "JEOL", [(512, 512)]),
    ("corpus", "blockfile_data/test1.blo", "Blockfile", [(3, 2, 144, 144)]),
    ("corpus", "bruker_data/over16bit.bcf", "Bruker", [(3, 4), (3, 4, 4096)]),
    ("corpus", "bruker_data/bruker_nano.spx", "Bruker", [(4096,)]),
    ("corpus", "dens_data/file1.dens", "DENS", [(7,)]),
    ("corpus", "dm3_2D_data/multi_signal.dm3", "DigitalMicrograph", [(512, 512), (512,)]),
    ("corpus", "dm4_3D_data/EELS_SI.dm4", "DigitalMicrograph", [(2048, 2, 2)]),
    ("corpus", "emd_files/Si100_3D.emd", "EMD", None),
    ("corpus", "emd_files/fei_example_complex_fft.emd", "EMD", [(3, 4)]),
    ("corpus", "hdf5_files/example2_v3.1.hspy", "HSPY", [(16, 16)]),
    ("corpus", "impulse_data/StubExperiment_Heat raw.csv", "Impulse", [(778,)]),
    ("corpus", "msa_files/example2.msa", "MSA", [(80,)]),
    ("corpus", "nexus_files/simple_signal.nxs", "NeXus", None),
    ("corpus", "phenom_data/Elid2Version0.elid", "Phenom", None),
    ("corpus", "protochips_data/protochips_thermal.csv", "Protochips", [(2578,)]),
    ("corpus", "ripple_files/test_ripple_sdim-2_ndim-1_uint8_meta.rpl", "Ripple", [(2, 3, 4)]),
    ("corpus", "sur_data/test_spectral_map.sur", "DigitalSurf", None),
    ("corpus", "tiff_files/olympus_SIS.tif", "TIFF", None),
    ("corpus", "tvips_files/test_tvips_2345_split_000.tvips", "TVIPS", [(6, 4, 5)]),
    ("corpus", "unf_files/example_image_complex.unf", "Semper", [(4, 4)]),
    ("corpus", "bruker_data/30x30_16bit.npy", "numpy", None),
    ("velox", "fei_emd_image.emd", "EMD", [(512, 512)]),
    ("sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", "TIFF", [(471, 512)]),
    ("sem_tiffs", "test_tiff_Zeiss_SEM_512pix.tif", "TIFF", [(384, 512)]),
]


@pytest.mark.parametrize(("place", "file", "reader", "shapes"), FILES, ids=str)
def test_a_file_is_read_with_one_axis_for_each_dimension(signals, place, file, reader, shapes):
    found = signals(place, file)
    assert {signal.reader for signal in found} == {reader}
    assert [signal.index for signal in found] == list(range(len(found)))
    for signal in found:
        assert tuple(axis.size for axis in signal.axes) == signal.data.shape
        assert all(np.isfinite(axis.points()).all() for axis in signal.axes)
    if shapes is not None:
        assert [signal.data.shape for signal in found] == shapes


@pytest.mark.parametrize(
    ("file", "wrong_name", "reader"),
    [
        ("dm3_2D_data/test_STEM_image.dm3", "picture.tif", "DigitalMicrograph"),
        ("msa_files/example1.msa", "spectrum.dm3", "MSA"),
        ("tiff_files/olympus_SIS.tif", "olympus.dat", "TIFF"),
        ("emd_files/example_image.emd", "example.h5", "EMD"),
        ("hdf5_files/example2_v3.1.hspy", "example.emd", "HSPY"),
        ("blockfile_data/test2.blo", "no_extension", "Blockfile"),
    ],
)
def test_content_wins_over_a_wrong_name(corpus, tmp_path, file, wrong_name, reader):
    path = tmp_path / wrong_name
    shutil.copy(corpus / file, path)
    assert read_signals(path)[0].reader == reader


def test_an_empty_file_says_so(tmp_path):
    path = tmp_path / "scan.dm4"
    path.touch()
    with pytest.raises(UnreadableFile, match="empty") as caught:
        read_signals(path)
    assert "Transfer" in caught.value.remedy


TORN = ["dm3_2D_data/test_STEM_image.dm3", "FEI_new/128x128-TEM_search_1.ser",
        "bruker_data/test_TEM.bcf", "emd_files/example_image.emd", "blockfile_data/test1.blo",
        "tiff_files/olympus_SIS.tif", "unf_files/example_image_2d.unf",
        "hdf5_files/example2_v3.1.hspy", "sur_data/test_surface.sur"]  # fmt: skip


@pytest.mark.parametrize("file", TORN)
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_a_torn_file_is_refused_or_fails_when_it_is_computed(corpus, tmp_path, file, share):
    """Never any other error while reading; a lazy reader may notice only when it computes."""
    whole = (corpus / file).read_bytes()
    path = tmp_path / file.rpartition("/")[2]
    path.write_bytes(whole[: int(len(whole) * share)])
    try:
        found: object = read_signals(path)
    except UnreadableFile as error:
        found = error
    assert found
    if isinstance(found, UnreadableFile):
        assert str(tmp_path) not in str(found)
        assert found.subject == path.name


@pytest.mark.parametrize("extension", ["dm3", "dm4", "emd", "tif", "mrc", "ser", "blo", "bcf",
                                       "msa", "h5", "spx", "csv", "xml", "png", "unf",
                                       ""])  # fmt: skip
def test_noise_under_any_extension_is_refused_in_words(tmp_path, extension):
    path = tmp_path / f"noise.{extension}".rstrip(".")
    path.write_bytes(np.random.default_rng(list(extension.encode())).bytes(5000))
    with pytest.raises(UnreadableFile) as caught:
        read_signals(path)
    assert caught.value.message
    assert caught.value.remedy
    assert str(tmp_path) not in str(caught.value)


def test_a_text_is_no_measurement(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Monday: aligned the gun.")
    with pytest.raises(UnreadableFile, match="no reader knows"):
        read_signals(path)


def test_a_zip_archive_asks_to_be_unpacked(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("a.txt", "a")
    with pytest.raises(UnreadableFile, match="a ZIP archive") as caught:
        read_signals(path)
    assert "Unpack" in caught.value.remedy


def test_a_compressed_picture_is_told_to_be_an_archive(corpus):
    path = corpus / "tiff_files" / "JEOL-SightX-SAED-dummy.tif.gz"
    with pytest.raises(UnreadableFile, match="a gzip archive"):
        read_signals(path)


def test_a_folder_is_no_measurement(tmp_path):
    with pytest.raises(UnreadableFile, match="no reader knows"):
        read_signals(tmp_path)


# zarr 2 says of its own store that zarr 3 will not have it.
@pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning")
def test_a_zspy_store_is_one_measurement(tmp_path):
    data = np.arange(12.0).reshape(3, 4)
    store = tmp_path / "made.zspy"
    write_store(store, data)
    (found,) = read_signals(store)
    assert (found.reader, found.title) == ("ZSPY", "made")
    assert np.array_equal(np.asarray(found.data), data)
    assert found.axes[1].points().tolist() == [1.0, 1.5, 2.0, 2.5]


def test_a_missing_companion_is_told_by_its_name(corpus, tmp_path):
    shutil.copy(corpus / "empad_data" / "map4x4.xml", tmp_path)
    with pytest.raises(UnreadableFile, match=r"cannot be read without scan_x4_y4\.raw") as caught:
        read_signals(tmp_path / "map4x4.xml")
    assert caught.value.subject == "map4x4.xml"
    assert "Deposit scan_x4_y4.raw" in caught.value.remedy


def test_what_a_reader_looks_for_and_does_not_find_is_told_by_its_name(corpus):
    with pytest.raises(UnreadableFile, match=r"cannot be read without 視野000_0000000\.img"):
        read_signals(corpus / "JEOL_files" / "181019-BN.ASW")


@pytest.mark.parametrize("magic", [b"MAP ", b"\0\0\0\0"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_mrc_is_read_with_and_without_its_magic(tmp_path, magic, order):
    path = tmp_path / "stack.mrc"
    path.write_bytes(mrc_bytes(order, magic=magic))
    (signal,) = read_signals(path)
    assert signal.reader == "MRC"
    assert np.asarray(signal.data).ravel().tolist() == list(range(90))


@pytest.mark.parametrize("extension", ["png", "jpg", "bmp"])
def test_a_photo_keeps_its_colours(tmp_path, extension):
    from PIL import Image

    path = tmp_path / f"photo.{extension}"
    Image.new("RGB", (60, 40), "#204080").save(path)
    (signal,) = read_signals(path)
    assert signal.reader == "Image"
    assert signal.data.shape == (40, 60)
    assert signal.data.dtype.names == ("R", "G", "B")
    assert [axis.name for axis in signal.axes] == ["y", "x"]


def test_no_folder_of_the_server_stands_in_an_error():
    error = FileNotFoundError(2, "No such file or directory", "/srv/lake one/p/scan x.raw")
    assert in_short(error) == "FileNotFoundError: [Errno 2] No such file or directory: 'scan x.raw'"
    assert in_short(OSError("cannot open /srv/a/b/c.dm4 now")) == "OSError: cannot open c.dm4 now"
    assert in_short(ValueError("unit 1/nm is not\n  known")) == "ValueError: unit 1/nm is not known"
    assert in_short(KeyError()) == "KeyError"
    assert len(in_short(ValueError("x" * 1000))) == 300


def test_a_file_without_permission_is_unreadable(corpus, tmp_path):
    path = tmp_path / "a.dm3"
    shutil.copy(corpus / "dm3_2D_data" / "test_STEM_image.dm3", path)
    path.chmod(0)
    with not_as_root(), pytest.raises(UnreadableFile, match="Permission denied"):
        read_signals(path)


@contextmanager
def not_as_root() -> Iterator[None]:
    """Root may read everything: be nobody for a moment."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_files_path_which_is_this_runs_own_is_kept_as_its_name(tmp_path):
    """Merlin's reader puts it among the tags, and no container came out the same twice."""
    path = tmp_path / "own.hspy"
    axis = {"name": "x", "size": 3, "scale": 1.0, "offset": 0.0, "units": "nm", "navigate": False}
    hspy.file_writer(
        str(path),
        {
            "data": np.arange(3),
            "axes": [axis],
            "metadata": {"General": {"title": "own"}, "Signal": {"signal_type": ""}},
            "original_metadata": {"properties": {"path": str(path), "other": f"{path}.x"}},
            "learning_results": {},
            "models": {},
            "package_info": {},
            "tmp_parameters": {},
            "attributes": {"ragged": False, "_lazy": False},
        },
    )
    (signal,) = read_signals(path)
    assert signal.tags["properties"] == {"path": "own.hspy", "other": f"{path}.x"}
