"""Walk an array in blocks that fit in memory, in C order, whatever holds it.

A block spans whole trailing dimensions, so that the blocks' bytes one after the other are the
array's bytes: one pass can hash, compress and sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_BYTES = 32 << 20
CHUNK_BYTES = 1 << 20


def chunk_shape(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Return a chunk of at most 1 MiB: whole frames if they are small, bands of a frame if not."""
    chunk = [1] * len(shape)
    budget = max(1, CHUNK_BYTES // itemsize)
    for axis in reversed(range(len(shape))):
        chunk[axis] = max(1, min(shape[axis], budget // prod(chunk)))
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
    file in one go (Bruker's, compressed TIFF) would do so for each block.
    """
    shape = data.shape
    if getattr(data, "npartitions", 0) == 1:
        data = data.compute(scheduler="synchronous")
    cut = _cut_axis(shape, itemsize)
    behind = prod(shape[cut + 1 :]) * itemsize
    step = max(1, BLOCK_BYTES // max(1, behind) // chunk[cut]) * chunk[cut]
    for lead in product(*(range(size) for size in shape[:cut])):
        for start in range(0, shape[cut], step):
            stop = min(shape[cut], start + step)
            selection = (*lead, slice(start, stop))
            block = np.asarray(data[selection])
            offset = (*lead, start, *([0] * (len(shape) - cut - 1)))
            yield offset, block.reshape((1,) * cut + block.shape)


def _cut_axis(shape: tuple[int, ...], itemsize: int) -> int:
    """Return the first axis of which one step is no more than a block."""
    for axis in range(len(shape)):
        if prod(shape[axis + 1 :]) * itemsize <= BLOCK_BYTES:
            return axis
    return len(shape) - 1
