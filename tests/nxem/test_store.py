"""Arrays go into HDF5 and come out of it unchanged, through plain h5py."""

import hashlib
import os
import subprocess
import sys

import dask.array as da
import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from emfair.nxem.pixels import parts, pixels_of
from emfair.nxem.store import store_array

DTYPES = st.sampled_from(
    [np.dtype(code) for code in ("u1", "i1", "<u2", ">u2", "<i4", ">i8", "<f4", ">f8", "<f2", "?")]
)
ARRAYS = DTYPES.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=4, max_side=9))
)


def put(array, *, dtype=None) -> tuple[np.ndarray, str, h5py.Dataset]:
    """Store an array in a file in memory; return what h5py reads, the hash, how it is stored."""
    pixels = pixels_of(dtype or array.dtype)
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        dataset, sha256 = store_array(
            file, "real", array, prepare=pixels.prepare, dtype=pixels.dtype,
            trailing=pixels.trailing,
        )  # fmt: skip
        return dataset[()], sha256, {"chunks": dataset.chunks, "filter": dataset.compression,
                                     "shuffle": dataset.shuffle}  # fmt: skip


@given(ARRAYS, st.booleans())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
def test_any_array_comes_back_exactly_and_its_hash_is_of_its_plain_bytes(array, lazy):
    found, sha256, _ = put(da.from_array(array, chunks=2) if lazy else array)
    stored = array.dtype.newbyteorder("<") if array.dtype != bool else np.dtype("u1")
    plain = array.astype(stored)
    assert found.dtype == stored
    assert found.tobytes() == plain.tobytes()
    assert sha256 == hashlib.sha256(plain.tobytes(order="C")).hexdigest()


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((300, 513), "<u2"), ((7, 130, 131), ">i4"), ((3, 5, 90, 91), "<f4"), ((1, 400_001), "<f8"),
     ((1_100_003,), "u1"), ((2, 1300, 1301), "u1")],
)  # fmt: skip
def test_large_arrays_are_gzip_with_shuffle_and_come_back_exactly(shape, dtype, lazy):
    """Larger than a chunk in odd sizes, so that the chunks at the edges are not full."""
    array = np.random.default_rng(1).integers(0, 200, shape).astype(dtype)
    data = (
        da.from_array(array, chunks=tuple(max(1, size // 3) for size in shape)) if lazy else array
    )
    found, sha256, stored = put(data)
    assert np.array_equal(found, array)
    assert (
        sha256 == hashlib.sha256(array.astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest()
    )
    assert (stored["filter"], stored["shuffle"]) == ("gzip", True)


def test_a_small_array_is_stored_as_it_is():
    _, _, stored = put(np.zeros((10, 10)))
    assert stored["chunks"] is None


def test_an_array_of_several_blocks_comes_back_exactly():
    array = np.random.default_rng(2).integers(0, 9, (40, 1024, 1024)).astype("u1")
    found, _, _ = put(array)
    assert np.array_equal(found, array)


def test_colours_become_a_trailing_dimension():
    colours = np.zeros((300, 200), dtype=[("R", ">u2"), ("G", ">u2"), ("B", ">u2")])
    colours["R"], colours["G"], colours["B"] = 1, 2, np.arange(200)
    found, _, _ = put(colours)
    assert found.shape == (300, 200, 3)
    assert found.dtype == np.dtype("<u2")
    assert found[5, 7].tolist() == [1, 2, 7]


def test_a_watcher_sees_all_of_it():
    array = np.arange(600_000, dtype=np.uint16).reshape(600, 1000)
    pixels, seen = pixels_of(array.dtype), np.zeros_like(array)
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:

        def watch(offset, block):
            rows = slice(offset[0], offset[0] + block.shape[0])
            seen[rows] = block

        store_array(file, "real", array, prepare=pixels.prepare, dtype=pixels.dtype, watch=watch)
    assert np.array_equal(seen, array)


def test_the_same_array_gives_the_same_bytes_however_it_is_cut(tmp_path):
    array = np.random.default_rng(3).integers(0, 50, (700, 1100)).astype(np.uint16)
    pixels = pixels_of(array.dtype)
    contents = []
    for name in ("a", "b"):
        with h5py.File(tmp_path / name, "w") as file:
            store_array(file, "real", array if name == "a" else da.from_array(array, chunks=100),
                        prepare=pixels.prepare, dtype=pixels.dtype)  # fmt: skip
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]


LARGE = """
import os, sys
import dask.array as da, h5py, numpy as np
from emfair.nxem.encode import LARGE
from emfair.nxem.store import store_array
cores, parts, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if cores == 1:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
few = np.random.default_rng(5).poisson(0.3, (100, 257, 259)).astype("<u2")
few[80:] = np.arange(259) // 7
array = np.concatenate([few] * 6)
assert array.nbytes > LARGE
with h5py.File(path, "w") as file:
    print(store_array(file, "real", da.from_array(array, chunks=(parts, -1, -1)),
                      prepare=lambda block: block, dtype=array.dtype)[1])
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are given on Linux only")
def test_a_large_array_gives_the_same_bytes_whatever_the_cores_and_the_process(tmp_path):
    """Noise and what repeats itself, which are packed in two ways."""
    told = [
        subprocess.run(
            [sys.executable, "-c", LARGE, cores, parts, tmp_path / f"{cores}-{parts}"],
            check=True, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": cores},
        ).stdout
        for cores, parts in (("1", "50"), ("8", "300"))
    ]  # fmt: skip
    assert told[0] == told[1]
    assert (tmp_path / "1-50").read_bytes() == (tmp_path / "8-300").read_bytes()
    with h5py.File(tmp_path / "1-50") as file:
        assert hashlib.sha256(file["real"][()].tobytes()).hexdigest() == told[0].strip()


@pytest.mark.parametrize(
    ("shape", "frame", "chunks"),
    [((3, 9, 600, 90), 2, (1, 2, 600, 90)), ((40, 50, 2048), 1, (1, 50, 2048)),
     ((2, 600, 800, 3), 2, (1, 218, 800, 3))],
)  # fmt: skip
def test_what_people_look_at_is_one_chunk_or_few(shape, frame, chunks):
    colour = shape[3:] if shape[-1] == 3 else ()
    data = np.zeros(shape[: len(shape) - len(colour)], "<u2")
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        dataset, _ = store_array(
            file, "real", data, frame=frame, dtype=data.dtype, trailing=colour,
            prepare=lambda block: np.stack([block] * 3, -1) if colour else block,
        )  # fmt: skip
        assert dataset.chunks == chunks


def test_complex_numbers_are_seen_whole_while_their_real_part_is_stored():
    array = (np.arange(6) + 1j * np.arange(6)[::-1]).reshape(2, 3).astype(">c16")
    seen = []
    both = parts(pixels_of(array.dtype), seen.append)
    assert both["real"].prepare(array).tolist() == array.real.tolist()
    assert both["imag"].prepare(array).tolist() == array.imag.tolist()
    assert b"".join(block.tobytes() for block in seen) == array.astype("<c16").tobytes()
