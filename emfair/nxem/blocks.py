"""Walk an array in blocks that fit in memory, in C order, whatever holds it.

A block spans whole trailing dimensions, so that the blocks' bytes one after the other are the
array's bytes: one pass can hash, compress and sum.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_BYTES = 32 << 20
BAND_BYTES = 96 << 20  # of a source's parts that are read at once: two such are held
CHUNK_BYTES = 1 << 20
SHARED_BYTES = 256 << 10


def chunk_shape(shape: tuple[int, ...], itemsize: int, frame: int = 2) -> tuple[int, ...]:
    """Return the shape of the pieces that are read at once: docs/adr/0007.

    Parameters
    ----------
    frame
        How many axes, counted from the last, people look at together. A frame is one chunk if it
        has no more than 1 MiB, else bands of it are; small ones share a chunk of 256 KiB.
    """
    chunk = [1] * len(shape)
    for axis in reversed(range(len(shape))):
        most = CHUNK_BYTES if axis >= len(shape) - frame else SHARED_BYTES
        chunk[axis] = max(1, min(shape[axis], most // itemsize // prod(chunk)))
        if chunk[axis] < shape[axis]:
            break
    return tuple(chunk)


def walk(
    data: Any, chunk: tuple[int, ...], itemsize: int
) -> Iterator[tuple[tuple[int, ...], NDArray[Any]]]:
    """Yield (offset, block) over `data`, a NumPy or dask array, in C order.

    Each block is at most about `BLOCK_BYTES` (one chunk row if that is more), begins at a chunk's
    boundary in the axis it is cut along, and is whole in all axes behind it. A dask array of a
    single part is computed at once: any block of it costs the whole, and readers that decode a
    file in one go (Bruker's, compressed TIFF) would do so for each block. So are parts that
    several blocks share, up to `BAND_BYTES`.
    """
    shape = data.shape
    if getattr(data, "npartitions", 0) == 1:
        data = _computed(data)
    cut = _cut_axis(shape, itemsize)
    behind = prod(shape[cut + 1 :]) * itemsize
    step = max(1, BLOCK_BYTES // max(1, behind) // chunk[cut]) * chunk[cut]
    for lead in product(*(range(size) for size in shape[:cut])):
        for first, last in _bands(data, cut, chunk[cut], step, BAND_BYTES // max(1, behind)):
            band = _computed(data[(*lead, slice(first, last))])
            parts = -(-(last - first) // step)
            even = -(-(last - first) // (parts * chunk[cut])) * chunk[cut]
            for start in range(first, last, even):
                block = band[start - first : start - first + even]
                offset = (*lead, start, *([0] * (len(shape) - cut - 1)))
                yield offset, block.reshape((1,) * cut + block.shape)
            _forget(band)


def _bands(data: Any, axis: int, grain: int, step: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield where to cut `axis`, at multiples of `grain`: where the source's parts end, if it can.

    That is within `step` elements, or no more than `most`; else after `step`.
    """
    size = data.shape[axis]
    ends = np.cumsum(data.chunks[axis]) if hasattr(data, "chunks") else np.array([size])
    first = 0
    while first < size:
        last = min(size, first + step)
        before = ends[(ends > first) & (ends <= last) & (ends % grain == 0)]
        behind = min(size, -(-int(ends[np.searchsorted(ends, last)]) // grain) * grain)
        if before.size:
            last = int(before[-1])
        elif hasattr(data, "chunks") and behind - first <= most:
            last = behind
        yield first, last
        first = last


def _computed(part: Any) -> NDArray[Any]:
    """Return a piece of the array in memory, or as a map of the file: copied once at most."""
    if not hasattr(part, "npartitions"):
        return np.asarray(part)
    if part.npartitions == 1:  # `compute` would copy it
        (only,) = part.to_delayed().reshape(-1)
        return np.asarray(only.compute(scheduler="synchronous"))
    from dask.array import store

    whole = np.empty(part.shape, part.dtype)
    store(part, whole, lock=False)
    return whole


def _forget(band: NDArray[Any]) -> None:
    """Take a mapped file's pages off this process, whose memory they would count as.

    Whoever still reads them gets them again. Not so with a map that can be written to.
    """
    kept: Any = band
    read_only = False
    while isinstance(kept, np.ndarray):
        read_only = read_only or (isinstance(kept, np.memmap) and kept.mode == "r")
        kept = kept.base
    if read_only and isinstance(kept, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        kept.madvise(mmap.MADV_DONTNEED)


def _cut_axis(shape: tuple[int, ...], itemsize: int) -> int:
    """Return the first axis of which one step is no more than a block."""
    for axis in range(len(shape)):
        if prod(shape[axis + 1 :]) * itemsize <= BLOCK_BYTES:
            return axis
    return len(shape) - 1
