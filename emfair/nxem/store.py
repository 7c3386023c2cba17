"""Put an array into an HDF5 dataset: one pass that reads, hashes, compresses and stores.

The bytes are plain gzip with shuffle, as every HDF5 reader opens them, made in threads and stored
with direct chunk writes in the order of the chunks, so that the same array gives the same file
whatever the number of cores. What does not belong here: packing a chunk (`emfair.nxem.encode`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, product
from math import prod
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from emfair.crew import cores
from emfair.nxem.blocks import BLOCK_BYTES, CHUNK_BYTES, chunk_shape, walk
from emfair.nxem.encode import Encode, encoder, shuffled

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
    frame: int = 2,
    watch: Watch | None = None,
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
    frame
        How many of the last axes of `data` people look at together.
    watch
        Called with the offset and each prepared block (for statistics and previews).

    Returns
    -------
    dataset, sha256
        The hash runs over the prepared array's bytes in C order, little endian.
    """
    shape = (*data.shape, *trailing)
    chunk = chunk_shape(shape, dtype.itemsize, frame + len(trailing))
    digest = hashlib.sha256()

    def blocks() -> Iterator[tuple[Offset, Block]]:
        source_chunk = chunk[: data.ndim]
        for offset, raw in walk(data, source_chunk, dtype.itemsize * prod(trailing)):
            block = np.ascontiguousarray(prepare(raw))
            full = (*offset, *([0] * len(trailing)))
            if watch is not None:
                watch(full, block)
            yield full, block

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
    chunks: list[Future[list[tuple[Offset, bytes]]]]


@dataclass(frozen=True)
class _Task:
    """A chunk to be made: where its block and it begin, its shape, and how it is packed."""

    offset: Offset
    start: Offset
    chunk: tuple[int, ...]
    encode: Encode


def _compress(
    dataset: h5py.Dataset,
    blocks: Iterator[tuple[Offset, Block]],
    chunk: tuple[int, ...],
    see: Callable[[memoryview], None],
) -> None:
    """Compress on all cores, while this thread reads the next block and stores the one before.

    `see` gets the blocks in order, in a thread of its own. No more than two blocks wait.
    """
    size = prod(chunk) * dataset.dtype.itemsize
    some, alike = max(1, CHUNK_BYTES // size), max(1, BLOCK_BYTES // size)
    numbers = count()
    with ThreadPoolExecutor(cores()) as pool, ThreadPoolExecutor(1) as hasher:
        waiting: _Waiting | None = None
        for offset, block in blocks:
            tasks: list[_Task] = []
            for start, number in zip(_starts(block.shape, chunk), numbers, strict=False):
                if number % alike == 0:  # counted over the array: blocks are cut in many ways
                    encode = encoder(block[_region(start, chunk)], dataset.nbytes)
                tasks.append(_Task(offset, start, chunk, encode))
            before, waiting = (
                waiting,
                _Waiting(
                    hasher.submit(see, block.data.cast("B")),
                    [
                        pool.submit(_encoded, block, tasks[first : first + some])
                        for first in range(0, len(tasks), some)
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
    for chunks in waiting.chunks:
        for offset, content in chunks.result():
            dataset.id.write_direct_chunk(offset, content, 0)
    waiting.hashed.result()


def _encoded(block: Block, tasks: list[_Task]) -> list[tuple[Offset, bytes]]:
    """Return some chunks of a block: where they go, and their bytes."""
    return [
        (
            tuple(o + s for o, s in zip(task.offset, task.start, strict=True)),
            task.encode(shuffled(_whole(block[_region(task.start, task.chunk)], task.chunk))),
        )
        for task in tasks
    ]


def _whole(part: Block, chunk: tuple[int, ...]) -> Block:
    """Return a chunk in C order; at the array's edges it is filled up with zeros."""
    if part.shape == chunk:
        return np.ascontiguousarray(part)
    full = np.zeros(chunk, part.dtype)
    full[tuple(slice(0, size) for size in part.shape)] = part
    return full
