"""What the pages of a TIFF file promise stands in their tags, whichever way they are written."""

import struct

import numpy as np
import pytest
import tifffile

from emfair.errors import UnreadableFile
from emfair.vendor.tiff_pages import ANY, MOST, Page, pages_of

pytestmark = pytest.mark.usefixtures("closed_at_once")


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("shape", "dtype", "options", "size"),
    [
        ((5, 7), "u1", {}, 35),
        ((5, 7), "f8", {}, 280),
        ((5, 7, 3), "u2", {"photometric": "rgb"}, 210),
        ((3, 5, 7), "u1", {"photometric": "rgb", "planarconfig": "separate"}, 105),
        ((64, 64), "u2", {"tile": (16, 16)}, 8192),
        ((5, 8), "?", {}, 5),
    ],
)
def test_a_page_has_the_bytes_of_its_pixels(tmp_path, big, order, shape, dtype, options, size):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros(shape, dtype), bigtiff=big, byteorder=order, **options)
    assert pages_of(path) == [Page(size, 1)]


def test_real_files_have_the_pages_that_tifffile_finds(corpus, sem_tiffs):
    found = [*corpus.glob("tiff_files/*.tif"), *sem_tiffs.glob("*.tif")]
    assert len(found) > 10
    for path in found:
        with tifffile.TiffFile(path) as file:
            theirs = [(page.nbytes, int(page.compression)) for page in file.pages]
        ours = pages_of(path)
        assert [page.compression for page in ours] == [one for _, one in theirs], path.name
        assert [page.size for page in ours if page.compression == 1] == [
            size for size, one in theirs if one == 1
        ], path.name


def test_what_is_packed_takes_a_part_of_it():
    assert Page(4001, 8).least == 3
    assert Page(ANY + 1, 7).least == 2
    assert Page(0, 1).least == 0


def many_pages(count, following):
    """Return pages of one tag each, the last one followed by `following`."""
    places = [*range(26, 8 + 18 * count, 18), following]
    tables = (struct.pack("<HHHIII", 1, 256, 4, 1, 8, place) for place in places)
    return b"II*\0" + struct.pack("<I", 8) + b"".join(tables)


@pytest.mark.parametrize("following", [0, 8, 1 << 31])
def test_pages_end_where_no_other_follows(tmp_path, following):
    path = tmp_path / "a.tif"
    path.write_bytes(many_pages(3, following))
    assert pages_of(path) == [Page(0, 1)] * 3


def test_pages_beyond_number_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(many_pages(MOST, 0))
    assert len(pages_of(path)) == MOST
    path.write_bytes(many_pages(MOST + 1, 0))
    with pytest.raises(UnreadableFile, match="more than 65,536 pages"):
        pages_of(path)


@pytest.mark.parametrize("length", range(0, 60, 3))
@pytest.mark.parametrize("big", [False, True])
def test_a_file_that_ends_early_has_no_more_pages_than_it_had(tmp_path, big, length):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((8, 8)), bigtiff=big, metadata=None)
    path.write_bytes(path.read_bytes()[:length])
    assert all(page.size <= 512 for page in pages_of(path))


@pytest.mark.parametrize("content", [b"", b"II", b"II*\0\0\0\0\0", b"II,\0" + bytes(20), b"text"])
def test_what_is_no_tiff_has_no_pages(tmp_path, content):
    (tmp_path / "a.tif").write_bytes(content)
    assert pages_of(tmp_path / "a.tif") == []
