"""Points picked from an array's blocks as they pass, some of them summed: bounded work and memory.

What does not belong here: which points a picture needs (`emfair.nxem.views`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Block = NDArray[Any]


class Sample:
    """Every n-th point along each axis of an array, summed over the axes that are not kept.

    Blocks may come in any order and cut; `values` has the shape of the kept axes' picks.

    Parameters
    ----------
    picks : sequence of range
        For each axis the indices that are taken.
    keep : collection of int
        The axes that the result has. Nothing is summed, and the array's own dtype kept, where each
        other axis has one pick; sums are float64, and pass over what is infinite or not a number.
    """

    def __init__(self, picks: Sequence[range], keep: Collection[int]) -> None:
        self._picks = tuple(picks)
        self._kept = tuple(axis for axis in range(len(picks)) if axis in keep)
        self._summed = tuple(axis for axis in range(len(picks)) if axis not in keep)
        self._sums = prod(len(picks[axis]) for axis in self._summed) > 1
        self._values: Block | None = None

    @property
    def values(self) -> Block:
        """What was picked; zeros where no block has come."""
        if self._values is None:
            return np.zeros([len(self._picks[axis]) for axis in self._kept])
        return self._values

    def see(self, offset: Sequence[int], block: Block) -> None:
        """Take what is wanted of the block whose first element stands at `offset`."""
        if self._values is None:
            dtype = np.dtype(np.float64) if self._sums else block.dtype
            start_with = np.nan if self._sums else 0
            self._values = np.full(self.values.shape, start_with, dtype)
        cuts = []
        for picks, start, size in zip(self._picks, offset, block.shape, strict=True):
            first = max(0, -((picks.start - start) // picks.step))
            last = min(len(picks), -((picks.start - start - size) // picks.step))
            if first >= last:
                return
            inside = picks[first:last]
            cuts.append((slice(first, last), slice(inside[0] - start, inside[-1] - start + 1,
                                                   picks.step)))  # fmt: skip
        part = block[tuple(inside for _, inside in cuts)]
        place = tuple(cuts[axis][0] for axis in self._kept)
        if self._sums:
            total = _sum(part, self._summed)
            so_far = self._values[place]
            both = np.nan_to_num(so_far) + np.nan_to_num(total)  # what one block lacks, others have
            self._values[place] = np.where(np.isnan(so_far) & np.isnan(total), np.nan, both)
        else:
            self._values[place] = part.reshape([part.shape[axis] for axis in self._kept])


def _sum(part: Block, axes: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the sum of what is known, NaN where nothing is."""
    with np.errstate(all="ignore"):
        total = part.sum(axis=axes, dtype=np.float64)
        if part.dtype.kind != "f" or np.isfinite(total).all():
            return np.asarray(total)
        known = np.isfinite(part)
        total = np.where(known, part, 0).sum(axis=axes, dtype=np.float64)
        return np.asarray(np.where(known.any(axis=axes), total, np.nan))


def spread(size: int, most: int) -> range:
    """Return at most `most` indices below `size`, at equal steps, in the middle of what is left."""
    return every(size, -(-size // most))


def every(size: int, step: int) -> range:
    """Return every `step`-th index below `size`, none nearer to the start than to the end."""
    return range((size - 1) % step // 2, size, step)


def within(
    picks: Sequence[range], sizes: Sequence[int], budget: int, order: Sequence[int], least: int
) -> list[range]:
    """Return `picks` thinned until they take no more than `budget` elements.

    The axes named first in `order` are thinned first, down to `least` points each; then all alike.
    """
    thinned = list(picks)
    while prod(map(len, thinned)) > budget:
        ready = [axis for axis in order if len(thinned[axis]) > least] or range(len(sizes))
        axis = max(ready, key=lambda one: len(thinned[one]))
        thinned[axis] = every(sizes[axis], 2 * thinned[axis].step)
    return thinned
