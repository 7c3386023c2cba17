"""What emfair reads another way is what RosettaSciIO reads, but lazily and right."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from rsciio.tia import _api, file_reader
from sparse.numba_backend._coo import indexing

from emfair.errors import UnreadableFile
from emfair.vendor.read import read_signals
from tests.vendor.delmic import write_delmic
from tests.vendor.mrc import mrc_bytes

SERIES = sorted(
    [
        "FEI_new/128x128x5-diffraction_preview_1.ser",
        "FEI_new/16x16-line_profile_horizontal_5x128x128_EDS_2.ser",
        "FEI_new/16x16-spectrum_image_5x5x4000-not_square_1.ser",
        "FEI_old/16x16-line_profile_horizontal_10x1024_1.ser",
        "FEI_old/64x64_TEM_images_acquire_1.ser",
    ]
)


def offsets_of(content: bytes) -> tuple[int, np.ndarray]:
    """Return where a series' offset array stands, and the offsets (64 bits in later versions)."""
    count = int.from_bytes(content[18:22], "little")
    width = 8 if int.from_bytes(content[4:6], "little") > 528 else 4
    start = int.from_bytes(content[22 : 22 + width], "little")
    return start, np.frombuffer(bytes(content), f"<u{width}", count, start)


@pytest.mark.parametrize("name", SERIES)
def test_a_series_of_tia_is_mapped_and_reads_the_same(corpus, name):
    (signal,) = read_signals(corpus / name)
    (expected,) = file_reader(str(corpus / name))
    assert hasattr(signal.data, "dask")
    assert signal.data.dtype == expected["data"].dtype
    assert np.array_equal(signal.data.compute(), expected["data"])
    assert [axis.size for axis in signal.axes] == [axis["size"] for axis in expected["axes"]]


def test_a_series_whose_records_are_scattered_is_read_by_its_offsets(corpus, tmp_path):
    content = bytearray((corpus / SERIES[0]).read_bytes())
    start, offsets = offsets_of(content)
    length = int(offsets[1] - offsets[0])
    moved = bytes(content[offsets[1] : offsets[1] + length])
    width = offsets.itemsize
    content[start + width : start + 2 * width] = len(content).to_bytes(width, "little")
    content[offsets[1] : offsets[1] + length] = bytes(length)
    path = tmp_path / "scattered.ser"
    path.write_bytes(bytes(content) + moved)
    (signal,) = read_signals(path)
    (expected,) = file_reader(str(corpus / SERIES[0]))
    assert np.array_equal(np.asarray(signal.data), expected["data"])


def test_a_series_of_two_thousand_million_pictures_in_a_small_file_is_refused(corpus, tmp_path):
    content = bytearray((corpus / SERIES[0]).read_bytes())
    content[14:22] = b"\xff\xff\xff\x7f" * 2
    (tmp_path / "a.ser").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"its header promises \d+,\d{3},\d{3},\d{3} bytes"):
        read_signals(tmp_path / "a.ser")


def test_memory_does_not_grow_with_a_series(corpus, tmp_path):
    """A picture's record repeated to 200 MB, one picture of it read."""
    content = bytearray((corpus / SERIES[0]).read_bytes())
    start, offsets = offsets_of(content)
    length = int(offsets[1] - offsets[0])
    count = 200_000_000 // length
    content[14:22] = count.to_bytes(4, "little") * 2
    first = start + offsets.itemsize * 2 * count  # behind offsets of the records and of their tags
    record = bytes(content[offsets[0] : offsets[0] + length])
    where = (first + length * np.arange(count)).astype(offsets.dtype)
    path = tmp_path / "long.ser"
    with path.open("wb") as file:
        file.write(bytes(content[:start]) + where.tobytes() + where.tobytes())
        for _ in range(count):
            file.write(record)
    (signal,) = read_signals(path)
    (expected,) = file_reader(str(corpus / SERIES[0]))
    assert signal.data.shape == (count, 128, 128)
    assert np.array_equal(signal.data[count - 1].compute(), expected["data"][0])
    assert max(signal.data.chunks[0]) * length < 150_000_000


def test_what_is_compiled_for_a_sparse_map_is_kept_on_disk(velox):
    read_signals(velox / "fei_emd_si.emd")
    known = indexing._compute_mask.stats
    assert known.cache_path
    assert sum((known.cache_hits + known.cache_misses).values()) >= 1


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_numpy_file_is_read_in_whatever_order_it_was_saved(tmp_path, order):
    saved = np.asarray(np.random.default_rng(1).normal(size=(40, 6)), order=order)
    np.save(tmp_path / "a.npy", saved)
    (signal,) = read_signals(tmp_path / "a.npy")
    assert np.array_equal(np.asarray(signal.data), saved)


def test_threads_leave_the_reader_as_it_was(corpus):
    original = _api.load_ser_file
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(read_signals, [corpus / SERIES[0]] * 12))) == 12
    assert _api.load_ser_file is original


@pytest.mark.parametrize("order", ["<", ">"])
def test_what_serialem_says_beside_a_file_is_among_its_tags(tmp_path, order):
    (tmp_path / "tilts.mrc").write_bytes(mrc_bytes(order))
    (tmp_path / "tilts.mrc.mdoc").write_text("Voltage = 300\n\n[ZValue = 0]\nTiltAngle = -60.0\n")
    (signal,) = read_signals(tmp_path / "tilts.mrc")
    assert signal.tags["mdoc"]["Voltage"] == "300"
    assert signal.tags["std_header"]["NX"] == 6


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_pantarhei_file_is_mapped_where_its_array_lies_as_it_is(tmp_path, save):
    saved = np.random.default_rng(1).normal(size=(40, 6))
    about = np.array('[{"type": "2D", "content.types": ["X", "Y"]}]')
    with (tmp_path / "a.prz").open("wb") as file:
        save(file, data=saved, meta_data_json=about)
    (signal,) = read_signals(tmp_path / "a.prz")
    assert hasattr(signal.data, "dask") is (save is np.savez)
    assert np.array_equal(np.asarray(signal.data), saved)


def test_the_electron_pictures_of_a_delmic_file_are_read_beside_its_light(tmp_path):
    light, electrons = np.arange(40.0).reshape(5, 2, 4), np.arange(8).reshape(2, 4)
    write_delmic(
        tmp_path / "a.h5",
        Secondary_electrons_survey=electrons,
        Spectrum=light,
        Secondary_electrons_concurrent=electrons + 1,
    )
    map_, picture, survey = read_signals(tmp_path / "a.h5")
    assert map_.reader == "Delmic"
    assert [axis.name for axis in map_.axes] == ["Y", "X", "Wavelength"]
    assert np.array_equal(map_.data, np.moveaxis(light, 0, 2))
    assert np.array_equal(picture.data, electrons + 1)
    assert np.array_equal(survey.data, electrons)
    assert picture.axes[1].scale == pytest.approx(200)
    assert picture.axes[1].unit == "nm"
