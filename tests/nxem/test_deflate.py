"""Streams of runs and Huffman codes are what any zlib reads, and smaller than it makes them."""

import hashlib
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from emfair.nxem.deflate import SEGMENT, compress

FEW = st.integers(0, 3).map(lambda value: value * value)  # so that runs are common


@given(
    hnp.arrays(
        np.uint8,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=700),
        elements=st.one_of(FEW, st.integers(0, 255)),
        fill=FEW,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_come_back_exactly(planes):
    assert zlib.decompress(compress(planes)) == planes.tobytes()


def fibonacci() -> np.ndarray:
    """Return bytes whose best codes would have 24 bits: deflate's have 15."""
    counts = [1, 1]
    while len(counts) < 25:
        counts.append(counts[-1] + counts[-2])
    return np.random.default_rng(1).permutation(np.repeat(np.arange(25, dtype="u1"), counts))


def runs(*lengths: int) -> np.ndarray:
    return np.repeat(np.arange(len(lengths), dtype="u1"), lengths)


RNG = np.random.default_rng(7)
CASES = {
    "nothing": np.zeros(0, "u1"),
    "one byte": np.array([255], "u1"),
    "only zeros": np.zeros(3 * SEGMENT + 5, "u1"),
    "only 255": np.full(3 * SEGMENT + 5, 255, "u1"),
    "two values": RNG.integers(0, 2, 300_001).astype("u1"),
    "counts of noise": RNG.poisson(20, 400_003).astype("u1"),
    "few electrons": RNG.poisson(0.02, 1_000_003).astype("u1"),
    "all values alike": RNG.integers(0, 256, 2 * SEGMENT + 9).astype("u1"),
    "codes that would be too long": fibonacci(),
    "runs as long as a code, and around it": runs(*range(1, 40), *range(250, 300), 516, 517, 518),
    "runs over the ends of segments": runs(SEGMENT - 5, 3, 40, SEGMENT, SEGMENT - 1, 9000),
    "noise, then zeros, then noise": np.concatenate(
        [RNG.integers(0, 256, 70_001), np.zeros(100_001), RNG.poisson(3, 200_000)]
    ).astype("u1"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_what_is_hard_comes_back_exactly(name, rows):
    data = CASES[name]
    planes = data[: data.size // rows * rows].reshape(rows, -1)
    assert zlib.decompress(compress(planes)) == planes.tobytes()


@pytest.mark.parametrize("name", ["counts of noise", "few electrons"])
def test_counts_are_smaller_than_with_gzip_at_level_4(name):
    planes = CASES[name].reshape(1, -1)
    assert len(compress(planes)) < len(zlib.compress(planes.tobytes(), 4))


def test_what_cannot_be_made_smaller_grows_by_less_than_a_thousandth():
    planes = CASES["all values alike"].reshape(1, -1)
    assert len(compress(planes)) < planes.size * 1.001


def test_a_row_has_codes_of_its_own():
    low, high = CASES["counts of noise"][:100_000], np.full(100_000, 9, "u1")
    both = len(compress(np.stack([low, high])))
    assert both < len(compress(low.reshape(1, -1))) + 300


def test_threads_do_not_disturb_each_other():
    many = [data.reshape(1, -1) for data in CASES.values()] * 4
    alone = [compress(planes) for planes in many]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(compress, many)) == alone


def test_the_bytes_are_the_same_on_every_machine():
    numbers = np.arange(300_000, dtype=np.uint64)
    noise = (numbers * numbers * 2_654_435_761 >> np.uint64(13)) % np.uint64(61)
    noise[100_000:150_000] = 7
    noise[numbers % 5 > 1] = 0
    stream = compress(noise.astype("u1").reshape(2, -1))
    assert (
        hashlib.sha256(stream).hexdigest()
        == "0a44481ffd4d938f98bd8e9933e4016313ac18dc8326b0138a74f24dbc3cfba6"
    )
