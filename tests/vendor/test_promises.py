"""A small file that promises much is refused at once; a sound one keeps what it promises."""

import re
import shutil
import time

import h5py
import numpy as np
import pytest
import tifffile

from emfair.errors import UnreadableFile
from emfair.vendor.promises import refuse_torn
from emfair.vendor.read import read_signals

pytestmark = pytest.mark.usefixtures("closed_at_once")


def refusal(path):
    """Return what is said of a file, which must be refused by its name, and at once."""
    begun = time.monotonic()
    with pytest.raises(UnreadableFile) as told:
        read_signals(path)
    assert time.monotonic() - begun < 5
    assert told.value.subject == path.name
    return told.value.message


def test_a_blockfile_of_65535_rows(corpus, tmp_path):
    content = bytearray((corpus / "blockfile_data" / "test1.blo").read_bytes())
    content[26:28] = b"\xff\xff"
    (tmp_path / "a.blo").write_bytes(content)
    assert "promises" in refusal(tmp_path / "a.blo")


@pytest.mark.parametrize("length", [20, 28])
def test_a_blockfile_that_ends_within_its_header(corpus, tmp_path, length):
    content = (corpus / "blockfile_data" / "test1.blo").read_bytes()
    (tmp_path / "a.blo").write_bytes(content[:length])
    assert "promises" in refusal(tmp_path / "a.blo")


def test_a_ripple_header_of_a_thousand_terabytes(corpus, tmp_path):
    header = corpus / "ripple_files" / "test_ripple_sdim-2_ndim-1_uint8_meta.rpl"
    shutil.copy(header.with_suffix(".raw"), tmp_path / "a.raw")
    text = re.sub(r"(width|height|depth)(\s+)\d+", r"\g<1>\g<2>100000", header.read_text("latin-1"))
    (tmp_path / "a.rpl").write_text(text, "latin-1")
    assert "promises" in refusal(tmp_path / "a.rpl")


@pytest.mark.parametrize(
    ("file", "raw", "pattern"),
    [
        ("map4x4.xml", "scan_x4_y4.raw", r"(<pix_x>)4"),
        ("stack_images.xml", "series_x10.raw", r"(<series_count>)10"),
    ],
)
def test_an_empad_scan_of_many_more_frames(corpus, tmp_path, file, raw, pattern):
    text = (corpus / "empad_data" / file).read_text("utf-8")
    (tmp_path / raw).write_bytes(bytes(16 * 130 * 128 * 4))
    (tmp_path / file).write_text(text, "utf-8")
    refuse_torn("EMPAD", tmp_path / file)
    (tmp_path / file).write_text(re.sub(pattern, r"\g<1>1000000", text), "utf-8")
    assert "promises" in refusal(tmp_path / file)


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_a_numpy_file_of_terabytes(tmp_path, version):
    path = tmp_path / "a.npy"
    said = {"descr": "<f8", "fortran_order": False, "shape": (1_000_000, 1_000_000)}
    write = {1: np.lib.format.write_array_header_1_0, 2: np.lib.format.write_array_header_2_0}
    with path.open("wb") as file:
        write[version[0]](file, said)
    assert "promises" in refusal(path)


def test_an_hdf5_array_that_stands_in_the_file_only_by_name(corpus, tmp_path):
    path = shutil.copy(corpus / "hdf5_files" / "example2_v3.1.hspy", tmp_path / "a.hspy")
    with h5py.File(path, "r+") as file:
        (experiment,) = file["Experiments"].values()
        del experiment["data"]
        experiment.create_dataset("data", (10**6, 10**6), "f4", chunks=(64, 64))
    assert "promises" in refusal(path)


SIDE = 2_000_000_000


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
def test_a_tiff_of_four_billion_gigabytes(tmp_path, big, order, compression):
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, np.zeros((8, 8), "u1"), bigtiff=big, byteorder=order, compression=compression
    )
    refuse_torn("TIFF", path)
    with tifffile.TiffFile(path, mode="r+b") as file:
        for tag in ("ImageWidth", "ImageLength", "RowsPerStrip"):
            file.pages[0].tags[tag].overwrite(SIDE, dtype="I")
    assert f"its header promises {SIDE**2:,} bytes" in refusal(path)


def test_a_tiff_that_is_cut_off_within_its_last_page(tmp_path):
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as file:
        for _ in range(20):
            file.write(np.zeros((64, 64), "u1"), contiguous=False, metadata=None)
    refuse_torn("TIFF", path)
    path.write_bytes(path.read_bytes()[:-4096])
    assert "promises" in refusal(path)


def described(path, description):
    tifffile.imwrite(path, np.ones((8, 8), "u1"), description=description, metadata=None)
    return path


def test_a_tiff_whose_description_makes_up_pictures(tmp_path):
    path = described(tmp_path / "a.tif", f'{{"shape": [{SIDE}, 8, 8]}}')
    assert f"promises arrays of {SIDE * 64:,} bytes" in refusal(path)


def test_a_tiff_of_imagej_that_does_so_is_read_as_what_it_is(tmp_path):
    text = f"ImageJ=1.11a\nimages={SIDE}\nslices={SIDE}\n"
    (signal,) = read_signals(described(tmp_path / "a.tif", text))
    assert np.asarray(signal.data).tolist() == [[1] * 8] * 8


@pytest.mark.parametrize(
    ("reader", "pattern"),
    [
        ("Blockfile", "blockfile_data/*.blo"),
        ("Ripple", "ripple_files/*.rpl"),
        ("numpy", "bruker_data/*.npy"),
        ("HSPY", "hdf5_files/*.hspy"),
        ("EMD", "emd_files/*.emd"),
        ("TIFF", "tiff_files/*.tif"),
    ],
)
def test_real_files_keep_what_they_promise(corpus, reader, pattern):
    found = list(corpus.glob(pattern))
    assert found
    assert [path.name for path in found if breaks_its_promise(reader, path)] == []


def breaks_its_promise(reader, path):
    try:
        refuse_torn(reader, path)
    except UnreadableFile:
        return True
    return False
