"""Leading axes of an array made one, in C order, block by block.

NXem has places for four dimensions. What has more is stored as a stack: its pictures (or spectra)
one after the other. Dask's own ``reshape`` would first make each picture a part of its own, or all
of them one. What does not belong here: which axes are made one (`emfair.nxem.shape`).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, ...]


def merge(data: Any, count: int) -> Any:
    """Return `data`, a NumPy or dask array, with its first `count` axes as one."""
    if count < 2:
        return data
    if getattr(data, "npartitions", 1) == 1:
        return data.reshape(-1, *data.shape[count:])
    return Merged(data, count)


class Merged:
    """A dask array with its first `count` axes as one; read as `emfair.nxem.blocks.walk` does.

    Attributes
    ----------
    shape, ndim, dtype
        As of an array; the first dimension is the product of those that were made one.
    """

    def __init__(self, data: Any, count: int) -> None:
        self._data = data
        self._sizes = tuple(data.shape[:count])
        self.shape = (prod(self._sizes), *data.shape[count:])
        self.ndim = len(self.shape)
        self.dtype = data.dtype

    def __getitem__(self, selection: Any) -> NDArray[Any]:
        """Return a part; the first dimension takes a number or a slice without a step."""
        first, *others = selection if isinstance(selection, tuple) else (selection,)
        if not isinstance(first, slice):
            place = np.unravel_index(int(first), self._sizes)
            return np.asarray(self._data[(*map(int, place), *others)])
        start, stop, _ = first.indices(self.shape[0])
        parts = [np.asarray(self._data[(*box, *others)]) for box in boxes(self._sizes, start, stop)]
        count = len(self._sizes)
        return np.concatenate([part.reshape(-1, *part.shape[count:]) for part in parts])


def boxes(sizes: tuple[int, ...], start: int, stop: int) -> Iterator[Box]:
    """Yield the fewest boxes of an array of `sizes` that hold the items `start` to `stop` of it.

    Items are counted in C order, and the boxes come in that order.
    """
    if start >= stop:
        return
    inner = prod(sizes[1:])
    first, last = -(-start // inner), stop // inner
    if first > last:  # begins and ends within the same one
        yield from _within(sizes, last, start, stop)
        return
    yield from _within(sizes, first - 1, start, first * inner)
    if first < last:
        yield (slice(first, last), *(slice(0, size) for size in sizes[1:]))
    yield from _within(sizes, last, last * inner, stop)


def _within(sizes: tuple[int, ...], outer: int, start: int, stop: int) -> Iterator[Box]:
    before = outer * prod(sizes[1:])
    for box in boxes(sizes[1:], start - before, stop - before):
        yield (slice(outer, outer + 1), *box)
