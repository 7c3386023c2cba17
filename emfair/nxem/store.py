"""Put an array into an HDF5 dataset: one pass that reads, hashes, compresses and stores.

The bytes are plain gzip with shuffle, as every HDF5 reader opens them; ISA-L makes them in
threads, and they are stored with direct chunk writes in the order of the chunks, so that the same
array gives the same file whatever the number of cores.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import h5py
import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from emfair.nxem.blocks import chunk_shape, walk

GZIP_LEVEL = 1  # of ISA-L; as small as zlib's 4 on microscope data: docs/adr/0005
SMALL = 64 << 10  # below this a dataset is stored as it is
Block = NDArray[Any]
Offset = tuple[int, ...]
Watch = Callable[[Offset, Block], None]


def store_array(
    group: h5py.Group,
    name: str,
    data: Any,
    *,
    prepare: Callable[[Block], Block],
    dtype: np.dtype[Any],
    trailing: tuple[int, ...] = (),
    watch: Watch | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[h5py.Dataset, str]:
    """Store `data` as ``group[name]``; return the dataset and the SHA-256 of its pixels.

    Parameters
    ----------
    data
        NumPy or dask array.
    prepare
        Turns a block of `data` into numbers of `dtype` (byte order, colour channels).
    trailing
        Dimensions that `prepare` adds behind.
    watch
        Called with the offset and each prepared block (for statistics and previews).
    progress
        Called with the number of bytes done since the last call.

    Returns
    -------
    dataset, sha256
        The hash runs over the prepared array's bytes in C order, little endian.
    """
    shape = (*data.shape, *trailing)
    chunk = chunk_shape(shape, dtype.itemsize)
    digest = hashlib.sha256()

    def blocks() -> Iterator[tuple[Offset, Block]]:
        source_chunk = chunk[: data.ndim]
        for offset, raw in walk(data, source_chunk, dtype.itemsize * prod(trailing)):
            block = np.ascontiguousarray(prepare(raw))
            full = (*offset, *([0] * len(trailing)))
            if watch is not None:
                watch(full, block)
            yield full, block
            if progress is not None:
                progress(block.nbytes)

    if prod(shape) * dtype.itemsize <= SMALL:
        dataset = group.create_dataset(name, shape=shape, dtype=dtype)
        for offset, block in blocks():
            digest.update(block.data.cast("B"))
            dataset[_region(offset, block.shape)] = block
    else:
        dataset = group.create_dataset(
            name, shape=shape, dtype=dtype, chunks=chunk, shuffle=True,
            compression="gzip", compression_opts=4,
        )  # fmt: skip
        _compress(dataset, blocks(), chunk, digest.update)
    return dataset, digest.hexdigest()


def _region(offset: Offset, shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(start, start + size) for start, size in zip(offset, shape, strict=True))


@dataclass(frozen=True)
class _Waiting:
    """A block on its way through the threads: its hashing, and its chunks in order."""

    hashed: Future[None]
    chunks: list[tuple[Offset, Future[bytes]]]


def _compress(
    dataset: h5py.Dataset,
    blocks: Iterator[tuple[Offset, Block]],
    chunk: tuple[int, ...],
    see: Callable[[memoryview], None],
) -> None:
    """Compress on all cores, while this thread reads the next block and stores the one before.

    `see` gets the blocks in order, in a thread of its own. No more than two blocks wait.
    """
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool, ThreadPoolExecutor(1) as hasher:
        waiting: _Waiting | None = None
        for offset, block in blocks:
            before, waiting = (
                waiting,
                _Waiting(
                    hasher.submit(see, block.data.cast("B")),
                    [
                        (
                            tuple(o + s for o, s in zip(offset, start, strict=True)),
                            pool.submit(_encode, block, start, chunk),
                        )
                        for start in _starts(block.shape, chunk)
                    ],
                ),
            )
            _flush(dataset, before)
        _flush(dataset, waiting)


def _starts(shape: tuple[int, ...], chunk: tuple[int, ...]) -> Iterator[Offset]:
    """Return where each chunk of a block begins, in C order."""
    return product(*(range(0, size, step) for size, step in zip(shape, chunk, strict=True)))


def _flush(dataset: h5py.Dataset, waiting: _Waiting | None) -> None:
    if waiting is None:
        return
    for offset, future in waiting.chunks:
        dataset.id.write_direct_chunk(offset, future.result(), 0)
    waiting.hashed.result()


def _encode(block: Block, start: Offset, chunk: tuple[int, ...]) -> bytes:
    """Return one chunk, padded to its full shape, shuffled and compressed."""
    part = block[_region(start, chunk)]
    if part.shape != chunk:
        full = np.zeros(chunk, part.dtype)
        full[tuple(slice(0, size) for size in part.shape)] = part
        part = full
    return bytes(isal_zlib.compress(_shuffled(np.ascontiguousarray(part)).data, GZIP_LEVEL))


def _shuffled(part: Block) -> NDArray[np.uint8]:
    """Return HDF5's shuffle: every number's lowest byte, then every second one, and so on.

    Shifting narrow numbers is two to three times faster than picking their bytes.
    """
    width = part.dtype.itemsize
    if width not in (2, 4):
        return part.reshape(-1).view(np.uint8).reshape(-1, width).T.copy().reshape(-1)
    numbers = part.reshape(-1).view(f"<u{width}")
    planes = np.empty((width, numbers.size), np.uint8)
    for place, plane in enumerate(planes):
        np.right_shift(numbers, 8 * place, out=plane, casting="unsafe")
    return planes.reshape(-1)
