"""Walking an array in blocks."""

import subprocess
import sys
from math import prod

import dask.array as da
import numpy as np
import pytest
from dask import delayed
from hypothesis import given, settings
from hypothesis import strategies as st

from emfair.nxem import blocks
from emfair.nxem.blocks import BAND_BYTES, BLOCK_BYTES, CHUNK_BYTES, chunk_shape, walk

SHAPES = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(tuple)


@given(SHAPES, st.booleans(), st.integers(1, 4))
@settings(deadline=None)
def test_the_blocks_one_after_the_other_are_the_array(shape, lazy, parts):
    array = np.arange(prod(shape), dtype=np.int32).reshape(shape)
    data = (
        da.from_array(array, chunks=tuple(-(-size // parts) for size in shape)) if lazy else array
    )
    found = [block for _, block in walk(data, chunk_shape(shape, 4), 4)]
    assert b"".join(block.tobytes() for block in found) == array.tobytes()


@given(
    st.lists(st.integers(1, 5000), min_size=1, max_size=4).map(tuple),
    st.sampled_from([1, 2, 4, 8, 16]),
)
def test_blocks_are_bounded_aligned_and_cover_the_array_in_order(shape, itemsize):
    """On arrays that need no memory: one number, broadcast."""
    if prod(shape) * itemsize > 40 * BLOCK_BYTES:
        shape = tuple(min(size, 60) for size in shape)
    data = np.broadcast_to(np.zeros((), f"V{itemsize}"), shape)
    chunk = chunk_shape(shape, itemsize)
    covered = 0
    for offset, block in walk(data, chunk, itemsize):
        assert block.nbytes <= BLOCK_BYTES
        assert np.ravel_multi_index(offset, shape) == covered
        assert all(start % step == 0 for start, step in zip(offset, chunk, strict=True))
        covered += block.size
    assert covered == prod(shape)


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=5).map(tuple),
    st.sampled_from([1, 2, 4, 8, 16]),
)
def test_a_chunk_is_at_most_a_mebibyte_and_never_larger_than_the_array(shape, itemsize):
    chunk = chunk_shape(shape, itemsize)
    assert prod(chunk) * itemsize <= CHUNK_BYTES
    assert all(1 <= part <= size for part, size in zip(chunk, shape, strict=True))


@pytest.mark.parametrize(
    ("what", "shape", "itemsize", "frame", "chunk"),
    [
        ("a scan of patterns", (256, 256, 256, 256), 2, 2, (1, 2, 256, 256)),
        ("of larger ones", (64, 64, 512, 512), 2, 2, (1, 1, 512, 512)),
        ("a stack of pictures", (32, 4096, 4096), 2, 2, (1, 128, 4096)),
        ("a picture", (1024, 1024), 4, 2, (256, 1024)),
        ("a spectrum image", (512, 512, 2048), 2, 1, (1, 64, 2048)),
        ("a line of spectra", (500, 4096), 4, 1, (16, 4096)),
        ("a long spectrum", (3_000_000,), 4, 1, (1 << 18,)),
    ],
)
def test_chunks_are_as_the_decision_says(what, shape, itemsize, frame, chunk):
    """See docs/adr/0007."""
    assert chunk_shape(shape, itemsize, frame) == chunk


@pytest.mark.parametrize(
    ("shape", "itemsize"),
    [((2000, 256, 256), 2), ((64, 64, 1024, 1024), 4), ((1, 50_000_000), 2), ((70_000, 3), 8)],
)
def test_no_block_is_larger_than_the_bound(shape, itemsize):
    data = np.broadcast_to(np.zeros((), f"V{itemsize}"), shape)
    sizes = [block.nbytes for _, block in walk(data, chunk_shape(shape, itemsize), itemsize)]
    assert max(sizes) <= BLOCK_BYTES
    assert sum(sizes) == prod(shape) * itemsize


def test_a_dask_array_of_one_part_is_computed_once():
    calls = []

    def part(block):
        calls.append(1)
        return block + 1

    rows = blocks.BLOCK_BYTES // (1 << 20) * 3
    data = da.zeros((rows, 1 << 20), dtype=np.uint8, chunks=-1).map_blocks(part, dtype=np.uint8)
    calls.clear()
    found = list(walk(data, chunk_shape(data.shape, 1), 1))
    assert len(found) >= 3
    assert calls == [1]


def counted(shape, chunks):
    """Return a dask array of bytes, and a list that grows with each part that is computed."""
    calls = []

    def part(block_info):
        calls.append(1)
        return np.full(block_info[None]["chunk-shape"], len(calls) % 100, np.uint8)

    return da.map_blocks(part, chunks=da.core.normalize_chunks(chunks, shape), dtype="u1"), calls


@pytest.mark.parametrize("rows", [1, 17, 33, 60, 95])
def test_parts_that_several_blocks_share_are_computed_once(rows):
    data, calls = counted((200, 1 << 20), (rows, 1 << 19))
    calls.clear()  # dask tries the function once
    covered = sum(len(block) for _, block in walk(data, chunk_shape(data.shape, 1), 1))
    assert covered == 200
    assert len(calls) == 2 * -(-200 // rows)


def test_parts_that_are_too_large_for_memory_cost_time_instead():
    rows = 2 * BAND_BYTES >> 20
    data, calls = counted((rows, 2 << 20), (rows, 1 << 20))
    calls.clear()
    sizes = [block.nbytes for _, block in walk(data, chunk_shape(data.shape, 1), 1)]
    assert max(sizes) <= BLOCK_BYTES
    assert len(calls) > 2


def test_a_mapped_file_is_not_copied(tmp_path):
    path = tmp_path / "raw"
    path.write_bytes(bytes(range(256)) * 4096)

    def mapped():
        return np.memmap(path, np.uint8, "r", shape=(1024, 1024))

    data = da.from_delayed(delayed(mapped)(), (1024, 1024), np.uint8)
    ((_, block),) = walk(data, chunk_shape(data.shape, 1), 1)
    holder = block
    while not isinstance(holder, np.memmap):
        holder = holder.base
    assert block.tobytes() == path.read_bytes()


MAPPED = """
import resource, sys
import dask.array as da, numpy as np
from emfair.nxem.blocks import chunk_shape, walk
array = np.memmap(sys.argv[1], "<u2", "r", shape=(200, 1024, 1024))
data = da.from_array(array, name=False) if sys.argv[2] == "lazy" else array
next(walk(data, (1, 512, 1024), 2))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
total = sum(int(block.sum()) for _, block in walk(data, chunk_shape(data.shape, 2), 2))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, total)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in another unit elsewhere")
@pytest.mark.parametrize("how", ["lazy", "plain"])
def test_a_mapped_file_does_not_pile_up_in_memory(how, tmp_path):
    path = tmp_path / "raw"
    with path.open("wb") as file:
        file.truncate(400 << 20)
        file.seek(399 << 20)
        file.write(b"\x07")
    done = subprocess.run(
        [sys.executable, "-c", MAPPED, path, how], check=True, capture_output=True, text=True
    )
    kibibytes, total = map(int, done.stdout.split())
    assert total == 7
    assert kibibytes < 150 << 10
