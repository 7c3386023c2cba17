"""Chunks of a dataset, fetched from the lake and unpacked without HDF5: faster, and in parallel.

HDF5 says where a chunk lies, under its lock on the process; all else goes without it. emfair packs
with shuffle and gzip (`emfair.nxem.store`). What does not belong here: which chunks are read
(`reading`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import h5py
import numpy as np
from imagecodecs import DeflateError, deflate_decode
from numpy.typing import NDArray

Block = NDArray[Any]
Box = tuple[slice, ...]
Fetch = Callable[[int, int], bytes]
"""Returns a container's bytes from one position up to another."""
TOGETHER = 1 << 20
"""Bytes of numbers whose chunks are fetched together, if they lie side by side."""
GAP = 64 << 10
"""Bytes between two chunks that are rather fetched than asked for apart."""


class DamagedChunk(Exception):
    """A chunk, or where HDF5 notes its place, cannot be read."""


@dataclass(frozen=True)
class Place:
    """A box of a dataset, and where its chunk lies in the container; `size` 0: HDF5 reads it."""

    box: Box
    start: int = 0
    size: int = 0

    @property
    def stop(self) -> int:
        """Where it ends."""
        return self.start + self.size


class Chunks:
    """A dataset, read by boxes (slices without steps) that lie within one chunk each.

    Whatever is packed in another way is left to HDF5.
    """

    def __init__(self, dataset: h5py.Dataset, fetch: Fetch) -> None:
        self._dataset, self._fetch = dataset, fetch
        self.dtype: np.dtype[Any] = dataset.dtype
        self.shape: tuple[int, ...] = dataset.shape
        self.chunks: tuple[int, ...] = dataset.chunks or dataset.shape
        filters = dataset.id.get_create_plist().get_nfilters()
        self._is_ours = filters == 2 and dataset.shuffle and dataset.compression == "gzip"

    @property
    def chunk_bytes(self) -> int:
        """Bytes of a chunk's numbers."""
        return int(prod(self.chunks) * self.dtype.itemsize)

    def place(self, box: Box) -> Place:
        """Return where a box lies. Raises `DamagedChunk`."""
        if not self._is_ours:
            return Place(box)
        with _damage():
            found = self._dataset.id.get_chunk_info_by_coord(self._origin(box))
        return Place(box) if found.filter_mask else Place(box, found.byte_offset, found.size)

    def together(self, boxes: Iterable[Box]) -> Iterator[list[Place]]:
        """Yield the places of boxes, in their order, in groups that are fetched at once."""
        group: list[Place] = []
        for place in map(self.place, boxes):
            follows = group and 0 <= place.start - group[-1].stop <= GAP and place.size
            if group and not (follows and (len(group) + 1) * self.chunk_bytes <= TOGETHER):
                yield group
                group = []
            group.append(place)
        if group:
            yield group

    def read(self, places: Sequence[Place]) -> list[Block]:
        """Return the numbers in boxes that are fetched at once. Raises `DamagedChunk`."""
        if not places[0].size:
            with _damage():
                return [np.asarray(self._dataset[place.box]) for place in places]
        start = places[0].start
        packed = self._fetch(start, places[-1].stop)
        return [self._unpacked(packed[one.start - start : one.stop - start], one.box)
                for one in places]  # fmt: skip

    def _origin(self, box: Box) -> tuple[int, ...]:
        """Return where the chunk of a box begins."""
        return tuple(one.start // size * size for one, size in zip(box, self.chunks, strict=True))

    def _unpacked(self, packed: bytes, box: Box) -> Block:
        whole = _unpacked(packed, self.dtype, self.chunks)
        within = (
            slice(one.start - start, one.stop - start)
            for one, start in zip(box, self._origin(box), strict=True)
        )
        return whole[tuple(within)]


@contextmanager
def _damage() -> Iterator[None]:
    """Tell what HDF5 cannot read as damage: it raises either, as the place in the file has it."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise DamagedChunk(str(error)) from error


def _unpacked(packed: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Block:
    size = prod(shape) * dtype.itemsize
    try:
        plain = deflate_decode(packed, out=size)
    except DeflateError as error:
        raise DamagedChunk(f"a chunk is damaged: {error}") from error
    if len(plain) != size:
        raise DamagedChunk(f"a chunk has {len(plain)} bytes instead of {size}")
    planes = np.frombuffer(plain, np.uint8).reshape(dtype.itemsize, -1)
    return _numbers(planes).view(dtype).reshape(shape)


def _numbers(planes: NDArray[np.uint8]) -> Block:
    """Undo HDF5's shuffle (`emfair.nxem.encode.shuffled`): return numbers of as many bytes."""
    width, count = planes.shape
    if width not in (2, 4):
        return np.ascontiguousarray(planes.T).reshape(-1)
    numbers = np.zeros(count, f"<u{width}")
    for plane in planes[::-1]:
        np.left_shift(numbers, 8, out=numbers)
        np.bitwise_or(numbers, plane, out=numbers)
    return numbers
