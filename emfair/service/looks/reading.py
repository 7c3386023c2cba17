"""Parts of an array, read chunk by chunk and summed on the way: bounded in memory, work and time.

What does not belong here: which parts a look takes (`look`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, product, tee
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.nxem.samples import every
from emfair.service.looks.array import Array
from emfair.service.looks.subject import Aspect

FAR_MORE = 4
THREADS = 4
"""That fetch and unpack chunks for one look: a store that is far away takes its time for each."""
Block = NDArray[Any]
Where = tuple[slice, ...]
Picks = Sequence[range]


@dataclass(frozen=True)
class Sums:
    """Sums of what is known, and of how many numbers each is. Each is used up by what it gives."""

    sums: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def totals(self) -> NDArray[np.float64]:
        """The sums; NaN where nothing is known."""
        self.sums[self.counts == 0] = np.nan
        return self.sums

    @property
    def means(self) -> NDArray[np.float64]:
        """The means; NaN where nothing is known."""
        totals = self.totals
        np.divide(totals, self.counts, out=totals, where=self.counts > 0)
        return totals


def picked(array: Array, picks: Picks) -> Block:
    """Return the picked points as they are, without axes of which one point is taken.

    Parameters
    ----------
    picks
        For each axis the indices that are taken.
    """
    sizes = tuple(map(len, picks))
    values: Block | None = None
    for place, block in _blocks(array, picks):
        if values is None:
            values = np.empty(sizes, block.dtype)
        values[place] = block
    return np.zeros(sizes) if values is None else values


def summed(
    array: Array,
    picks: Picks,
    keep: Collection[int],
    *,
    groups: Mapping[int, int] | None = None,
    inside: NDArray[np.bool_] | None = None,
) -> Sums:
    """Sum the picked points over the axes that are not kept, in float64.

    Whole numbers come out exact up to 2⁵³. What is infinite or not a number is passed over.

    Parameters
    ----------
    keep
        The axes that the result has.
    groups
        How many picks of a kept axis make one element of the result.
    inside
        Which of the picks of the last axes count, which are none of `keep`; its shape is theirs.
    """
    kept = [axis for axis in range(len(picks)) if axis in keep]
    others = tuple(axis for axis in range(len(picks)) if axis not in keep)
    sizes = {axis: (groups or {}).get(axis, 1) for axis in kept}
    shape = [-(-len(picks[axis]) // sizes[axis]) for axis in kept]
    total = Sums(np.zeros(shape), np.zeros(shape, np.int64))
    for place, block in _blocks(array, picks):
        if inside is None:
            sums, counts = _summed(block, others)
        else:
            sums, counts = _within(block, inside[tuple(place[axis] for axis in others)])
        where = []
        for number, axis in enumerate(kept):
            ends = range(place[axis].start, place[axis].stop)
            sums, counts, there = _grouped(sums, counts, number, ends, sizes[axis])
            where.append(there)
        total.sums[tuple(where)] += sums
        total.counts[tuple(where)] += counts
    return total


def _summed(block: Block, axes: tuple[int, ...]) -> tuple[Block, Block]:
    """Return the sums over `axes`, and how many numbers each is of."""
    many = prod(block.shape[axis] for axis in axes)
    sums = _sum(block, axes)
    if block.dtype.kind != "f" or np.isfinite(sums).all():
        return sums, np.full(sums.shape, many, np.int64)
    known = np.isfinite(block)
    return _sum(np.where(known, block, 0), axes), np.asarray(known.sum(axis=axes, dtype=np.int64))


def _sum(block: Block, axes: tuple[int, ...]) -> Block:
    with np.errstate(all="ignore"):
        return np.asarray(block.sum(axis=axes, dtype=np.float64))


def _within(block: Block, inside: NDArray[np.bool_]) -> tuple[Block, Block]:
    """Return the sums over the last axes of what lies inside."""
    lead = block.shape[: block.ndim - inside.ndim]
    if inside.all():
        return _summed(block, tuple(range(len(lead), block.ndim)))
    flat = block.reshape(prod(lead), -1)
    sums, counts = _summed(np.take(flat, np.flatnonzero(inside), axis=1), (1,))
    return sums.reshape(lead), counts.reshape(lead)


def _grouped(
    sums: Block, counts: Block, axis: int, places: range, size: int
) -> tuple[Block, Block, slice]:
    """Add up what stands in one group along an axis; return where the groups stand."""
    if size == 1:
        return sums, counts, slice(places.start, places.stop)
    first, last = places.start // size, (places.stop - 1) // size
    starts = [max(group * size, places.start) - places.start for group in range(first, last + 1)]
    there = slice(first, last + 1)
    return (
        np.add.reduceat(sums, starts, axis=axis),
        np.add.reduceat(counts, starts, axis=axis),
        there,
    )


def _blocks(array: Array, picks: Picks) -> Iterator[tuple[Where, Block]]:
    """Yield where picks of one chunk stand in the result, and what they are; chunk by chunk."""
    cuts = [list(_cuts(*each)) for each in zip(picks, array.chunks, strict=True)]
    ahead, behind = tee(product(*cuts))
    boxes = (tuple(box for _, box in parts) for parts in ahead)
    places = (tuple(place for place, _ in parts) for parts in behind)
    waiting: deque[tuple[list[Where], Future[list[Block]]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for batch in array.batches(boxes):
            waiting.append((list(islice(places, len(batch))), pool.submit(array.read, batch)))
            if len(waiting) > THREADS:
                there, read = waiting.popleft()
                yield from zip(there, read.result(), strict=True)
        for there, read in waiting:
            yield from zip(there, read.result(), strict=True)


def _cuts(picks: range, chunk: int) -> Iterator[tuple[slice, slice]]:
    """Yield for each chunk along an axis that holds picks: where they stand, and which they are."""
    first = 0
    while first < len(picks):
        end = (picks[first] // chunk + 1) * chunk
        last = first + len(range(picks[first], min(end, picks.stop), picks.step))
        yield slice(first, last), slice(picks[first], picks[last - 1] + 1, picks.step)
        first = last


def touched(array: Array, picks: Picks) -> int:
    """Return how many bytes the chunks that hold the picks have."""
    counts = (sum(1 for _ in _cuts(*each)) for each in zip(picks, array.chunks, strict=True))
    return int(prod(counts) * prod(array.chunks) * array.itemsize)


def thinned(array: Array, picks: Picks, axes: Sequence[int], most: int) -> list[range]:
    """Return every n-th of the picks along `axes`, so that no more than `most` bytes are touched.

    Along all alike; or along the first of them alone, where that leaves `FAR_MORE`: where chunks
    hold many places of a row, thinning within the row spares nothing.
    """
    alike, first = (_thinned(array, picks, some, most) for some in (axes, axes[:1]))
    fits = touched(array, first) <= most
    return first if fits and _count(first) >= FAR_MORE * _count(alike) else alike


def _count(picks: Picks) -> int:
    return prod(map(len, picks))


def _thinned(array: Array, picks: Picks, axes: Sequence[int], most: int) -> list[range]:
    step, fewer = 1, list(picks)
    while touched(array, fewer) > most and any(len(fewer[axis]) > 1 for axis in axes):
        step += 1 + step // 8
        for axis in axes:
            chosen = every(len(picks[axis]), step)
            fewer[axis] = picks[axis][chosen.start : chosen.stop : chosen.step]
    return fewer


def sampling(what: str, before: Picks, after: Picks, most: int) -> str:
    """Return in a sentence which places `thinned` has left; nothing where it has left all."""
    left = [
        axis for axis, (all_, some) in enumerate(zip(before, after, strict=True)) if all_ != some
    ]
    if not left:
        return ""
    step = after[left[0]].step // before[left[0]].step
    where = "in each direction" if len(left) > 1 else "in one direction"
    return (
        f"Sampled: every {_nth(step)} of the {what} {where} is taken, because all of them are more "
        f"than {most >> 20} MiB."
    )


def _nth(number: int) -> str:
    """Return ``2nd``, ``13th`` …."""
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(last, 'th')}"


def grouping(sizes: Sequence[int], aspect: Aspect) -> str:
    """Return in a sentence which of so many pixels a point shows; nothing where it is one."""
    if max(sizes) == 1:
        return ""
    many = " × ".join(map(str, sizes))
    if aspect is Aspect.PHASE:
        return f"Each point is one of {many} pixels, because a mean of angles means nothing."
    return f"Each point is the mean of {many} pixels."
