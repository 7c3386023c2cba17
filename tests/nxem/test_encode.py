"""A chunk's bytes are what HDF5's own filters read, packed in the way that suits them."""

import zlib

import h5py
import numpy as np
import pytest

from emfair.nxem.deflate import compress
from emfair.nxem.encode import LARGE, by_matches, encoder, shuffled

RNG = np.random.default_rng(11)
NOISE = RNG.poisson(20, (256, 1024)).astype("<u2")
MAP = np.tile(RNG.normal(size=(64, 64)), (16, 8))


@pytest.mark.parametrize("dtype", ["u1", "<u2", "<i4", "<f4", "<f8", "<u8"])
def test_the_shuffle_is_that_of_hdf5(dtype):
    numbers = RNG.integers(0, 250, (30, 50)).astype(dtype)
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        stored = file.create_dataset("a", data=numbers, chunks=numbers.shape, shuffle=True)
        _, content = stored.id.read_direct_chunk((0, 0))
    planes = shuffled(numbers)
    assert planes.shape == (numbers.itemsize, numbers.size)
    assert planes.tobytes() == content


def test_noise_is_packed_by_runs_and_what_repeats_itself_by_matches():
    assert encoder(NOISE, LARGE) is compress
    assert encoder(MAP, LARGE) is by_matches


def test_a_small_array_does_not_wait_for_the_faster_way_to_load():
    assert encoder(NOISE, LARGE - 1) is by_matches


@pytest.mark.parametrize("part", [NOISE, MAP, NOISE[:, :1], NOISE[:1, :3]])
def test_what_was_chosen_is_no_larger_than_gzip_at_level_4(part):
    planes = shuffled(np.ascontiguousarray(part))
    packed = encoder(part, LARGE)(planes)
    assert zlib.decompress(packed) == planes.tobytes()
    assert len(packed) <= len(zlib.compress(planes.tobytes(), 4)) + 16
