"""Chunks unpacked outside of HDF5 are what HDF5 reads."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import h5py
import numpy as np
import pytest

from emfair.nxem.store import store_array
from emfair.service.looks.chunks import TOGETHER, Chunks, DamagedChunk


def boxes(chunks: Chunks):
    """Yield a box in each chunk: all of it, then a part."""
    grid = [range(0, size, chunk) for size, chunk in zip(chunks.shape, chunks.chunks, strict=True)]
    for starts in product(*grid):
        ends = [
            min(start + chunk, size)
            for start, chunk, size in zip(starts, chunks.chunks, chunks.shape, strict=True)
        ]
        yield tuple(slice(start, end) for start, end in zip(starts, ends, strict=True))
        yield tuple(slice((start + end) // 2, end) for start, end in zip(starts, ends, strict=True))


def chunks_of(path: Path) -> tuple[Chunks, list[tuple[int, int]]]:
    """Return the dataset in a file, and what is fetched of it."""
    content, fetched = path.read_bytes(), []

    def fetch(start: int, stop: int) -> bytes:
        fetched.append((start, stop))
        return content[start:stop]

    return Chunks(h5py.File(path)["a"], fetch), fetched


def stored(path: Path, data) -> None:
    with h5py.File(path, "w") as file:
        store_array(file, "a", data, prepare=lambda block: block, dtype=data.dtype, frame=2)


@pytest.mark.parametrize("dtype", ["u1", "i1", "<u2", "<i2", "<i4", "<f4", "<f8", "<i8"])
def test_all_kinds_of_numbers_in_whole_and_cut_chunks(tmp_path, dtype):
    random = np.random.default_rng(1)
    data = (random.normal(size=(7, 301, 203)) * 100).astype(dtype)
    stored(tmp_path / "a.h5", data)
    chunks, fetched = chunks_of(tmp_path / "a.h5")
    for box in boxes(chunks):
        (read,) = chunks.read([chunks.place(box)])
        assert read.dtype == dtype
        assert np.array_equal(read, data[box])
    assert fetched


def test_chunks_side_by_side_are_fetched_at_once(tmp_path):
    data = np.random.default_rng(3).integers(0, 9, (400, 100, 100)).astype("u2")
    stored(tmp_path / "a.h5", data)
    chunks, fetched = chunks_of(tmp_path / "a.h5")
    every = [box for box in boxes(chunks) if box[0].start % chunks.chunks[0] == 0]
    groups = list(chunks.together(every))
    assert [place.box for group in groups for place in group] == every
    read = [block for group in groups for block in chunks.read(group)]
    assert all(np.array_equal(block, data[box]) for block, box in zip(read, every, strict=True))
    assert len(fetched) == len(groups) < len(every)
    assert all(len(group) * chunks.chunk_bytes <= TOGETHER for group in groups)


def test_chunks_far_apart_are_fetched_apart(tmp_path):
    data = np.random.default_rng(4).integers(0, 60_000, (400, 100, 100)).astype("u2")
    stored(tmp_path / "a.h5", data)
    chunks, fetched = chunks_of(tmp_path / "a.h5")
    first, _, *_, last, _ = boxes(chunks)
    for group in chunks.together([first, last]):
        chunks.read(group)
    assert len(fetched) == 2
    assert sum(stop - start for start, stop in fetched) < (tmp_path / "a.h5").stat().st_size / 4


@pytest.mark.parametrize(
    "packing",
    [{}, {"compression": "gzip"}, {"shuffle": True}, {"compression": "lzf", "shuffle": True},
     {"compression": "gzip", "shuffle": True, "fletcher32": True}],
)  # fmt: skip
def test_other_packing_is_left_to_hdf5(tmp_path, packing):
    data = np.arange(60 * 70, dtype="<u2").reshape(60, 70)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", data=data, chunks=(16, 32), **packing)
    chunks, fetched = chunks_of(tmp_path / "a.h5")
    for group in chunks.together(boxes(chunks)):
        for place, block in zip(group, chunks.read(group), strict=True):
            assert np.array_equal(block, data[place.box])
    assert fetched == []


def test_a_damaged_chunk_is_an_error(tmp_path):
    data = np.random.default_rng(2).integers(0, 9, (300, 400)).astype("u2")
    path = tmp_path / "a.h5"
    stored(path, data)
    chunks, _ = chunks_of(path)
    place = chunks.place((slice(0, 10), slice(0, 10)))
    content = bytearray(path.read_bytes())
    content[(place.start + place.stop) // 2] ^= 0xFF
    path.write_bytes(content)
    damaged, _ = chunks_of(path)
    with pytest.raises(DamagedChunk, match=r"damaged|bytes instead"):
        damaged.read([place])
